package audit

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"sgraph.ai/send/shared/send"
)

const (
	// clocksDiffer is how far the clocks of those that write and read one chain
	// may be apart.
	clocksDiffer = time.Hour

	// catchesUp is by how much the chain's end may be ahead of the clock of who
	// writes: so long all that is kept says the time of the end. Where it is
	// more, one of the clocks was wrong, and what is kept says another time
	// than what is before it.
	catchesUp = daily
)

// stretch is a part of the chain of which all says that it was kept on one day. The next
// one begins where it ends.
type stretch struct {
	day   string
	begin Link // the link before its first batch
}

// stretches returns what the chain consists of until h, in its order. Where a clock was
// wrong their days are not in order, and a day can have several.
func (t *Trail) stretches(ctx context.Context, h head) (all []stretch, err error) {
	for r, err := range send.Records(ctx, t.Ledger, daySet) {
		if err != nil {
			return nil, err
		}
		day, _, _ := strings.Cut(r.Key.ID, daySeparator)
		s := stretch{day: day}
		if json.Unmarshal(r.Data, &s.begin) != nil {
			return nil, send.Fail(send.Internal, "where a day of the audit chain began cannot be read in the ledger")
		}
		if s.begin.Seq < h.Today.Seq { // otherwise it ended since h was read
			all = append(all, s)
		}
	}
	if h.Seq > 0 {
		all = append(all, stretch{dayOf(h.Time), h.Today})
	}
	slices.SortFunc(all, func(a, b stretch) int { return cmp.Compare(a.begin.Seq, b.begin.Seq) })
	return all, nil
}

// between returns the links between which the chain has all that says that it was kept on
// the days from first to last. What lies between, and what follows and is of no later day
// that has come, was kept by a clock that was wrong: it belongs to what is before it. So
// what no clock can bring about is that something is in no export of days that were.
func between(all []stretch, end Link, first, last, today string) (Link, Link) {
	link := func(i int) Link {
		if i == len(all) {
			return end
		}
		return all[i].begin
	}
	from, to := -1, 0
	for i, s := range all {
		if first <= s.day && s.day <= last {
			to = i + 1
			if from < 0 {
				from = i
			}
		}
	}
	for to < len(all) && (all[to].day <= last || all[to].day > today) {
		to++
	}
	if from < 0 {
		from = to
	}
	if !slices.ContainsFunc(all[:from], func(s stretch) bool { return s.day <= today }) {
		from = 0 // there is nothing that it could belong to before it
	}
	return link(from), link(to)
}

// daySeparator is between the day of a stretch and its number, which only those have that
// are not the first of their day.
const daySeparator = "/"

// ended notes where the stretch began that h is the end of, before the chain goes on with
// another day: its end will not say that any more.
func (t *Trail) ended(ctx context.Context, h, next head) error {
	data, err := json.Marshal(h.Today)
	if err != nil {
		return err
	}
	r := send.Record{
		Key: send.Key{Set: daySet, ID: dayOf(h.Time)}, Data: data, Purge: later(h.Time, next.Time).Add(dayLife),
	}
	err = t.Ledger.Create(ctx, r)
	if send.CodeOf(err) != send.Conflict {
		return err
	}
	kept, err := t.Ledger.Get(ctx, r.Key)
	if err != nil {
		return err
	}
	var known Link
	if json.Unmarshal(kept.Data, &known) == nil && known.Seq == h.Today.Seq {
		return nil // another writer noted it
	}
	r.Key.ID += daySeparator + fmt.Sprintf("%016x", h.Today.Seq)
	if err = t.Ledger.Create(ctx, r); send.CodeOf(err) == send.Conflict {
		return nil
	}
	return err
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// keptSince returns the link before the first batch that was kept on a day or after it:
// before it nothing is of a day since then that has come.
func (t *Trail) keptSince(ctx context.Context, day string) (Link, error) {
	_, h, err := t.last(ctx)
	if err != nil {
		return Link{}, err
	}
	all, err := t.stretches(ctx, h)
	if err != nil {
		return Link{}, err
	}
	today := dayOf(t.Now().Add(clocksDiffer))
	if i := slices.IndexFunc(all, func(s stretch) bool { return day <= s.day && s.day <= today }); i >= 0 {
		return all[i].begin, nil
	}
	return h.Link, nil
}

// forgetDays moves the chain's beginning to a link, before what is older goes.
func (t *Trail) forgetDays(ctx context.Context, begin Link) error {
	for r, err := range send.Records(ctx, t.Ledger, daySet) {
		var l Link
		switch {
		case err != nil:
			return err
		case json.Unmarshal(r.Data, &l) != nil || l.Seq >= begin.Seq:
			continue
		}
		if err := t.Ledger.Delete(ctx, r.Key, r.Version); err != nil && send.CodeOf(err) != send.Conflict {
			return err
		}
	}
	return nil
}
