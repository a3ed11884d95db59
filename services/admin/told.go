package admin

import (
	"context"
	"sync"
	"time"
)

const (
	// toldAge is for how long it is believed what was told, or that nothing was: so many
	// consoles ask as much as one does.
	toldAge = 20 * time.Second
	// toldTime is how long somebody may take to tell.
	toldTime = 5 * time.Second
)

// told is what somebody else told, such as AWS, when they were asked last.
type told[T any] struct {
	mu    sync.Mutex // held by whoever asks
	what  T
	err   error
	until time.Time
}

// by returns what was told, or asks. The question does not end with the request that
// caused it.
func (t *told[T]) by(ctx context.Context, now func() time.Time, ask func(context.Context) (T, error)) (T, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !now().Before(t.until) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), toldTime)
		defer cancel()
		t.what, t.err = ask(ctx)
		t.until = now().Add(toldAge)
	}
	return t.what, t.err
}
