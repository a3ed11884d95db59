package bolt

import (
	"context"
	"io"
	"iter"

	"go.etcd.io/bbolt"

	"sgraph.ai/send/shared/send"
)

var _ send.Movable = (*Ledger)(nil)

// Snapshot hands over the ledger's file as it is at one moment, and how many bytes
// that are: opened by [Open] it is the same ledger, but for the records that are
// volatile. Nobody waits for it to be read, but what is written meanwhile makes the
// file larger, and in the end waits after all: take should read it without delay.
// An error of take is returned as it is.
func (l *Ledger) Snapshot(take func(size int64, file io.WriterTo) error) error {
	var taken error
	err := guard(func() error {
		return l.file.db.View(func(tx *bbolt.Tx) error {
			taken = take(tx.Size(), tx)
			return nil
		})
	})
	if err != nil {
		return failed(err, "read")
	}
	return taken
}

// All implements [send.Movable], in order of set and ID, without the records that are
// volatile.
func (l *Ledger) All(ctx context.Context) iter.Seq2[send.Record, error] {
	return func(yield func(send.Record, error) bool) {
		const page = 1000
		for next, more := (send.Key{}), true; more; {
			now := l.Now()
			var rs []send.Record
			err := ctx.Err()
			if err != nil {
				err = send.Because(send.Unavailable, err, "the request ended before the ledger was read")
			} else {
				rs, next, more, err = l.file.page(next, page)
			}
			if err != nil {
				yield(send.Record{}, err)
				return
			}
			for _, r := range rs {
				if !purged(r, now) && !yield(r, nil) {
					return
				}
			}
		}
	}
}

// Import implements [send.Movable].
func (l *Ledger) Import(ctx context.Context, r send.Record, over int64) error {
	if err := check(ctx, r.Key); err != nil {
		return err
	}
	now := l.Now()
	return l.home(r.Key).write(func(t table) error {
		old, err := kept(t, r.Key, now)
		if err != nil && send.CodeOf(err) != send.NotFound {
			return err
		}
		if old.Version != over {
			return send.Fail(send.Conflict, "the record was changed meanwhile")
		}
		return t.put(r)
	})
}
