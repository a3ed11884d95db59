package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"sgraph.ai/send/shared/send"
)

// Trail is where events are kept.
type Trail struct{ Store send.Store }

// Prefix begins the key of everything that the trail keeps.
const Prefix = "audit/"

const (
	// root begins the key of every event; the hour follows.
	root = Prefix + "data/temporal/"
	hour = "2006/01/02/15/"

	// parallel is how many objects are written or read at once.
	parallel = 16
)

// keyOf returns the key of an event. What it was and what became of it stand
// in the name, so that looking for those reads nothing else.
func keyOf(e Event) string {
	return root + e.Time.UTC().Format(hour) + e.ID() + "." + string(e.Kind) + "." + string(e.Outcome) + ".json"
}

// Append keeps events. Doing so again changes nothing.
func (t Trail) Append(ctx context.Context, events []Event) error {
	errs := make([]error, len(events))
	each(len(events), func(i int) { errs[i] = t.append(ctx, events[i]) })
	return errors.Join(errs...)
}

func (t Trail) append(ctx context.Context, e Event) error {
	content, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = t.Store.Put(ctx, keyOf(e), bytes.NewReader(content), int64(len(content)))
	return err
}

// each calls f for 0 to n-1, several at once.
func each(n int, f func(i int)) {
	var running errgroup.Group
	running.SetLimit(parallel)
	for i := range n {
		running.Go(func() error { f(i); return nil })
	}
	_ = running.Wait()
}

// Sweep forgets the events of the hours that ended before a time, and returns
// how many there were. It is for stores without lifecycle rules.
func (t Trail) Sweep(ctx context.Context, before time.Time) (removed int, err error) {
	// Keys are in the order of time, and those of the hour itself stay.
	end := root + before.UTC().Format(hour)
	for e, err := range send.Entries(ctx, t.Store, root) {
		if err != nil || e.Key >= end {
			return removed, err
		}
		if err := t.Store.Delete(ctx, e.Key); err != nil {
			return removed, err
		}
		removed++
	}
	return removed, nil
}
