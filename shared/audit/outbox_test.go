package audit_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/metric/metrictest"
	"sgraph.ai/send/shared/test/logtest"
)

// taker takes what an outbox hands over.
type taker struct {
	mu     sync.Mutex
	taken  []audit.Event
	most   int // in a batch
	err    error
	begun  chan struct{} // told when a batch comes, if set
	wait   chan struct{} // the batch is held until then, if set
	expiry time.Duration // the longest that a batch could take
}

func (k *taker) take(ctx context.Context, events []audit.Event) error {
	if k.begun != nil {
		k.begun <- struct{}{}
		<-k.wait
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	deadline, _ := ctx.Deadline()
	k.expiry = max(k.expiry, time.Until(deadline))
	k.most = max(k.most, len(events))
	if k.err == nil {
		k.taken = append(k.taken, events...)
	}
	return k.err
}

func outbox(k *taker) (*audit.Outbox, *logtest.Buffer) {
	var log logtest.Buffer
	m := metric.Meter{Service: metric.User, Stage: "dev", Embed: true}
	return audit.NewOutbox(k.take, m, slog.New(slog.NewJSONHandler(&log, nil))), &log
}

func TestEventsAreHandedOverInOrderAndInBatches(t *testing.T) {
	t.Parallel()
	k := &taker{}
	o, _ := outbox(k)
	for i := range 250 {
		o.Put(t.Context(), event(i))
	}
	o.Flush()
	if len(k.taken) != 250 || k.most > audit.MaxBatch {
		t.Fatalf("%d were taken, in batches of up to %d", len(k.taken), k.most)
	}
	for i, e := range k.taken {
		if e != event(i) {
			t.Fatalf("the event at %d is %+v", i, e)
		}
	}
}

func TestEventsDoNotWaitForAFlush(t *testing.T) {
	t.Parallel()
	k := &taker{begun: make(chan struct{}), wait: make(chan struct{})}
	o, _ := outbox(k)
	o.Put(t.Context(), event(1))
	<-k.begun // by itself
	flushed := make(chan struct{})
	go func() { o.Flush(); close(flushed) }()
	select {
	case <-flushed:
		t.Error("Flush does not wait for what is on its way")
	case <-time.After(20 * time.Millisecond): // a slow machine sees less, and nothing that is not there
	}
	close(k.wait)
	<-flushed
	if len(k.taken) != 1 {
		t.Errorf("%d were taken", len(k.taken))
	}
}

func TestWhatCannotBeHandedOverIsInTheLog(t *testing.T) {
	t.Parallel()
	o, log := outbox(&taker{err: errors.New("away")})
	o.Put(t.Context(), event(1))
	o.Put(t.Context(), event(2))
	o.Flush()
	if n := metrictest.Sum(t, log.String(), metric.AuditLost); n != 2 {
		t.Errorf("%v are lost, want 2", n)
	}
	for _, part := range []string{`"level":"ERROR"`, event(1).Transfer, event(2).Transfer, `"cause":"away"`} {
		if !strings.Contains(log.String(), part) {
			t.Errorf("the log does not have %s: %s", part, log)
		}
	}
}

func TestAnOutboxIsBounded(t *testing.T) {
	t.Parallel()
	k := &taker{begun: make(chan struct{}), wait: make(chan struct{})}
	o, log := outbox(k)
	o.Put(t.Context(), event(0))
	<-k.begun // and is stuck
	for i := range 1010 {
		o.Put(t.Context(), event(i+1))
	}
	go func() {
		for range k.begun {
		}
	}()
	close(k.wait)
	o.Flush()
	close(k.begun)
	if lost := metrictest.Sum(t, log.String(), metric.AuditLost); lost != 10 || len(k.taken) != 1001 {
		t.Errorf("%v are lost and %d taken, want 10 and 1001", lost, len(k.taken))
	}

	k = &taker{}
	o, log = outbox(k)
	for i := range 2500 {
		o.Send(t.Context(), event(i))
	}
	o.Flush()
	if len(k.taken) != 2500 || log.String() != "" {
		t.Errorf("%d are taken of what could wait, and the log says %s", len(k.taken), log)
	}
}

func TestTheEndOfTheWorkBoundsTheHandingOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := &taker{}
		o, _ := outbox(k)
		o.Put(t.Context(), event(1))
		o.Flush()
		if k.expiry <= time.Second {
			t.Errorf("a batch may take %v", k.expiry)
		}
		k.expiry = 0
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		o.Put(ctx, event(2))
		o.Flush()
		if k.expiry != time.Second {
			t.Errorf("a batch may take %v, and the work it is about ends in a second", k.expiry)
		}
	})
}

func TestNobodyWantsEvents(t *testing.T) {
	t.Parallel()
	o := audit.NewOutbox(nil, metric.Meter{}, slog.New(slog.DiscardHandler))
	o.Put(t.Context(), event(1))
	o.Flush()
}
