// Package partitions is a ledger in memory that counts what DynamoDB would: the units
// that each partition has to read and write. It holds ten million records.
package partitions

import (
	"context"
	"errors"
	"sync"
	"time"

	"sgraph.ai/send/shared/send"
)

// Units is what was asked of a partition, as DynamoDB counts: a read is of 4 KiB or
// less, and consistent, a write of 1 KiB or less. In a transaction it counts twice.
type Units struct {
	Reads, Writes int64
	Gets          int64 // records that were asked for by their key
	Listed        int64 // records that listings returned
}

// Plus is both.
func (u Units) Plus(v Units) Units {
	return Units{u.Reads + v.Reads, u.Writes + v.Writes, u.Gets + v.Gets, u.Listed + v.Listed}
}

// Ledger is a [send.Ledger]. Like a table, it forgets by itself what is purged.
type Ledger struct {
	// Now says which records are purged. It may be set before first use.
	Now func() time.Time

	mu     sync.Mutex // guards what follows
	sets   map[string]*shelf
	texts  map[string]uint32 // what states and data there are, by their number
	text   []string
	counts map[string]Units // by the set
}

var _ send.Ledger = (*Ledger)(nil)

// New returns an empty ledger.
func New() *Ledger {
	return &Ledger{
		Now: time.Now, sets: map[string]*shelf{}, texts: map[string]uint32{}, counts: map[string]Units{},
	}
}

// Take returns what was asked of each set since it was last taken.
func (l *Ledger) Take() map[string]Units {
	l.mu.Lock()
	defer l.mu.Unlock()
	counts := l.counts
	l.counts = map[string]Units{}
	return counts
}

// Len is how many records a set has.
func (l *Ledger) Len(set string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.shelf(set).len
}

// around is what a record has besides its data, in bytes: names and numbers.
const around = 80

func sizeOf(r send.Record) int64 {
	return int64(around + len(r.Key.Set) + len(r.Key.ID) + len(r.State) + len(r.Data))
}

func ceil(n, by int64) int64 { return max(1, (n+by-1)/by) }

func (l *Ledger) read(set string, bytes int64) {
	u := l.counts[set]
	u.Reads += ceil(bytes, 4<<10)
	l.counts[set] = u
}

func (l *Ledger) wrote(r send.Record, times int64) {
	u := l.counts[r.Key.Set]
	u.Writes += times * ceil(sizeOf(r), 1<<10)
	l.counts[r.Key.Set] = u
}

// kept returns a record that is not purged. NotFound.
func (l *Ledger) kept(key send.Key, now time.Time) (send.Record, error) {
	r, found := l.get(key)
	if !found || !r.Purge.IsZero() && !now.Before(r.Purge) {
		return send.Record{}, send.Fail(send.NotFound, "no such record")
	}
	return r, nil
}

// begin locks the ledger, unless the request is over.
func (l *Ledger) begin(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return send.Because(send.Unavailable, err, "the request ended before the ledger was asked")
	}
	l.mu.Lock()
	return nil
}

// Get implements [send.Ledger].
func (l *Ledger) Get(ctx context.Context, key send.Key) (send.Record, error) {
	if err := l.begin(ctx); err != nil {
		return send.Record{}, err
	}
	defer l.mu.Unlock()
	r, err := l.kept(key, l.Now())
	l.read(key.Set, sizeOf(r))
	u := l.counts[key.Set]
	u.Gets++
	l.counts[key.Set] = u
	return r, err
}

// Create implements [send.Ledger].
func (l *Ledger) Create(ctx context.Context, r send.Record) error {
	return l.one(ctx, send.Change{Create: &r})
}

// Replace implements [send.Ledger].
func (l *Ledger) Replace(ctx context.Context, r send.Record) error {
	return l.one(ctx, send.Change{Replace: &r})
}

// Delete implements [send.Ledger].
func (l *Ledger) Delete(ctx context.Context, key send.Key, version int64) error {
	return l.one(ctx, send.Change{Delete: &send.Record{Key: key, Version: version}})
}

// one is Apply of one change, with the error of the change itself.
func (l *Ledger) one(ctx context.Context, c send.Change) error {
	err := l.Apply(ctx, c)
	if refused, ok := errors.AsType[*send.Refused](err); ok {
		return refused.Err
	}
	return err
}

