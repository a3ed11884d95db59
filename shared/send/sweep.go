package send

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// Sweeper gives back the room of what is over: what it removes nobody could
// have asked for any more.
type Sweeper interface {
	// Sweep removes what is over at that time, and returns how many things
	// these were: none where what keeps them forgets by itself. It ends
	// early, with Unavailable, when ctx ends; whatever error it returns,
	// what it did not reach is left for the next time.
	Sweep(ctx context.Context, now time.Time) (removed int, err error)
}

// Swept counts what a sweep removed.
type Swept struct {
	Expired   int // payloads of transfers whose time, or last download, was over, or that were deleted
	Abandoned int // transfers that were never completed
	Orphans   int // objects that no transfer names
}

// Sweep removes what nobody can download any more: it goes through every
// transfer, and a fault with one does not keep it from the others. It begins
// anywhere, so that sweeps which are ended before they are through do not all
// leave out the same ones.
func (t *Transfers) Sweep(ctx context.Context) (Swept, error) {
	var (
		n      Swept
		faults []error
	)
	first := rand.IntN(256)
	for i := range 256 {
		for r, err := range records(ctx, t.Ledger, fmt.Sprintf("%s%02x", TransferSets, (first+i)%256)) {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				return n, errors.Join(append(faults, err)...)
			}
			if err := t.sweep(ctx, r, &n); err != nil {
				faults = append(faults, err)
			}
		}
	}
	return n, errors.Join(faults...)
}

func (t *Transfers) sweep(ctx context.Context, r Record, n *Swept) error {
	tr, d, err := readTransfer(r)
	if err != nil {
		return err
	}
	why, now := t.over(r), t.Now()
	switch {
	case tr.Status == Pending && now.After(tr.CreatedAt.Add(pendingLife)):
		return t.abandon(ctx, tr, d, n)
	case tr.Status == Pending, why == "", len(d.keys()) == 0:
		return nil
	case why == ReasonExhausted && (d.RetireAt == nil || !now.After(*d.RetireAt)):
		return nil // its last download may still be resumed
	}
	return t.retire(ctx, tr, d, why, n)
}

// abandoned is why a transfer is removed that nobody completed. No request
// fails for it: to those the transfer was never there.
const abandoned Reason = "abandoned"

// abandon removes a transfer. The record goes first: whoever completes the
// transfer at this moment wins, and what a crash leaves here are orphans.
func (t *Transfers) abandon(ctx context.Context, tr Transfer, d transferData, n *Swept) error {
	if err := t.Ledger.Delete(ctx, tr.record.Key, tr.record.Version); err != nil {
		return unlessConflict(err)
	}
	n.Abandoned++
	t.removed(tr, abandoned)
	return t.erase(ctx, d)
}

// retire removes the bytes of a transfer. The record stays a while, to tell why
// it is gone; without keys it is not swept again.
func (t *Transfers) retire(ctx context.Context, tr Transfer, d transferData, why Reason, n *Swept) error {
	if err := t.erase(ctx, d); err != nil {
		return err
	}
	d.Payload.Key, d.PutKey, d.Multipart = "", "", multipart{}
	r := tr.record
	if err := d.write(&r); err != nil {
		return err
	}
	if err := t.Ledger.Replace(ctx, r); err != nil {
		return unlessConflict(err)
	}
	n.Expired++
	if why != ReasonDeleted {
		t.removed(tr, why)
	}
	return nil
}

// unlessConflict passes over that somebody else changed the record meanwhile:
// the next sweep sees what became of it.
func unlessConflict(err error) error {
	if CodeOf(err) == Conflict {
		return nil
	}
	return err
}

// removed tells whoever wants to hear it.
func (t *Transfers) removed(tr Transfer, why Reason) {
	if t.Removed != nil {
		t.Removed(tr, why)
	}
}

// erase forgets every byte that a record names.
func (t *Transfers) erase(ctx context.Context, d transferData) error {
	if m := d.Multipart; m.UploadID != "" && !m.Done {
		if err := t.Store.Abort(ctx, m.Key, m.UploadID); err != nil {
			return err
		}
	}
	for _, key := range d.keys() {
		if err := t.Store.Delete(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

// SweepOrphans removes objects older than a day that no transfer names: what a
// crash between two writes leaves. It lists the whole store, so it is for
// stores that have no lifecycle rules of their own.
func (t *Transfers) SweepOrphans(ctx context.Context) (Swept, error) {
	var n Swept
	for e, err := range Entries(ctx, t.Store, PayloadPrefix) {
		if err != nil {
			return n, err
		}
		if t.Now().Sub(e.Modified) < pendingLife {
			continue
		}
		named, err := t.names(ctx, e.Key)
		if err != nil {
			return n, err
		}
		if !named {
			if err := t.Store.Delete(ctx, e.Key); err != nil {
				return n, err
			}
			n.Orphans++
		}
	}
	return n, nil
}

// names says whether a transfer's record names the object.
func (t *Transfers) names(ctx context.Context, key string) (bool, error) {
	_, d, err := t.get(ctx, idOf(key), "")
	if CodeOf(err) == NotFound {
		return false, nil
	}
	return key == d.Payload.Key || key == d.PutKey || key == d.Multipart.Key, err
}
