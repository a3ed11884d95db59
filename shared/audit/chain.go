package audit

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"time"

	"sgraph.ai/send/shared/send"
)

// The lines of an exported chain that are no lines of a batch.
type (
	beginLine struct {
		Begin Link `json:"begin"` // the link before the first batch
	}
	endLine struct {
		End Link `json:"end"` // the last batch
	}
	strayLine struct {
		Stray string `json:"stray"` // key of an object that no writer of the trail made
	}
)

// strayGrace is how long after the chain's beginning events can still have been
// kept by themselves, by processes of a version without one.
const strayGrace = time.Hour

// Export writes what was kept on the days from one time to another, every batch
// byte for byte in the order of the chain, between the links that the ledger
// knows: what [Verify] reads. Days that are older than the trail is kept are
// left out. Invalid for days that cannot be told from others because the chain's
// end is of a day to come; the message says which can be exported.
func (t *Trail) Export(ctx context.Context, w io.Writer, from, to time.Time) error {
	h, err := t.Head(ctx)
	if err != nil {
		return err
	}
	first, last := from.UTC().Truncate(daily), to.UTC().Add(-1).Truncate(daily)
	if t.Retention > 0 {
		oldest := t.Now().UTC().Add(-t.Retention).Truncate(daily).Add(daily)
		if first.Before(oldest) {
			first = oldest
		}
	}
	begins, err := t.toldApart(ctx, h, first, last)
	if err != nil {
		return err
	}
	begin, err := t.began(ctx, begins, h)
	if err != nil {
		return err
	}
	end, err := t.began(ctx, last.Add(daily), h)
	if err != nil {
		return err
	}
	lines := json.NewEncoder(w)
	if err := lines.Encode(beginLine{begin}); err != nil {
		return err
	}
	part := part{
		trail: t, w: w, begin: begin, end: end, first: first, last: last, begun: h.Begun, known: h.Seq,
		next: begin.Seq + 1,
	}
	if err := part.write(ctx); err != nil {
		return err
	}
	return lines.Encode(endLine{end})
}

// began returns the link before the first batch that was kept on a day or after
// it: the end of the chain where there is none.
func (t *Trail) began(ctx context.Context, d time.Time, end Head) (Link, error) {
	days, err := t.Ledger.List(ctx, daySet, dayOf(d.AddDate(0, 0, -1)), 1)
	if err != nil {
		return Link{}, err
	}
	var l Link
	if len(days) == 1 {
		if json.Unmarshal(days[0].Data, &l) != nil {
			return l, send.Fail(send.Internal, "where a day of the audit chain began cannot be read in the ledger")
		}
		return l, nil
	}
	// It is the day of the end, or one to come.
	if dayOf(end.Time) < dayOf(d) {
		return end.Link, nil
	}
	_, h, err := t.last(ctx)
	if err != nil || dayOf(h.Time) == dayOf(end.Time) {
		return h.Today, err
	}
	return t.began(ctx, d, h.Head) // the day ended meanwhile
}

// clocksDiffer is how far the clocks of those that write one chain may be apart.
const clocksDiffer = time.Hour

// toldApart refuses days of which the ledger cannot say where they end. A batch is never
// of a day before that of the one before it; so once a clock was ahead for a moment, all
// that is kept until that moment has come is of one day, which is to come. An export of
// the days on which it was kept would be empty, and valid. Otherwise it returns the day
// that an export begins with: that of a day to come, with the day on which the clock was
// ahead, so that nothing is in no export.
func (t *Trail) toldApart(ctx context.Context, h Head, first, last time.Time) (time.Time, error) {
	now := t.Now().UTC()
	if dayOf(h.Time) <= dayOf(now.Add(clocksDiffer)) {
		return first, nil
	}
	since, ahead := min(dayOf(h.Begun), dayOf(first)), dayOf(h.Time)
	for r, err := range send.Records(ctx, t.Ledger, daySet) {
		if err != nil {
			return first, err
		}
		if r.Key.ID > dayOf(now) {
			ahead = r.Key.ID
			break
		}
		since = r.Key.ID
	}
	switch {
	case dayOf(first) == ahead:
		return time.Parse(time.DateOnly, since)
	case dayOf(last) < since, dayOf(first) > ahead:
		return first, nil
	}
	return first, send.Fail(send.Invalid, "the end of the audit chain is of %s, a day to come: a clock was ahead. "+
		"What was kept on %s and since then cannot be told apart by days: export the days before that, and the rest as "+
		"what was kept from %s until %s", dayOf(h.Time), since, ahead, dayOf(h.Time.Add(daily)))
}

