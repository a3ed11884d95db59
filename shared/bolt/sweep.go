package bolt

import (
	"context"
	"errors"
	"time"

	"go.etcd.io/bbolt"

	"sgraph.ai/send/shared/send"
)

const (
	// sweepPage is how many records are looked at in one go.
	sweepPage = 1000
	// sweepMost is how many one sweep looks at. Where there are more, the next goes on
	// behind them.
	sweepMost = 100_000
)

// sweep removes what is purged, in pages, so that nobody waits long for it. It goes on
// where the last one ended, and no further than to the end of the file.
func (f *file) sweep(ctx context.Context, now time.Time) (removed int, err error) {
	begun, err := f.sweptTo()
	if err != nil {
		return 0, err
	}
	next, more := begun, true
	for seen := 0; more && seen < f.sweepMost; seen += sweepPage {
		if err := ctx.Err(); err != nil {
			err = send.Because(send.Unavailable, err, "the sweep was ended")
			return removed, errors.Join(err, f.keepSweptTo(begun, next))
		}
		var rs []send.Record
		rs, next, more, err = f.page(next, sweepPage)
		var over []send.Key
		for _, r := range rs {
			if purged(r, now) {
				over = append(over, r.Key)
			}
		}
		if err == nil && len(over) > 0 {
			err = f.write(func(t table) error { return forget(t, over, now) })
		}
		if err != nil {
			return removed, err
		}
		removed += len(over)
	}
	if !more {
		next = send.Key{}
	}
	return removed, f.keepSweptTo(begun, next)
}

// progressName is the bucket of what a sweep has come to, under progressKey: the row it
// goes on with, where it is not through.
var progressName, progressKey = []byte("progress"), []byte("sweep")

func (f *file) sweptTo() (k send.Key, err error) {
	err = f.read(func(t table) error {
		if b := t.(*rows).b.Tx().Bucket(progressName); b != nil {
			k = keyOf(b.Get(progressKey))
		}
		return nil
	})
	return k, err
}

// keepSweptTo keeps where a sweep ended, if that is elsewhere than where it began.
func (f *file) keepSweptTo(begun, k send.Key) error {
	if k == begun {
		return nil
	}
	return f.write(func(t table) error {
		all := t.(*rows)
		all.changed = true
		var b *bbolt.Bucket
		if b, all.fault = all.b.Tx().CreateBucketIfNotExists(progressName); all.fault == nil {
			all.fault = b.Put(progressKey, rowKey(k))
		}
		return all.fault
	})
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
