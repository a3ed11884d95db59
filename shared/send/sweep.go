package send

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
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
	Abandoned int // transfers that were never completed, or purged with their token
	Orphans   int // objects that no transfer names; they are put aside first
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
	purged := map[string]time.Time{} // until when what was begun with a token goes, by its ID
	for r, err := range Records(ctx, t.Ledger, PurgeSet) {
		if err != nil {
			return n, err
		}
		purged[r.Key.ID] = r.Expires
	}
	first := rand.IntN(256)
	for i := range 256 {
		for r, err := range Records(ctx, t.Ledger, fmt.Sprintf("%s%02x", TransferSets, (first+i)%256)) {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				return n, errors.Join(append(faults, err)...)
			}
			if err := t.sweep(ctx, r, purged, &n); err != nil {
				faults = append(faults, err)
			}
		}
	}
	return n, errors.Join(faults...)
}

func (t *Transfers) sweep(ctx context.Context, r Record, purged map[string]time.Time, n *Swept) error {
	tr, d, err := readTransfer(r)
	if err != nil {
		return err
	}
	why, now := t.over(r), t.Now()
	switch {
	case tr.Status == Pending && now.After(tr.CreatedAt.Add(pendingLife)):
		return t.abandon(ctx, tr, d, abandoned, n)
	case tr.Status == Pending && tr.CreatedAt.Before(purged[tr.Owner]):
		return t.abandon(ctx, tr, d, purgedWithToken, n)
	case tr.Status == Pending:
		return t.cutBack(ctx, tr, d)
	case why == "" && d.PutUntil != nil && !t.writable(d):
		return t.closePut(ctx, tr, d)
	case why == "", len(d.keys()) == 0 && !d.Labelled:
		return nil
	case why == ReasonExhausted && (d.RetireAt == nil || !now.After(*d.RetireAt)):
		return nil // its last download may still be resumed
	case t.writable(d):
		return t.erase(ctx, tr, d) // as often as something is put there
	}
	return t.retire(ctx, tr, d, why, n)
}

// Why a transfer is removed that nobody completed. No request fails for it: to
// those the transfer was never there.
const (
	abandoned       Reason = "abandoned"
	purgedWithToken Reason = "purged"
)

// abandon removes a transfer. The record goes first: whoever completes the
// transfer at this moment wins, and what a crash leaves here are orphans. While
// something may still be put to it, it stays as one that is deleted.
func (t *Transfers) abandon(ctx context.Context, tr Transfer, d transferData, why Reason, n *Swept) error {
	change, held := Change{Delete: &tr.record}, d.Reserved
	if t.writable(d) {
		r := tr.record
		r.State = string(Deleted)
		change, held = Change{Replace: &r}, nil
	}
	if err := t.book(ctx, change, held, nil); err != nil {
		return unlessConflict(err)
	}
	n.Abandoned++
	t.removed(tr, why)
	return t.erase(ctx, tr, d)
}

// cutBack ends what a pending transfer has of an upload that has come to more than is
// reserved for it: what is put to S3's own URLs nobody looks at as it comes.
func (t *Transfers) cutBack(ctx context.Context, tr Transfer, d transferData) error {
	if m := d.Multipart; m.UploadID != "" && !m.Done {
		n, err := t.Store.Uploaded(ctx, m.Key, m.UploadID)
		if err == nil && n > t.bound(m.Bytes) {
			err = t.refuseParts(ctx, tr.ID, m)
		}
		if code := CodeOf(err); err != nil && code != NotFound && code != TooLarge {
			return err
		}
	}
	if d.PutKey == "" {
		return nil
	}
	o, err := t.Store.Stat(ctx, d.PutKey)
	if err == nil && o.Size > t.bound(d.PutBytes) {
		err = t.Store.Delete(ctx, d.PutKey)
	}
	if CodeOf(err) == NotFound {
		return nil
	}
	return err
}