// Apply implements [send.Ledger].
func (l *Ledger) Apply(ctx context.Context, changes ...send.Change) error {
	if err := send.CheckChanges(changes); err != nil {
		return err
	}
	if err := l.begin(ctx); err != nil {
		return err
	}
	defer l.mu.Unlock()
	times := int64(1)
	if len(changes) > 1 {
		times = 2
	}
	now, writes := l.Now(), make([]func(), len(changes))
	for i, c := range changes {
		var r send.Record
		var err error
		if r, writes[i], err = l.change(c, now); err != nil {
			return &send.Refused{Index: i, Err: err}
		}
		l.wrote(r, times)
	}
	for _, write := range writes {
		write()
	}
	return nil
}

// change decides a change: it returns what is written, and what writes it. Conflict.
func (l *Ledger) change(c send.Change, now time.Time) (r send.Record, write func(), err error) {
	old, missing := l.kept(c.Key(), now)
	conflict := func() error { return send.Fail(send.Conflict, "the record is not as it must be") }
	switch {
	case c.Create != nil:
		if r = *c.Create; missing == nil {
			return r, nil, conflict()
		}
		r.Version = 1
	case c.Replace != nil:
		if r = *c.Replace; missing != nil || old.Version != r.Version {
			return r, nil, conflict()
		}
		r.Version++
	case c.Delete != nil:
		old.Key = c.Delete.Key
		if missing == nil && old.Version != c.Delete.Version {
			return old, nil, conflict()
		}
		return old, func() { l.remove(old.Key) }, nil
	default:
		a := *c.Add
		r = old
		r.Key = a.Key
		switch {
		case !a.Fits(r.Count):
			return r, nil, conflict()
		case missing != nil && a.Units < 0:
			return r, func() {}, nil
		}
		r.Count = max(0, r.Count+a.Units)
		r.Version++
		if !a.Purge.IsZero() {
			r.Purge = a.Purge
		}
	}
	return r, func() { l.put(r) }, nil
}

// Spend implements [send.Ledger].
func (l *Ledger) Spend(ctx context.Context, key send.Key, s send.Spend) (send.Record, error) {
	if err := l.begin(ctx); err != nil {
		return send.Record{}, err
	}
	defer l.mu.Unlock()
	times := int64(1)
	r, err := l.kept(key, s.Now)
	if err != nil && s.Open != nil {
		r, err = *s.Open, nil
		r.Key, r.Version, r.Count = key, 0, 0
	}
	if s.Once != nil {
		times = 2
		l.wrote(*s.Once, times)
	}
	for _, beside := range s.Beside {
		l.wrote(beside, times)
	}
	l.wrote(r, times)
	if err != nil {
		return send.Record{}, err
	}
	if s.Once != nil {
		if _, missing := l.kept(s.Once.Key, s.Now); missing == nil {
			return r, send.ErrRepeated
		}
	}
	if r, err = s.Apply(r); err != nil {
		return r, err
	}
	if s.Once != nil {
		once := *s.Once
		once.Version = 1
		l.put(once)
	}
	for _, beside := range s.Beside {
		beside.Version = 1
		l.put(beside)
	}
	l.put(r)
	return r, nil
}

// List implements [send.Ledger].
func (l *Ledger) List(ctx context.Context, set, after string, limit int) ([]send.Record, error) {
	if err := l.begin(ctx); err != nil {
		return nil, err
	}
	defer l.mu.Unlock()
	var rs []send.Record
	var bytes int64
	now := l.Now()
	if limit > 0 {
		l.shelf(set).after(after, func(w row) bool {
			r := l.record(set, w)
			bytes += sizeOf(r)
			if r.Purge.IsZero() || now.Before(r.Purge) {
				rs = append(rs, r)
			}
			return len(rs) < limit
		})
	}
	l.read(set, bytes)
	u := l.counts[set]
	u.Listed += int64(len(rs))
	l.counts[set] = u
	return rs, nil
}

// Sweep implements [send.Sweeper]: nothing is left to it.
func (l *Ledger) Sweep(context.Context, time.Time) (int, error) { return 0, nil }
