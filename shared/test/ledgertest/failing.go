package ledgertest

import (
	"context"
	"math/rand/v2"
	"sync"

	"sgraph.ai/send/shared/send"
)

// Failing is a ledger of which writes fail now and then, before or after they were made:
// whoever is told so cannot know which.
type Failing struct {
	send.Ledger
	often int

	mu     sync.Mutex
	chance *rand.Rand
}

// Fail has about one write in so many fail, by chance that the seed decides; 0 = none.
func Fail(l send.Ledger, often int, seed uint64) *Failing {
	return &Failing{Ledger: l, often: often, chance: rand.New(rand.NewPCG(seed, 0))}
}

func (l *Failing) write(writing func() error) error {
	l.mu.Lock()
	fault := 0
	if l.often > 0 {
		fault = 1 + l.chance.IntN(2*l.often)
	}
	l.mu.Unlock()
	if fault == 1 {
		return send.Fail(send.Unavailable, "lost")
	}
	if err := writing(); err != nil || fault != 2 {
		return err
	}
	return send.Fail(send.Unavailable, "the answer is lost")
}

// Create is as the ledger's.
func (l *Failing) Create(ctx context.Context, r send.Record) error {
	return l.write(func() error { return l.Ledger.Create(ctx, r) })
}

// Replace is as the ledger's.
func (l *Failing) Replace(ctx context.Context, r send.Record) error {
	return l.write(func() error { return l.Ledger.Replace(ctx, r) })
}

// Delete is as the ledger's.
func (l *Failing) Delete(ctx context.Context, key send.Key, version int64) error {
	return l.write(func() error { return l.Ledger.Delete(ctx, key, version) })
}

// Spend is as the ledger's.
func (l *Failing) Spend(ctx context.Context, key send.Key, s send.Spend) (r send.Record, err error) {
	err = l.write(func() error {
		r, err = l.Ledger.Spend(ctx, key, s)
		return err
	})
	return r, err
}

// Apply is as the ledger's.
func (l *Failing) Apply(ctx context.Context, changes ...send.Change) error {
	return l.write(func() error { return l.Ledger.Apply(ctx, changes...) })
}
