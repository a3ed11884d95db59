package lazy_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"sgraph.ai/send/shared/internal/lazy"
)

func TestBuiltOnceHoweverManyAsk(t *testing.T) {
	t.Parallel()
	var built atomic.Int64
	v := lazy.New(func(context.Context) (int64, error) { return built.Add(1), nil })
	if built.Load() != 0 {
		t.Fatal("built before it was needed")
	}
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if n, err := v.Get(t.Context()); n != 1 || err != nil {
				t.Errorf("Get = %d, %v; want 1", n, err)
			}
		})
	}
	wg.Wait()
}

func TestFailureIsTriedAgain(t *testing.T) {
	t.Parallel()
	away := errors.New("away")
	var tries int
	v := lazy.New(func(context.Context) (string, error) {
		if tries++; tries < 3 {
			return "", away
		}
		return "here", nil
	})
	for range 2 {
		if _, err := v.Get(t.Context()); !errors.Is(err, away) {
			t.Fatalf("err = %v; want the builder's", err)
		}
	}
	if s, err := v.Get(t.Context()); s != "here" || err != nil {
		t.Fatalf("Get = %q, %v", s, err)
	}
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	t.Parallel()
	begun, end := make(chan struct{}), make(chan struct{})
	v := lazy.New(func(context.Context) (int, error) { close(begun); <-end; return 1, nil })
	go v.Get(context.Background())
	<-begun
	defer close(end)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := v.Get(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("err = %v; want context.Canceled", err)
	}
}
