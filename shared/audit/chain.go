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
// left out.
func (t *Trail) Export(ctx context.Context, w io.Writer, from, to time.Time) error {
	h, err := t.settled(ctx)
	if err != nil {
		return err
	}
	now := t.Now().UTC()
	first, last := from.UTC().Truncate(daily), to.UTC().Add(-1).Truncate(daily)
	if t.Retention > 0 {
		oldest := now.Add(-t.Retention).Truncate(daily).Add(daily)
		if first.Before(oldest) {
			first = oldest
		}
	}
	all, err := t.stretches(ctx, h)
	if err != nil {
		return err
	}
	begin, end := between(all, h.Link, dayOf(first), dayOf(last), dayOf(now.Add(clocksDiffer)))
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

// complete writes what was found of days before d, as far as nothing is missing, and returns
// what is left: where a clock was wrong, what is missing may be found under a later day.
func (p *part) complete(ctx context.Context, found []place, d time.Time) ([]place, error) {
	slices.SortFunc(found, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.seq, b.seq), strings.Compare(a.key, b.key))
	})
	all := d.After(p.last)
	n, next, gap := 0, p.next, false
	for ; n < len(found) && (all || found[n].kept.Before(d)); n++ {
		if gap = gap || found[n].seq > next; gap && !all {
			break
		}
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
