package audit

import (
	"context"
	"iter"

	"sgraph.ai/send/shared/send"
)

// Objects lists the objects of the trail, but for batches that came after the end of
// the chain that the ledger knows: those belong to a later state of it. An error is
// the last that it yields.
func (t *Trail) Objects(ctx context.Context) iter.Seq2[send.Entry, error] {
	return func(yield func(send.Entry, error) bool) {
		_, end, err := t.last(ctx)
		if err != nil {
			yield(send.Entry{}, err)
			return
		}
		for e, err := range send.Entries(ctx, t.Store, Prefix) {
			if at, ok := placeOf(e.Key); err == nil && ok && at.chained && at.seq > end.Seq {
				continue
			}
			if !yield(e, err) {
				return
			}
		}
	}
}
