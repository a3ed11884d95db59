package send

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
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

// Swept counts what a sweep did.
type Swept struct {
	Expired   int // payloads of transfers whose time, or last download, was over, or that were deleted
	Abandoned int // transfers that were never completed, or purged with their token
	Orphans   int // objects that no transfer names; they are put aside first

	Due  int           // transfers that were due to be looked at and were
	Left int           // those that are due still, at least: no time was left, or a fault came between
	Late time.Duration // for how long the first of those has been due
}

// Removed is how many things are gone.
func (n Swept) Removed() int { return n.Expired + n.Abandoned + n.Orphans }

const (
	// dueAtOnce is how many transfers a sweep looks at at the same time, one of each
	// set of notes and of the round, so that neither waits for another; and dueMost
	// how many at all: what is due beyond that is left for the next.
	dueAtOnce = dueShards + 1
	dueMost   = 100_000
	// duePage is how many notes are read at once.
	duePage = 50
)

// sweep is one sweep under way.
type sweep struct {
	*Transfers
	now    time.Time
	soon   time.Time            // is due with every sweep
	purged map[string]time.Time // until when what was begun with a token goes, by its ID
	looks  atomic.Int64

	mu     sync.Mutex // guards what follows
	n      Swept
	faults []error
}

// Sweep removes what nobody can download any more. It looks at the transfers that
// are due, the longest due first, and reads nothing of the others; a fault with one
// does not keep it from the others. What it does not reach in its time stays due, and
// is what the next sweep begins with. Beside that it goes on with the round, in
// which it finds what has no note.
func (t *Transfers) Sweep(ctx context.Context) (Swept, error) {
	now := t.Now()
	s := &sweep{Transfers: t, now: now, soon: now.Truncate(time.Second), purged: map[string]time.Time{}}
	var purges []Record
	for r, err := range Records(ctx, t.Ledger, PurgeSet) {
		if err != nil {
			return s.n, err
		}
		s.purged[r.Key.ID] = r.Expires
		if r.State != purgeDone {
			purges = append(purges, r)
		}
	}
	s.all(ctx, append(eachShard(s.drain), s.round)...)
	if len(purges) > 0 && len(s.faults) == 0 && s.n.Left == 0 && ctx.Err() == nil {
		s.purge(ctx, purges)
	}
	return s.n, errors.Join(append(s.faults, ctx.Err())...)
}

// all does several things, some of them at the same time, and gathers their faults.
func (s *sweep) all(ctx context.Context, do ...func(context.Context) error) {
	var group errgroup.Group
	group.SetLimit(s.atOnce())
	for _, one := range do {
		group.Go(func() error {
			if ctx.Err() == nil {
				s.fault(one(ctx))
			}
			return nil
		})
	}
	_ = group.Wait()
}

func (t *Transfers) atOnce() int {
	if t.AtOnce > 0 {
		return t.AtOnce
	}
	return dueAtOnce
}

func (s *sweep) fault(err error) {
	if err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.faults = append(s.faults, err)
	}
}

// did counts what was done, and tells whoever wants to hear of a transfer that was
// removed.
func (s *sweep) did(count func(*Swept), tr Transfer, why Reason) {
	s.mu.Lock()
	count(&s.n)
	s.mu.Unlock()
	if s.Removed != nil && !isDeleted(why) { // of that whoever ended it told
		s.Removed(tr, why)
	}
}

// drain looks at what is due in one of the sets of notes, until nothing is.
func (s *sweep) drain(ctx context.Context, set string) error {
	seen := map[string]bool{} // transfers that were looked at
	for after := ""; ; {
		rs, err := s.Ledger.List(ctx, set, after, duePage)
		if err != nil {
			return err
		}
		for i, r := range rs {
			n := readNote(r)
			after = r.Key.ID
			switch {
			case n.at.After(s.now):
				return nil
			case n.at.Equal(s.soon) && seen[n.transfer]: // noted just now
				continue
			case !s.mayLook(ctx):
				s.leave(rs[i:])
				return nil
			}
			seen[n.transfer] = true
			if err := s.look(ctx, n, r); err != nil {
				s.fault(err)
				s.leave(rs[i : i+1])
			}
		}
		if len(rs) < duePage {
			return nil
		}
	}
}

