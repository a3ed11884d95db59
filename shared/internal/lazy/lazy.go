// Package lazy makes things when they are first needed, so that a service can
// start without reading a file or asking the network.
package lazy

import (
	"context"
	"sync/atomic"
)

// Value is built when it is first asked for, and only once. A
// failure is not kept: whoever asks next tries again.
type Value[T any] struct {
	build func(context.Context) (T, error)
	done  atomic.Pointer[T]
	maker chan struct{} // held by the one that makes it
}

// New returns a value that build makes.
func New[T any](build func(context.Context) (T, error)) *Value[T] {
	return &Value[T]{build: build, maker: make(chan struct{}, 1)}
}

// Get returns the value. While another caller makes it, Get waits, but not
// longer than its own context allows.
func (v *Value[T]) Get(ctx context.Context) (T, error) {
	if p := v.done.Load(); p != nil {
		return *p, nil
	}
	select {
	case v.maker <- struct{}{}:
		defer func() { <-v.maker }()
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
	if p := v.done.Load(); p != nil {
		return *p, nil
	}
	made, err := v.build(ctx)
	if err != nil {
		return made, err
	}
	v.done.Store(&made)
	return made, nil
}