// retire removes the bytes of a transfer. The record stays a while, to tell why
// it is gone; without keys it is not swept again.
func (t *Transfers) retire(ctx context.Context, tr Transfer, d transferData, why Reason, n *Swept) error {
	if err := t.erase(ctx, tr, d); err != nil {
		return err
	}
	d.Payload.Key, d.PutKey, d.Multipart, d.Labelled = "", "", multipart{}, false
	held := t.release(&d)
	r := tr.record
	if err := d.write(&r); err != nil {
		return err
	}
	if err := t.book(ctx, Change{Replace: &r}, held, nil); err != nil {
		return unlessConflict(err)
	}
	n.Expired++
	if why != ReasonDeleted {
		t.removed(tr, why)
	}
	return nil
}

// closePut removes what was put to a completed transfer, which nobody looks at any
// more, once nothing else can be.
func (t *Transfers) closePut(ctx context.Context, tr Transfer, d transferData) error {
	if err := t.Store.Delete(ctx, d.PutKey); err != nil {
		return err
	}
	d.PutKey, d.PutBytes, d.PutUntil = "", 0, nil
	r := tr.record
	if err := d.write(&r); err != nil {
		return err
	}
	return unlessConflict(t.Ledger.Replace(ctx, r))
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

// erase forgets every byte that a record names, and the label.
func (t *Transfers) erase(ctx context.Context, tr Transfer, d transferData) error {
	if d.Labelled {
		if err := t.dropLabel(ctx, tr); err != nil {
			return err
		}
	}
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

const (
	// quarantineLife is how long what no transfer names is kept aside.
	quarantineLife = 7 * 24 * time.Hour
	// orphansAtOnce is how many objects one sweep puts aside. A crash leaves a
	// few; where there are more it may be the ledger that is wrong.
	orphansAtOnce = 100
)

// SweepOrphans puts aside objects older than a day that no transfer names: what
// a crash between two writes leaves. After a week they are removed, and where a
// transfer names one again by then, because its record was restored, it comes
// back. Internal where there are more than a crash would leave: the next sweep
// goes on. It lists the whole store, so it is for stores that have no lifecycle
// rules of their own.
func (t *Transfers) SweepOrphans(ctx context.Context) (Swept, error) {
	var n Swept
	if err := t.sweepQuarantine(ctx); err != nil {
		return n, err
	}
	for e, err := range Entries(ctx, t.Store, PayloadPrefix) {
		if err != nil {
			return n, err
		}
		if t.Now().Sub(e.Modified) < pendingLife {
			continue
		}
		named, err := t.names(ctx, e.Key)
		switch {
		case err != nil:
			return n, err
		case named:
			continue
		case n.Orphans == orphansAtOnce:
			return n, Fail(Internal, "no transfer names %d objects of the store, and there are more: "+
				"look whether the ledger is the right one before the week is over for which they are kept aside", n.Orphans)
		}
		if err := t.move(ctx, e.Key, QuarantinePrefix+t.Now().UTC().Format(time.DateOnly)+"/"+e.Key); err != nil {
			return n, err
		}
		n.Orphans++
	}
	return n, nil
}

// sweepQuarantine removes what was put aside a week ago, and brings back what a
// transfer names after all.
func (t *Transfers) sweepQuarantine(ctx context.Context) error {
	for e, err := range Entries(ctx, t.Store, QuarantinePrefix) {
		if err != nil {
			return err
		}
		date, key, _ := strings.Cut(strings.TrimPrefix(e.Key, QuarantinePrefix), "/")
		day, err := time.Parse(time.DateOnly, date)
		if err != nil {
			continue // somebody else put it there
		}
		named, err := t.names(ctx, key)
		switch {
		case err != nil:
		case named:
			err = t.move(ctx, e.Key, key)
		case t.Now().After(day.Add(24*time.Hour + quarantineLife)): // whenever on that day it was
			err = t.Store.Delete(ctx, e.Key)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// move gives an object another key.
func (t *Transfers) move(ctx context.Context, from, to string) error {
	if _, err := t.Store.Copy(ctx, from, to); err != nil {
		if CodeOf(err) == NotFound {
			return nil // removed just now
		}
		return err
	}
	return t.Store.Delete(ctx, from)
}

// names says whether a transfer's record names the object.
func (t *Transfers) names(ctx context.Context, key string) (bool, error) {
	_, d, err := t.get(ctx, idOf(key), "")
	if CodeOf(err) == NotFound {
		return false, nil
	}
	return key == d.Payload.Key || key == d.PutKey || key == d.Multipart.Key, err
}
