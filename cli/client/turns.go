package client

import (
	"context"
	"sync"
	"time"
)

// turns are whose it is to put a part. What of a part has arrived when a line breaks is
// lost, and parts that share a slow line all take long: so at first one goes alone, one
// more may go beside it after each that went through quickly, and one fewer after each
// that took longer, or was lost.
type turns struct {
	free chan struct{}

	mu   sync.Mutex
	many int // how many there are, from 1 to workers
}

// quick is what a part may take for more to be worth it: of 10 MiB that is eight megabits
// a second. What is slower one connection fills by itself; and when a line breaks about as
// much is lost as it carries in that time.
const quick = 10 * time.Second

func newTurns() *turns {
	t := &turns{free: make(chan struct{}, workers), many: 1}
	t.free <- struct{}{}
	return t
}

// take puts a part when its turn has come.
func (t *turns) take(ctx context.Context, put func() error) error {
	select {
	case <-t.free:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	began := time.Now()
	err := put()
	t.give(err == nil && time.Since(began) < quick)
	return err
}

// give gives a turn back: others in its place, or none.
func (t *turns) give(wasQuick bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	next := 1
	switch {
	case wasQuick && t.many < workers:
		next = 2
	case !wasQuick && t.many > 1:
		next = 0
	}
	t.many += next - 1
	for range next {
		t.free <- struct{}{}
	}
}
