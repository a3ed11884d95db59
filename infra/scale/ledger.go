package scale

import (
	"context"
	"sync"
	"time"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/partitions"
)

// waiting is for how long the service waited for others.
type waiting struct {
	mu  sync.Mutex
	all time.Duration
}

func (w *waiting) add(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all += d
}

func (w *waiting) total() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.all
}

// ledger is DynamoDB: it counts the units of each partition, and how long its answers
// take.
type ledger struct {
	*partitions.Ledger
	waiting *waiting

	mu       sync.Mutex
	together map[send.Key]float64 // transactions that a record was in
}

// transaction counts the records that are written together: others that write one of
// them at that moment are refused, and begin again.
func (l *ledger) transaction(keys ...send.Key) {
	l.waiting.add(Transaction)
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, key := range keys {
		l.together[key]++
	}
}

func (l *ledger) Get(ctx context.Context, key send.Key) (send.Record, error) {
	l.waiting.add(LedgerCall)
	return l.Ledger.Get(ctx, key)
}

func (l *ledger) Create(ctx context.Context, r send.Record) error {
	l.waiting.add(LedgerCall)
	return l.Ledger.Create(ctx, r)
}

func (l *ledger) Replace(ctx context.Context, r send.Record) error {
	l.waiting.add(LedgerCall)
	return l.Ledger.Replace(ctx, r)
}

func (l *ledger) Delete(ctx context.Context, key send.Key, version int64) error {
	l.waiting.add(LedgerCall)
	return l.Ledger.Delete(ctx, key, version)
}

func (l *ledger) Apply(ctx context.Context, changes ...send.Change) error {
	if len(changes) == 1 {
		l.waiting.add(LedgerCall)
		return l.Ledger.Apply(ctx, changes...)
	}
	keys := make([]send.Key, len(changes))
	for i, c := range changes {
		keys[i] = c.Key()
	}
	l.transaction(keys...)
	return l.Ledger.Apply(ctx, changes...)
}

// Spend reads the record once more where it was spent in a transaction, whose answer has
// no records (shared/dynamo).
func (l *ledger) Spend(ctx context.Context, key send.Key, s send.Spend) (send.Record, error) {
	if s.Once == nil {
		l.waiting.add(LedgerCall)
		return l.Ledger.Spend(ctx, key, s)
	}
	keys := []send.Key{key, s.Once.Key}
	for _, beside := range s.Beside {
		keys = append(keys, beside.Key)
	}
	l.transaction(keys...)
	r, err := l.Ledger.Spend(ctx, key, s)
	if err == nil {
		return l.Get(ctx, key)
	}
	return r, err
}

func (l *ledger) List(ctx context.Context, set, after string, limit int) ([]send.Record, error) {
	l.waiting.add(LedgerCall)
	return l.Ledger.List(ctx, set, after, limit)
}
