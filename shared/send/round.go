package send

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// The round goes through all transfers, a part of them with every sweep, for the few
// that have no note: what an earlier version of the service wrote, or writes again
// where it was put back. What has one it only reads. It goes through all sets side by
// side, so that none of them has to take all that a sweep writes.

const (
	// roundMost is how many transfers a sweep meets on the round, and roundPage how
	// many of one set.
	roundMost = 25_000
	roundPage = 1000
	// roundEvery is how long after its beginning a round begins anew.
	roundEvery = 24 * time.Hour
	// roundLate is how long after something was due a transfer is noted again.
	roundLate = 3 * 24 * time.Hour
	// saveTime is how long it may take to keep where a round is, when the time of its
	// sweep is over.
	saveTime = 2 * time.Second
)

// roundKey is the record of the round. Data, in JSON, has the sets that are not through,
// by their number, and the transfer to which each is; Expires is when a round begins anew.
var roundKey = Key{DueSets + "round", "transfers"}

// round goes on with the round.
func (s *sweep) round(ctx context.Context) error {
	r, err := s.Ledger.Get(ctx, roundKey)
	if err != nil && CodeOf(err) != NotFound {
		return err
	}
	at := map[string]string{}
	if len(r.Data) > 0 {
		_ = json.Unmarshal(r.Data, &at) // what cannot be read is begun anew
	}
	if len(at) == 0 {
		if r.Version > 0 && !r.Expired(s.now) {
			return nil
		}
		r.Expires = s.now.Add(roundEvery)
		for n := range 256 {
			at[fmt.Sprintf("%02x", n)] = ""
		}
	}
	s.roundFrom(ctx, at)
	r.Key, r.Data = roundKey, nil
	if len(at) > 0 {
		if r.Data, err = json.Marshal(at); err != nil {
			return Because(Internal, err, "it cannot be kept where the round is")
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTime)
	defer cancel()
	return s.keepAt(ctx, r)
}

// roundFrom goes on with the round in each of the sets that are not through, and notes
// there where each is then.
func (s *sweep) roundFrom(ctx context.Context, at map[string]string) {
	page := min(roundPage, roundMost/len(at))
	var mu sync.Mutex // guards at
	var in []func(context.Context) error
	for _, set := range slices.Sorted(maps.Keys(at)) {
		after := at[set]
		in = append(in, func(ctx context.Context) error {
			rs, err := s.Ledger.List(ctx, TransferSets+set, after, page)
			if err != nil {
				return err
			}
			for _, r := range rs {
				err := s.meet(ctx, r)
				if ctx.Err() != nil {
					break // it may not have been
				}
				s.fault(err)
				after = r.Key.ID
			}
			mu.Lock()
			defer mu.Unlock()
			if at[set] = after; len(rs) < page && ctx.Err() == nil {
				delete(at, set)
			}
			return nil
		})
	}
	s.all(ctx, in...)
}

// keepAt keeps where something has come to, in a record as it was read, or new.
func (t *Transfers) keepAt(ctx context.Context, r Record) error {
	save := t.Ledger.Replace
	if r.Version == 0 {
		save = t.Ledger.Create
	}
	err := save(ctx, r)
	if CodeOf(err) == Conflict { // another sweep is on it, too
		return nil
	}
	return err
}

// meet sees to it that a transfer has a note, or needs none.
func (s *sweep) meet(ctx context.Context, r Record) error {
	tr, d, err := readTransfer(r)
	if err != nil {
		return err
	}
	if d.Noted {
		if s.forgotten(tr, d) {
			return s.Ledger.Apply(ctx, noteOf(tr, s.soon).change())
		}
		return nil
	}
	next, err := s.tend(ctx, r)
	if err != nil || next.IsZero() {
		return err
	}
	_, err = updateBy(ctx, s.Ledger, r.Key, func(r *Record) error {
		_, d, err := readTransfer(*r)
		if err != nil {
			return err
		}
		d.Noted = true
		return d.write(r)
	}, func(r Record) error {
		return s.Ledger.Apply(ctx, Change{Replace: &r}, noteOf(tr, next).change())
	})
	if CodeOf(err) == NotFound { // removed just now
		return nil
	}
	return err
}

// forgotten says whether something was due of a transfer so long ago that it must have
// lost its note.
func (s *sweep) forgotten(tr Transfer, d transferData) bool {
	since := tr.ExpiresAt
	switch {
	case tr.Status == Pending:
		since = tr.CreatedAt.Add(pendingLife)
	case len(d.keys()) == 0 && !d.Labelled:
		return false
	case tr.Exhausted() && d.RetireAt != nil:
		since = earlier(since, *d.RetireAt)
	}
	return s.now.After(since.Add(roundLate))
}
