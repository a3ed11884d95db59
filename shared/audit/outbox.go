package audit

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"sgraph.ai/send/shared/metric"
)

// MaxBatch is how many events are handed over at once.
const MaxBatch = 100

const (
	outboxDelay = 100 * time.Millisecond // for which events are gathered
	outboxTime  = 3 * time.Second        // that handing over a batch may take
	maxWaiting  = 1000
)

// Outbox hands events over after the work that they are about. Events that
// cannot be handed over go to the log, as an error, and are counted.
type Outbox struct {
	deliver func(context.Context, []Event) error
	meter   metric.Meter
	log     *slog.Logger

	handing sync.Mutex // held by whoever hands over

	mu       sync.Mutex
	waiting  []Event
	timer    *time.Timer // set while events wait
	deadline time.Time   // of the work they are about; zero = none
}

// NewOutbox returns an outbox that hands over to deliver; where that is nil,
// nobody wants the events.
func NewOutbox(deliver func(context.Context, []Event) error, meter metric.Meter, log *slog.Logger) *Outbox {
	return &Outbox{deliver: deliver, meter: meter, log: meter.Logger(log)}
}

var errFull = errors.New("too many events wait")

// Put takes an event of the work of ctx. It does not wait for anything.
func (o *Outbox) Put(ctx context.Context, e Event) {
	if o.deliver != nil && !o.put(ctx, e) {
		o.lose([]Event{e}, errFull)
	}
}

// Send is Put for work that has more to tell than can wait, and time: it hands
// over when there is a batch.
func (o *Outbox) Send(ctx context.Context, e Event) {
	o.mu.Lock()
	batch := len(o.waiting) >= MaxBatch
	o.mu.Unlock()
	if batch {
		o.Flush()
	}
	o.Put(ctx, e)
}

func (o *Outbox) put(ctx context.Context, e Event) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.waiting) == maxWaiting {
		return false
	}
	o.waiting = append(o.waiting, e)
	o.deadline, _ = ctx.Deadline()
	if o.timer == nil {
		o.timer = time.AfterFunc(outboxDelay, o.Flush)
	}
	return true
}

// Flush hands over what waits and returns when all of it is delivered or lost:
// before the process ends, or is frozen.
func (o *Outbox) Flush() {
	o.handing.Lock()
	defer o.handing.Unlock()
	for batch, deadline := o.take(); len(batch) > 0; batch, deadline = o.take() {
		end := time.Now().Add(outboxTime)
		if !deadline.IsZero() && deadline.Before(end) {
			end = deadline
		}
		ctx, cancel := context.WithDeadline(context.Background(), end)
		err := o.deliver(ctx, batch)
		cancel()
		if err != nil {
			o.lose(batch, err)
		}
	}
}

// take takes a batch of what waits.
func (o *Outbox) take() (batch []Event, deadline time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.timer != nil {
		o.timer.Stop()
		o.timer = nil
	}
	n := min(len(o.waiting), MaxBatch)
	batch, o.waiting = o.waiting[:n:n], o.waiting[n:]
	return batch, o.deadline
}

// lose keeps in the log what the trail could not take.
func (o *Outbox) lose(events []Event, cause error) {
	var counts metric.Counts
	counts.Add(metric.AuditLost, int64(len(events)))
	o.meter.Log(o.log, slog.LevelError, "audit events could not be kept", &counts,
		slog.Any("events", events), slog.String("cause", cause.Error()))
}