// mayLook says whether the sweep looks at one transfer more.
func (s *sweep) mayLook(ctx context.Context) bool {
	return ctx.Err() == nil && s.looks.Add(1) <= dueMost
}

// leave counts the notes of a page that are due and stay.
func (s *sweep) leave(rs []Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range rs {
		if n := readNote(r); !n.at.After(s.now) {
			s.n.Left++
			s.n.Late = max(s.n.Late, s.now.Sub(n.at))
		}
	}
}

// look looks at the transfer that a note is of, does what is due, and notes when that
// will be again. What cannot be done now is noted as due now: it stands behind what
// has been due for longer, so that it keeps nothing else from being done.
func (s *sweep) look(ctx context.Context, n note, r Record) error {
	next, err := s.lookAt(ctx, n.transfer)
	switch {
	case err != nil && ctx.Err() != nil:
		return err
	case err != nil:
		next = s.soon
	default:
		s.mu.Lock()
		s.n.Due++
		s.mu.Unlock()
	}
	return errors.Join(err, s.renote(ctx, n, r, next))
}

// renote puts another note in the place of one, or none: the new one first, since two
// of a transfer do no harm.
func (s *sweep) renote(ctx context.Context, n note, r Record, next time.Time) error {
	if !next.IsZero() {
		again := n.again(next)
		if again == n {
			return nil
		}
		if err := s.Ledger.Apply(ctx, again.change()); err != nil {
			return err
		}
	}
	err := s.Ledger.Delete(ctx, r.Key, r.Version)
	if CodeOf(err) == Conflict { // it was noted anew meanwhile
		return nil
	}
	return err
}

// lookAt does what is due of a transfer, and returns when to look at it again: never
// where that is the zero time.
func (s *sweep) lookAt(ctx context.Context, id string) (next time.Time, err error) {
	if id == "" { // the note is none
		return next, nil
	}
	r, err := s.Ledger.Get(ctx, transferKey(id))
	if CodeOf(err) == NotFound {
		return next, nil
	}
	if err != nil {
		return next, err
	}
	return s.tend(ctx, r)
}

// tend does what is due of the transfer of a record, and returns when to look at it
// again, as lookAt does.
func (s *sweep) tend(ctx context.Context, r Record) (next time.Time, err error) {
	tr, d, err := readTransfer(r)
	if err != nil {
		return next, err
	}
	next, err = s.end(ctx, tr, d)
	if CodeOf(err) == Conflict { // somebody else changed the record: the next sweep sees what became of it
		return s.soon, nil
	}
	return next, err
}

// end does of a transfer whatever of it is over, and returns when to look at it again.
func (s *sweep) end(ctx context.Context, tr Transfer, d transferData) (next time.Time, err error) {
	why := s.over(tr.record)
	switch {
	case tr.Status == Pending && s.now.After(tr.CreatedAt.Add(pendingLife)):
		return s.abandon(ctx, tr, d, abandoned)
	case tr.Status == Pending && tr.CreatedAt.Before(s.purged[tr.Token()]):
		return s.abandon(ctx, tr, d, purgedWithToken)
	case tr.Status == Pending:
		err = s.cutBack(ctx, tr, d)
	case why == "" && d.PutUntil != nil && !s.writable(d):
		err = s.closePut(ctx, tr, d)
		d.PutUntil = nil
	case why == "":
	case len(d.keys()) == 0 && !d.Labelled && d.Reserved == nil:
		return time.Time{}, nil // all is done
	case why == ReasonExhausted && (d.RetireAt == nil || !s.now.After(*d.RetireAt)):
		// its last download may still be resumed
	case s.writable(d):
		err = s.erase(ctx, tr, d) // as often as something is put there
		return s.soon, err
	default:
		return time.Time{}, s.retire(ctx, tr, d, why)
	}
	return s.due(tr, d), err
}

