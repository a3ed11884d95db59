package send

import (
	"context"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// The round goes through all transfers, a part of them with every sweep, for the few
// that have no note: what an earlier version of the service wrote, or writes again
// where it was put back. What has one it only reads.

const (
	// roundMost is how many transfers a sweep looks at on the round.
	roundMost = 25_000
	// roundEvery is how long after its beginning a round begins anew.
	roundEvery = 24 * time.Hour
	// roundPage is how many transfers are read at once.
	roundPage = 500
	// roundLate is how long after something was due a transfer is noted again.
	roundLate = 24 * time.Hour
	// saveTime is how long it may take to keep where a round is, when the time of its
	// sweep is over.
	saveTime = 2 * time.Second
)

// roundKey is the record of the round. Data is the key of the transfer that it has come
// to, and nothing where it is through; Expires is when it begins anew.
var roundKey = Key{DueSets + "round", "transfers"}

// round goes on with the round.
func (s *sweep) round(ctx context.Context) error {
	r, err := s.Ledger.Get(ctx, roundKey)
	if err != nil && CodeOf(err) != NotFound {
		return err
	}
	set, after, under := strings.Cut(string(r.Data), " ")
	if !under {
		if r.Version > 0 && !r.Expired(s.now) {
			return nil
		}
		r.Expires = s.now.Add(roundEvery)
	}
	at, err := s.roundFrom(ctx, set, after)
	r.Key, r.Data = roundKey, []byte(at)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTime)
	defer cancel()
	save := s.Ledger.Replace
	if r.Version == 0 {
		save = s.Ledger.Create
	}
	if saving := save(ctx, r); err == nil && CodeOf(saving) != Conflict { // another sweep is on it, too
		err = saving
	}
	return err
}

// roundFrom goes on with the round after a transfer of a set, as far as one sweep does,
// and returns where it has come to.
func (s *sweep) roundFrom(ctx context.Context, set, after string) (at string, err error) {
	var first, seen int
	if set != "" {
		if _, err := fmt.Sscanf(set, "%02x", &first); err != nil {
			return "", nil //nolint:nilerr // it cannot be read: a round begins anew
		}
	}
	for n := first; n < 256; n, after = n+1, "" {
		for {
			at = fmt.Sprintf("%02x %s", n, after)
			if ctx.Err() != nil || seen >= roundMost {
				return at, nil
			}
			rs, err := s.Ledger.List(ctx, fmt.Sprintf("%s%02x", TransferSets, n), after, roundPage)
			if err != nil {
				return at, err
			}
			var group errgroup.Group
			group.SetLimit(s.atOnce())
			for _, r := range rs {
				group.Go(func() error {
					s.fault(s.meet(ctx, r))
					return nil
				})
			}
			_ = group.Wait()
			seen += len(rs)
			if ctx.Err() != nil {
				return at, nil // some were not met
			}
			if len(rs) < roundPage {
				break
			}
			after = rs[len(rs)-1].Key.ID
		}
	}
	return "", nil
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