// part is the part of the chain that is exported.
type part struct {
	trail       *Trail
	w           io.Writer
	begin, end  Link
	first, last time.Time // days
	begun       time.Time // when the chain began
	known       int64     // number of the chain's last batch
	next        int64     // number of the batch that is to be written next
	searched    bool      // for batches under other days
}

// write writes the batches. The store lists objects by when their events
// happened, which is up to a week before they were kept, or a little after. So
// it goes through the days of events and writes, of what it has found, what was
// kept on days of which all is found. What is missing then may be under other days:
// a clock was ahead, or events waited longer than a week.
func (p *part) write(ctx context.Context) error {
	var found []place
	for d := p.first.Add(-latest); !d.After(p.last.Add(daily)); d = d.Add(daily) {
		for e, err := range send.Entries(ctx, p.trail.Store, root+d.Format(day)) {
			if err != nil {
				return err
			}
			switch at, ok := placeOf(e.Key); {
			case !ok || !at.chained && !p.begun.IsZero() && at.kept.After(p.begun.Add(strayGrace)) && p.spans(at.kept):
				if err := json.NewEncoder(p.w).Encode(strayLine{e.Key}); err != nil {
					return err
				}
			case !at.chained:
			case at.seq > p.begin.Seq && at.seq <= p.end.Seq:
				found = append(found, at)
			case p.spans(at.kept): // it says so, and its number is of another time
				if ok, err := p.grown(ctx, at.seq); err != nil {
					return err
				} else if !ok {
					found = append(found, at)
				}
			}
		}
		var err error
		if found, err = p.complete(ctx, found, d); err != nil {
			return err
		}
	}
	return nil
}

// complete writes what was found of days before d, and returns what is left.
func (p *part) complete(ctx context.Context, found []place, d time.Time) ([]place, error) {
	slices.SortFunc(found, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.seq, b.seq), strings.Compare(a.key, b.key))
	})
	all := d.After(p.last)
	n, next, gap := 0, p.next, false
	for ; n < len(found) && (all || found[n].kept.Before(d)); n++ {
		gap = gap || found[n].seq > next
		next = max(next, found[n].seq+1)
	}
	gap = gap || all && next <= p.end.Seq
	if gap && !p.searched {
		p.searched = true
		others, err := p.elsewhere(ctx)
		if err != nil {
			return nil, err
		}
		return p.complete(ctx, append(found, others...), d)
	}
	p.next = next
	return found[n:], p.copy(ctx, found[:n])
}

// elsewhere returns the batches of the part that are under no day that it goes through.
func (p *part) elsewhere(ctx context.Context) (others []place, err error) {
	from, to := root+p.first.Add(-latest).Format(day), root+p.last.Add(2*daily).Format(day)
	for e, err := range send.Entries(ctx, p.trail.Store, root) {
		if err != nil {
			return nil, err
		}
		at, ok := placeOf(e.Key)
		if ok && at.chained && at.seq > p.begin.Seq && at.seq <= p.end.Seq && (e.Key < from || e.Key >= to) {
			others = append(others, at)
		}
	}
	return others, nil
}

// grown says whether a batch was added to the chain since its end was looked at.
func (p *part) grown(ctx context.Context, seq int64) (bool, error) {
	if seq <= p.known {
		return false, nil
	}
	_, h, err := p.trail.last(ctx)
	return seq <= h.Seq, err
}

// spans says whether a time is of the days of the part.
func (p *part) spans(at time.Time) bool {
	return !at.Before(p.first) && at.Before(p.last.Add(daily))
}

// copy writes batches as they are, each to the end of its line. That one is gone
// will be found.
func (p *part) copy(ctx context.Context, places []place) error {
	for some := range slices.Chunk(places, parallel) {
		for content, err := range p.trail.contents(ctx, some) {
			if err != nil {
				return err
			}
			if !bytes.HasSuffix(content, []byte("\n")) {
				content = append(content, '\n')
			}
			if _, err := p.w.Write(content); err != nil {
				return err
			}
		}
	}
	return nil
}
