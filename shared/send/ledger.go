package send

import (
	"context"
	"errors"
	"iter"
	"time"
)

// Key names a record. The records of one Set can be listed in order of ID, so
// a set is also what an adapter may use as a partition.
type Key struct {
	Set string
	ID  string
}

// Record is what the ledger keeps: the few fields that conditions are written
// over, and Data, which the ledger never looks into.
type Record struct {
	Key     Key
	Version int64     // 1 when created, one more with every write
	State   string    // "" is a state like any other
	Count   int64     // units spent
	Limit   int64     // units there are; 0 = without limit
	Expires time.Time // nothing can be spent from then on, to the millisecond; zero = never
	Purge   time.Time // the ledger may forget the record from then on, or a second later; zero = never
	Data    []byte
}

// Expired says whether nothing can be spent from the record at that time.
func (r Record) Expired(now time.Time) bool {
	return !r.Expires.IsZero() && !now.Before(r.Expires)
}

// Exhausted says whether the record's limit is reached.
func (r Record) Exhausted() bool { return r.Limit > 0 && r.Count >= r.Limit }

// Spend is the one way to count under concurrency: take one unit of a record
// if, at that very moment, its state is State, it has not expired and its
// limit is not reached.
type Spend struct {
	State string
	Now   time.Time

	// Open, when set, is the record to begin with where none is kept (its
	// Key, Version and Count are ignored). An Open record must have a Limit
	// of at least 1 or none.
	Open *Record

	// Once, when set, is created in the same write. Where a record of its
	// key is kept already nothing is spent and ErrRepeated is returned:
	// repeating a spend is safe. Open and Once do not go together, and Once
	// is as volatile as the record.
	Once *Record

	// Beside is written in the same write, over what is kept of the same keys, where
	// something is spent. It goes with Once alone.
	Beside []Record
}

// ErrRepeated says that a Spend with the same Once key was booked before.
var ErrRepeated = errors.New("already spent")

// Apply is the rule of Spend on a record that is kept: it returns the record
// as it is to be written, or a Conflict. Adapters whose storage decides the
// condition itself must decide it just so.
func (s Spend) Apply(r Record) (Record, error) {
	if r.State != s.State || r.Expired(s.Now) || r.Exhausted() {
		return r, Fail(Conflict, "nothing to spend")
	}
	r.Count++
	r.Version++
	return r, nil
}

// Ledger keeps records and decides conditions about them, each in one write
// that is durable when the call returns. Records of sets that begin with
// VolatilePrefix are the exception: they may be lost with the process where
// only one process uses the ledger.
//
// Every method returns Unavailable when the ledger cannot be asked; then the
// write may or may not have happened.
type Ledger interface {
	// Get returns the record, as fresh as the last write. NotFound.
	Get(ctx context.Context, key Key) (Record, error)

	// Create writes a record that is not kept yet, with Version 1. Conflict
	// where the key is taken.
	Create(ctx context.Context, r Record) error

	// Replace writes r, with Version r.Version+1, over the record of version
	// r.Version. Conflict where the kept record has another version or none
	// is kept.
	Replace(ctx context.Context, r Record) error

	// Spend takes one unit and returns the record as it is after the write.
	// NotFound where none is kept and Open is not given; otherwise
	// ErrRepeated, together with the record, where Once is kept already;
	// otherwise Conflict, together with the record as it is, where the
	// condition does not hold.
	Spend(ctx context.Context, key Key, s Spend) (Record, error)

	// Delete forgets the record of that version. Conflict where another
	// version is kept; a record that is not kept is no error.
	Delete(ctx context.Context, key Key, version int64) error

	// Apply makes all changes in one durable write, or none of them. Conflict,
	// as a [*Refused], where one of them cannot be made; Invalid where
	// [CheckChanges] says so.
	Apply(ctx context.Context, changes ...Change) error

	// List returns up to limit records of the set with an ID greater than
	// after, in order of ID.
	List(ctx context.Context, set, after string, limit int) ([]Record, error)

	// Sweep forgets the records that may be forgotten.
	Sweeper
}

// VolatilePrefix begins the names of the sets whose records need not outlive a
// single process that owns the whole ledger.
const VolatilePrefix = "window/"

// Records lists all records of a set, in order of ID, a page at a time. An error
// is the last that it yields.
func Records(ctx context.Context, l Ledger, set string) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		const page = 200
		for after := ""; ; {
			rs, err := l.List(ctx, set, after, page)
			if err != nil {
				yield(Record{}, err)
				return
			}
			for _, r := range rs {
				if !yield(r, nil) {
					return
				}
				after = r.Key.ID
			}
			if len(rs) < page {
				return
			}
		}
	}
}

// established returns the record that is kept under the key of r: r itself where
// there was none.
func established(ctx context.Context, l Ledger, r Record) (Record, error) {
	kept, err := l.Get(ctx, r.Key)
	if CodeOf(err) != NotFound {
		return kept, err
	}
	if err = l.Create(ctx, r); CodeOf(err) == Conflict { // another was first
		return l.Get(ctx, r.Key)
	}
	return r, err
}

// update reads the record, lets change alter it, and writes it if nobody else
// did meanwhile; otherwise it does so again. An error of change ends it.
func update(ctx context.Context, l Ledger, key Key, change func(*Record) error) (Record, error) {
	return updateBy(ctx, l, key, change, func(r Record) error { return l.Replace(ctx, r) })
}

// updateBy is update where write, which does what Replace does, does more with it.
func updateBy(
	ctx context.Context, l Ledger, key Key, change func(*Record) error, write func(Record) error,
) (Record, error) {
	var r Record
	err := retry(ctx, func() (lost bool, err error) {
		if r, err = l.Get(ctx, key); err != nil {
			return false, err
		}
		if err := change(&r); err != nil {
			return false, err
		}
		if err = write(r); err == nil {
			r.Version++
		}
		return CodeOf(err) == Conflict, err
	})
	return r, err
}

// retry tries again, a few times, while an attempt lost against somebody else.
func retry(ctx context.Context, attempt func() (lost bool, err error)) error {
	for try := 0; ; try++ {
		lost, err := attempt()
		if !lost {
			return err
		}
		if try == 20 {
			return Because(Unavailable, err, "too many changes at once; try again")
		}
		if err := pause(ctx, try); err != nil {
			return err
		}
	}
}

// pause waits a little longer with every try, so that writers of one record
// get out of each other's way.
func pause(ctx context.Context, try int) error {
	t := time.NewTimer(time.Duration(1+try*try) * time.Millisecond)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return Because(Unavailable, ctx.Err(), "the request ended before the change was made")
	}
}
