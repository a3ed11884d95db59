package bolt

import (
	"context"
	"time"

	"sgraph.ai/send/shared/send"
)

// sweepPage is how many records are looked at in one go.
const sweepPage = 1000

// sweep removes what is purged, in pages, so that nobody waits long for it.
func (f *file) sweep(ctx context.Context, now time.Time) (removed int, err error) {
	for next, more := (send.Key{}), true; more; {
		if err := ctx.Err(); err != nil {
			return removed, send.Because(send.Unavailable, err, "the sweep was ended")
		}
		var over []send.Key
		over, next, more, err = f.overdue(next, now)
		if err == nil && len(over) > 0 {
			removed += len(over)
			err = f.write(func(t table) error { return forget(t, over, now) })
		}
		if err != nil {
			return removed, err
		}
	}
	return removed, nil
}

// overdue returns what is purged in the page that begins at first, and where
// the next one begins.
func (f *file) overdue(first send.Key, now time.Time) (over []send.Key, next send.Key, more bool, err error) {
	seen := 0
	err = f.read(func(t table) error {
		return t.(*rows).from(first, func(r send.Record) bool {
			if seen++; seen > sweepPage {
				next, more = r.Key, true
				return false
			}
			if purged(r, now) {
				over = append(over, r.Key)
			}
			return true
		})
	})
	return over, next, more, err
}

func forget(t table, keys []send.Key, now time.Time) error {
	for _, key := range keys {
		r, found, err := t.get(key)
		if err != nil {
			return err
		}
		if found && purged(r, now) { // it may have begun anew since it was seen
			if err := t.remove(key); err != nil {
				return err
			}
		}
	}
	return nil
}