// purge removes what was begun with tokens of which that is wanted. What is pending is
// looked at within the hour anyway, so that it is among the notes of that: it is looked
// at now.
func (s *sweep) purge(ctx context.Context, purges []Record) {
	s.all(ctx, eachShard(func(ctx context.Context, set string) error {
		until := s.now.Add(lookEvery + time.Second)
		for after := afterDue(s.now); ctx.Err() == nil; {
			rs, err := s.Ledger.List(ctx, set, after, dueAhead)
			if err != nil {
				return err
			}
			for _, r := range rs {
				n := readNote(r)
				if n.at.After(until) {
					return nil
				}
				after = r.Key.ID
				if s.wanted(n, purges) {
					s.fault(s.look(ctx, n, r))
				}
			}
			if len(rs) < dueAhead {
				return nil
			}
		}
		return nil
	})...)
	if len(s.faults) > 0 || ctx.Err() != nil {
		return
	}
	for _, r := range purges {
		r.State = purgeDone
		if err := s.Ledger.Replace(ctx, r); err != nil && CodeOf(err) != Conflict { // it is wanted anew
			s.fault(err)
		}
	}
}

// dueAhead is how many notes are read at once by whoever looks for those of a token.
const dueAhead = 1000

// wanted says whether a note may be of a token of which what is pending goes.
func (s *sweep) wanted(n note, purges []Record) bool {
	for _, r := range purges {
		if n.owner == ownerMark(r.Key.ID) {
			return true
		}
	}
	return false
}

// Why a transfer is removed that nobody completed. No request fails for it: to
// those the transfer was never there.
const (
	abandoned       Reason = "abandoned"
	purgedWithToken Reason = "purged"
)

// abandon removes a transfer. The record goes first, of just that version, so that
// nothing is given back twice: whoever completes the transfer at this moment wins, and
// what a crash leaves here are orphans. While something may still be put to it, it
// stays as one that is deleted.
func (s *sweep) abandon(ctx context.Context, tr Transfer, d transferData, why Reason) (next time.Time, err error) {
	r := tr.record
	r.State = string(Deleted)
	held := s.release(&d)
	if err := d.write(&r); err != nil {
		return next, err
	}
	if err := s.book(ctx, Change{Replace: &r}, held, nil); err != nil {
		return next, err
	}
	s.did(func(n *Swept) { n.Abandoned++ }, tr, why)
	if s.writable(d) {
		next = s.soon
	} else if err := s.Ledger.Delete(ctx, r.Key, r.Version+1); err != nil {
		return next, err
	}
	return next, s.erase(ctx, tr, d)
}

// cutBack ends what a pending transfer has of an upload that has come to more than is
// reserved for it: what is put to S3's own URLs nobody looks at as it comes.
func (t *Transfers) cutBack(ctx context.Context, tr Transfer, d transferData) error {
	if m := d.Multipart; m.UploadID != "" && !m.Done {
		parts, err := t.Store.Uploaded(ctx, m.Key, m.UploadID)
		if err == nil && bytesOf(parts) > t.bound(m.Bytes) {
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
// it is gone; nobody looks at it again.
func (s *sweep) retire(ctx context.Context, tr Transfer, d transferData, why Reason) error {
	if err := s.erase(ctx, tr, d); err != nil {
		return err
	}
	d.Payload.Key, d.PutKey, d.Multipart, d.Labelled = "", "", multipart{}, false
	held := s.release(&d)
	r := tr.record
	if err := d.write(&r); err != nil {
		return err
	}
	if err := s.book(ctx, Change{Replace: &r}, held, nil); err != nil {
		return err
	}
	s.did(func(n *Swept) { n.Expired++ }, tr, why)
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
	return t.Ledger.Replace(ctx, r)
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
