package admin

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// sessions are those that people opened with the API key, or by single sign-on: records
// of the ledger, so that each can be ended at once, for every process.
type sessions struct {
	ledger send.Ledger
	now    func() time.Time
	life   time.Duration // a session that began so long ago is over
	idle   time.Duration // and so is one that was not used for so long
	key    *secret.Value // the API key: sessions of one that is not accepted are over
	signOn string        // mark of single sign-on, "" where there is none: those of another are over
}

// session is one of them.
type session struct {
	id    string
	until time.Time

	Key     string    `json:"key,omitempty"`     // fingerprint of the API key that opened it
	SignOn  string    `json:"sign_on,omitempty"` // or mark of the single sign-on that did
	Created time.Time `json:"created"`
	Used    time.Time `json:"used"`              // late by noteUse at most
	Client  string    `json:"client,omitempty"`  // as the trail names it on the day of the login
	Browser string    `json:"browser,omitempty"` // the family

	wire.Who
}

// sessionLife is how long a person stays logged in, where nothing else is said.
const sessionLife = 8 * time.Hour

// maxSessions is how many are kept: the one that was not used for longest makes
// room.
const maxSessions = 64

// maxOwnSessions is how many of them are one person's: nobody who signs in again and
// again ends the sessions of others.
const maxOwnSessions = 8

// noteUse is how much later than the last use a session's next use is written.
const noteUse = time.Minute

func sessionKey(id string) send.Key { return send.Key{Set: send.SessionSet, ID: id} }

// begin opens a session, of which all is told but the times.
func (s *sessions) begin(ctx context.Context, id string, until time.Time, begun session) error {
	begun.Created = s.now()
	begun.Used = begun.Created
	data, err := json.Marshal(begun)
	if err != nil {
		return err
	}
	r := send.Record{Key: sessionKey(id), Expires: until, Purge: until, Data: data}
	if err := s.ledger.Create(ctx, r); err != nil {
		return err
	}
	return s.makeRoom(ctx, id, begun.Person)
}

// makeRoom ends the sessions that are too many now that one began. It looks for them after
// that was kept: of several that begin at the same time the last sees all.
func (s *sessions) makeRoom(ctx context.Context, begun, person string) error {
	others, _, err := s.list(ctx)
	if err != nil {
		return err
	}
	others = slices.DeleteFunc(others, func(o session) bool { return o.id == begun })
	if person != "" {
		own := slices.DeleteFunc(slices.Clone(others), func(o session) bool { return o.Person != person })
		if err := s.endAll(ctx, own[min(len(own), maxOwnSessions-1):]); err != nil {
			return err
		}
	}
	return s.endAll(ctx, others[min(len(others), maxSessions-1):])
}

// use returns a session that holds, and notes that it was used. Unauthorized
// where it is over, Unavailable where that cannot be known.
func (s *sessions) use(ctx context.Context, id string) (session, error) {
	r, err := s.ledger.Get(ctx, sessionKey(id))
	if send.CodeOf(err) == send.NotFound {
		return session{}, errSessionOver
	}
	if err != nil {
		return session{}, noSession(err)
	}
	held, ok, err := s.read(ctx, r)
	if err != nil {
		return session{}, noSession(err)
	}
	if !ok {
		return session{}, errSessionOver
	}
	if now := s.now(); now.Sub(held.Used) >= noteUse {
		held.Used = now
		if r.Data, err = json.Marshal(held); err == nil {
			// Whoever was let in stays so if this fails: it ends the sooner.
			_ = s.ledger.Replace(ctx, r)
		}
	}
	return held, nil
}

// noSession is why a session cannot be known.
func noSession(err error) error {
	return send.Because(send.Unavailable, err, "Your session cannot be looked up; try again")
}

// read returns the session of a record, and whether it holds. Unavailable where
// that cannot be known.
func (s *sessions) read(ctx context.Context, r send.Record) (held session, holds bool, err error) {
	held.id = r.Key.ID
	if json.Unmarshal(r.Data, &held) != nil {
		return held, false, nil //nolint:nilerr // it is none that holds
	}
	// Whichever is the earlier: the time may have been made shorter since.
	held.until = slices.MinFunc([]time.Time{r.Expires, held.Created.Add(s.life)}, time.Time.Compare)
	if s.over(held) {
		return held, false, nil
	}
	if held.SignOn != "" {
		known := held.Role == wire.Operator || held.Role == wire.Viewer
		return held, known && held.SignOn == s.signOn, nil
	}
	held.Who = wire.Who{Role: wire.Operator} // as whoever has the API key, also of versions without roles
	holds, err = s.key.Fits(ctx, func(keys []string) bool {
		return slices.ContainsFunc(keys, func(key string) bool { return fingerprint(key) == held.Key })
	})
	return held, holds, err
}

// over says whether a session is over whatever key it was opened with.
func (s *sessions) over(held session) bool {
	now := s.now()
	return !now.Before(held.until) || now.Sub(held.Used) >= s.idle
}

// end ends a session, whatever this process makes of it, and returns it; false for one that is
// not kept, and so over already.
func (s *sessions) end(ctx context.Context, id string) (ended session, was bool, err error) {
	for {
		r, err := s.ledger.Get(ctx, sessionKey(id))
		if send.CodeOf(err) == send.NotFound {
			return ended, false, nil
		}
		if err != nil {
			return ended, false, err
		}
		// In conflict it was used just now.
		if err := s.ledger.Delete(ctx, r.Key, r.Version); send.CodeOf(err) != send.Conflict {
			_ = json.Unmarshal(r.Data, &ended) // of what cannot be read nothing is told
			return ended, true, err
		}
	}
}

func (s *sessions) endAll(ctx context.Context, these []session) error {
	for _, one := range these {
		if _, _, err := s.end(ctx, one.id); err != nil {
			return err
		}
	}
	return nil
}

// list returns the sessions that hold, the last used first, and those that do not here, but
// may elsewhere. It forgets what holds nowhere.
func (s *sessions) list(ctx context.Context) (held, elsewhere []session, err error) {
	for r, err := range send.Records(ctx, s.ledger, send.SessionSet) {
		if err != nil {
			return nil, nil, err
		}
		one, ok, err := s.read(ctx, r)
		if err != nil {
			return nil, nil, noSession(err)
		}
		switch {
		case ok:
			held = append(held, one)
		case s.over(one) || one.SignOn == "" && s.key.Fixed():
			if err := s.ledger.Delete(ctx, r.Key, r.Version); err != nil && send.CodeOf(err) != send.Conflict {
				return nil, nil, err
			}
		default: // another process may know better
			elsewhere = append(elsewhere, one)
		}
	}
	slices.SortFunc(held, func(a, b session) int {
		return cmp.Or(b.Used.Compare(a.Used), cmp.Compare(a.id, b.id))
	})
	return held, elsewhere, nil
}
