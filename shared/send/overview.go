package send

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"
)

// What whoever runs the service sees of the transfers, and can do to one. It needs the
// ledger alone: neither bytes nor keys.

// Standing is where a transfer stands for an operator: its status, or that its time is
// over, that all its downloads have begun, or that it was taken down.
func (t Transfer) Standing(now time.Time) Status {
	switch {
	case t.TakenDown:
		return TakenDown
	case t.Status == Deleted:
		return Deleted
	case t.Expired(now):
		return Expired
	case t.Status == Completed && t.Exhausted():
		return Exhausted
	}
	return t.Status
}

// Standings are all that there are.
var Standings = []Status{Pending, Completed, Exhausted, Expired, Deleted, TakenDown}

// TransferQuery says which transfers are listed.
type TransferQuery struct {
	Status Status                 // as [Transfer.Standing] has it; "" = any
	Token  func(hash string) bool // says of which tokens, as [Transfer.Token] has it; nil = any
	After  string                 // where the page before it ended; "" = from the beginning
	Limit  int                    // at most so many
}

func (q TransferQuery) matches(tr Transfer, now time.Time) bool {
	return (q.Status == "" || tr.Standing(now) == q.Status) && (q.Token == nil || q.Token(tr.Token()))
}

// TransferPage is some of the transfers, in the order of their IDs, which says nothing.
type TransferPage struct {
	Transfers []Transfer
	After     string // where the next page begins; "" = there is none
}

const (
	// listLooks is how many transfers a page looks at, at most: where few are asked
	// for of many, it may have none of them, and go on all the same.
	listLooks = 2000
	// listAtOnce is how many of their sets are read at the same time.
	listAtOnce = 16
	// listRead is how many are read of each of those, where not all are wanted.
	listRead = listLooks / listAtOnce
	// transferSets is over how many sets transfers are spread, as [transferKey] does.
	transferSets = 256
)

// List returns a page of all transfers that there are, and of those that are over for as
// long as they are remembered. Sets are read one after the other as long as they hold much,
// and more and more of them at once where they do not: so neither a million transfers nor
// ten cost more than a page of them has to. Invalid where After is of no page.
func (t *Transfers) List(ctx context.Context, q TransferQuery) (page TransferPage, err error) {
	set, width, looked, now := 0, 1, 0, t.Now()
	if q.After != "" {
		if !idForm.MatchString(q.After) {
			return page, Fail(Invalid, "after must be what the page before ended with")
		}
		first, _ := strconv.ParseUint(q.After[:2], 16, 8)
		set = int(first)
	}
	for last := q.After; set < transferSets; {
		read := listRead
		if q.Status == "" && q.Token == nil {
			read = q.Limit - len(page.Transfers) + 1 // one more tells whether there is a next page
		}
		sets, err := t.readSets(ctx, set, min(width, transferSets-set), last, read)
		if err != nil {
			return page, err
		}
		full := false
		for _, records := range sets {
			for _, r := range records {
				if len(page.Transfers) == q.Limit || looked == listLooks {
					page.After = last
					return page, nil
				}
				tr, _, err := readTransfer(r)
				if err != nil {
					return page, err
				}
				if q.matches(tr, now) {
					page.Transfers = append(page.Transfers, tr)
				}
				looked++
				last = r.Key.ID
			}
			if full = len(records) == read; full { // of this set there may be more
				break
			}
			set, last = set+1, afterSet(set)
		}
		if full {
			width = 1
		} else {
			width = min(2*width, listAtOnce)
		}
	}
	return page, nil
}

// afterSet is after the IDs of all transfers of a set, and before those of the next.
func afterSet(set int) string { return fmt.Sprintf("%02xffffffffff", set) }

// readSets reads the beginning of some sets of transfers, from one on, at the same time:
// what comes after an ID, which may be of the first of them.
func (t *Transfers) readSets(ctx context.Context, first, n int, after string, read int) ([][]Record, error) {
	sets := make([][]Record, n)
	reading, ctx := errgroup.WithContext(ctx)
	for i := range sets {
		reading.Go(func() (err error) {
			sets[i], err = t.Ledger.List(ctx, fmt.Sprintf("%s%02x", TransferSets, first+i), after, read)
			return err
		})
	}
	return sets, reading.Wait()
}

// TakeDown ends a transfer for whoever runs the service: from here on nothing of it can be
// uploaded, completed or downloaded, whoever has its link. Its bytes are for [Transfers.Retract]
// to remove, or the next sweep, for which it is noted in the same write. first is false
// where it was taken down before. NotFound, also where its sender deleted it; Gone where
// its time is over.
func (t *Transfers) TakeDown(ctx context.Context, id string) (tr Transfer, first bool, err error) {
	const missing = "Transfer not found"
	if !idForm.MatchString(id) {
		return tr, false, noTransfer(missing)
	}
	r, err := updateBy(ctx, t.Ledger, transferKey(id), func(r *Record) (err error) {
		if tr, _, err = readTransfer(*r); err != nil {
			return err
		}
		switch why := t.over(*r); why {
		case ReasonTakenDown:
			return errTakenDown
		case ReasonDeleted:
			return Fail(NotFound, missing).With(why)
		case ReasonExpired:
			return gone(why)
		}
		r.State = string(Deleted)
		return markTakenDown(r)
	}, func(r Record) error {
		return t.Ledger.Apply(ctx, Change{Replace: &r}, noteOf(tr, t.Now().Truncate(time.Second)).change())
	})
	switch {
	case errors.Is(err, errTakenDown):
		return tr, false, nil
	case CodeOf(err) == NotFound && ReasonOf(err) != ReasonDeleted:
		return tr, false, noTransfer(missing)
	case err != nil:
		return tr, false, err
	}
	tr, _, err = readTransfer(r)
	return tr, true, err
}

// errTakenDown ends a change of what was taken down before.
var errTakenDown = Fail(Conflict, "it was taken down before")

// markTakenDown says in a transfer's record that it was taken down. Nothing else of it is
// touched: the service that does it may be of an earlier version than the one whose record it is.
func markTakenDown(r *Record) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(r.Data, &fields); err != nil {
		return Because(Internal, err, "a transfer's record cannot be read")
	}
	fields["taken_down"], fields["noted"] = json.RawMessage("true"), json.RawMessage("true")
	data, err := json.Marshal(fields)
	if err != nil {
		return Because(Internal, err, "a transfer's record cannot be written")
	}
	r.Data = data
	return nil
}

// Retract removes the bytes of a transfer that was taken down, where they are still
// there, and returns it as it is then: who takes it down may have no way to them. What may
// still be put to it, and what it has reserved, is left to the sweep.
func (t *Transfers) Retract(ctx context.Context, tr Transfer) (Transfer, error) {
	if !tr.TakenDown || tr.Erased {
		return tr, nil
	}
	ctx = context.WithoutCancel(ctx)
	_, d, err := readTransfer(tr.record)
	if err != nil {
		return tr, err
	}
	if err := t.erase(ctx, tr, d); err != nil {
		return tr, err
	}
	r, err := update(ctx, t.Ledger, tr.record.Key, func(r *Record) error {
		_, d, err := readTransfer(*r)
		if err != nil {
			return err
		}
		d.Payload.Key = ""
		return d.write(r)
	})
	if err != nil {
		return tr, err
	}
	tr, _, err = readTransfer(r)
	return tr, err
}
