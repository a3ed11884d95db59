package send

import (
	"context"
	"fmt"
	"iter"
	"slices"
)

// Movable is a ledger that can be moved somewhere else, record by record, while
// nobody else writes to it.
type Movable interface {
	Ledger

	// All hands over every record that is kept, in whichever order. An error is the
	// last that it yields.
	All(ctx context.Context) iter.Seq2[Record, error]

	// Import writes a record as it is, its version included, over the record that
	// is kept of version over; where that is 0, where none is kept. Conflict where
	// it is otherwise.
	Import(ctx context.Context, r Record, over int64) error
}

// TransferRecords lists the records of all transfers, in order of ID. An error is the
// last that it yields.
func TransferRecords(ctx context.Context, l Ledger) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for n := range 256 {
			for r, err := range Records(ctx, l, fmt.Sprintf("%s%02x", TransferSets, n)) {
				if !yield(r, err) || err != nil {
					return
				}
			}
		}
	}
}

// Objects returns the keys of the objects that the record of a transfer names, of
// which not all need be there, and the size of the ciphertext.
func Objects(r Record) (keys []string, size int64, err error) {
	_, d, err := readTransfer(r)
	return d.keys(), d.Payload.Size, err
}

// Lose returns the record of a transfer as it is without some of its objects: where
// that means that nobody can download it any more it is deleted, and changed is true.
func Lose(r Record, keys ...string) (without Record, changed bool, err error) {
	_, d, err := readTransfer(r)
	if err != nil || r.State != string(Completed) || !slices.Contains(keys, d.Payload.Key) {
		return r, false, err
	}
	r.State = string(Deleted)
	return r, true, nil
}
