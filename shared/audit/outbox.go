package audit

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
)

const (
	gather     = 500 * time.Millisecond // for which events are gathered
	handTime   = 3 * time.Second        // that handing over a batch may take
	retryFirst = 2 * time.Second        // until what could not be handed over is tried again
	retryMost  = time.Minute
	keepEvery  = 5 * time.Second  // that what was counted is kept
	clocks     = 10 * time.Second // by which the clocks of processes may differ
	serverTime = 30 * time.Second // after which a server leaves the rest for the next time
	frozenTime = 5 * time.Second  // after which the end of a function's event does
	maxWaiting = 1000             // in memory
)

// Outbox takes what a service has to tell of the work that it did. What it took
// waits in the ledger until it is handed over, even if nobody takes it for days
// and the process ends. What not even the ledger takes goes to the log, as an
// error, and is counted.
type Outbox struct {
	Deliver func(context.Context, []Event) error // nil = nobody wants the events
	Ledger  send.Ledger                          // keeps what waits
	Now     func() time.Time
	Meter   metric.Meter
	Log     *slog.Logger

	// Frozen says that the process stands still between requests, and may be
	// gone then: it calls Flush at the end of each. There are many such
	// processes, each with little to tell. So what they keep is handed over once
	// there is a batch of it, or when somebody calls Collect, by one at a time.
	Frozen bool

	handing sync.Mutex // held by whoever hands over; guards what follows
	looked  bool       // the ledger was looked at
	kept    time.Time  // when denials were
	retry   time.Duration
	again   time.Time // before which handing over is not tried again

	mu       sync.Mutex
	waiting  []Event // in memory
	queued   bool    // some may wait in the ledger
	put      int     // how many this process kept in the ledger since it handed over
	denials  denials
	timer    *time.Timer
	due      time.Time // when the timer ends
	deadline time.Time // of the work that events are about; zero = none
}

var (
	errFull = errors.New("too many events wait")
	errAway = errors.New("nobody took events a moment ago")
)

// Put takes an event of the work of ctx. When it returns the event will outlive
// the process, unless the ledger is away.
func (o *Outbox) Put(ctx context.Context, e Event) {
	if o.Deliver == nil {
		return
	}
	if e.Outcome == Denied && o.count(e) {
		o.arm(keepEvery)
		return
	}
	if o.queue(ctx, e) == nil {
		o.Kept(ctx)
		return
	}
	o.mu.Lock()
	room := len(o.waiting) < maxWaiting
	if room {
		o.waiting = append(o.waiting, e)
	}
	o.deadline, _ = ctx.Deadline()
	o.mu.Unlock()
	if room {
		o.arm(gather)
	} else {
		o.lose([]Event{e}, errFull)
	}
}

func (o *Outbox) count(e Event) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.denials.count(e, o.Now())
}

// arm sees to it that Flush is called within a time.
func (o *Outbox) arm(within time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	due := time.Now().Add(within)
	switch {
	case o.timer == nil:
		o.timer = time.AfterFunc(within, func() { o.flush(false) })
	case due.Before(o.due):
		o.timer.Reset(within)
	default:
		return
	}
	o.due = due
}

// Flush sees to it that what was put is in the ledger, or lost, before the
// process ends or is frozen; and hands over what waits there, a frozen process
// once it has put a batch.
func (o *Outbox) Flush() { o.flush(true) }

// flush is Flush; with all it also keeps what was counted a moment ago.
func (o *Outbox) flush(all bool) {
	if o.Deliver == nil {
		return
	}
	o.handing.Lock()
	defer o.handing.Unlock()
	waiting, deadline := o.take()
	ctx, cancel := until(deadline)
	defer cancel()
	o.handWaiting(ctx, waiting)
	o.keepDenials(all)

	now := o.Now()
	o.mu.Lock()
	queued, batch, counting := o.queued, o.put >= MaxBatch, len(o.denials.by) > 0
	o.mu.Unlock()
	if o.Frozen {
		if batch && !now.Before(o.again) {
			_ = o.handInTurn(ctx, time.Now().Add(frozenTime)) // another process is at it, or the next will be
		}
		return
	}
	if queued || !o.looked { // what is left since before the start, too
		queued = true
		if !now.Before(o.again) {
			o.looked = true
			queued = o.handQueued(ctx, time.Now().Add(serverTime))
		}
	}
	switch {
	case queued:
		o.arm(max(gather, o.again.Sub(now)))
	case counting:
		o.arm(keepEvery)
	}
}

// until returns a context that ends at a time; never, where there is none.
func until(deadline time.Time) (context.Context, context.CancelFunc) {
	if deadline.IsZero() {
		return context.WithCancel(context.Background())
	}
	return context.WithDeadline(context.Background(), deadline)
}

// take takes what waits in memory, and when the work ends that it is about.
func (o *Outbox) take() (waiting []Event, deadline time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.timer != nil {
		o.timer.Stop()
		o.timer = nil
	}
	waiting, deadline = o.waiting, o.deadline
	o.waiting, o.deadline = nil, time.Time{}
	return waiting, deadline
}

// deliver hands a batch over, in no more time than there is.
func (o *Outbox) deliver(ctx context.Context, batch []Event) error {
	ctx, cancel := context.WithTimeout(ctx, handTime)
	defer cancel()
	err := o.Deliver(ctx, batch)
	if err == nil || send.CodeOf(err) == send.Invalid {
		o.again, o.retry = time.Time{}, 0
		return err
	}
	o.retry = min(max(2*o.retry, retryFirst), retryMost)
	o.again = o.Now().Add(o.retry)
	return err
}

// handWaiting hands over what waited in memory, or has it wait in the ledger.
func (o *Outbox) handWaiting(ctx context.Context, waiting []Event) {
	var away error
	if o.Now().Before(o.again) {
		away = errAway
	}
	for batch := range slices.Chunk(waiting, MaxBatch) {
		if away == nil {
			if away = o.deliver(ctx, batch); away == nil {
				continue
			}
		}
		errs := make([]error, len(batch))
		each(len(batch), func(i int) { errs[i] = o.queue(context.Background(), batch[i]) })
		var lost []Event
		for i, err := range errs {
			if err != nil {
				lost = append(lost, batch[i])
			}
		}
		if len(lost) < len(batch) {
			o.delayed(len(batch)-len(lost), away)
		}
		if len(lost) > 0 {
			o.lose(lost, errors.Join(away, errors.Join(errs...)))
		}
	}
}

// keepDenials keeps in the ledger how many were counted, not every time that
// there is one more. They are handed over together when their minute is over.
func (o *Outbox) keepDenials(all bool) {
	now := o.Now()
	if !all && !o.Frozen && now.Sub(o.kept) < keepEvery {
		return
	}
	o.kept = now
	o.mu.Lock()
	counted := o.denials.take(now)
	o.mu.Unlock()
	ripe := now.Truncate(denialWindow).Add(denialWindow + clocks)
	each(len(counted), func(i int) {
		if o.enqueue(context.Background(), counted[i], ripe) != nil {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.denials.restore(counted[i], now)
		}
	})
}

// delayed tells the log, once for each time that it is tried, that events wait.
func (o *Outbox) delayed(n int, cause error) {
	var counts metric.Counts
	counts.Add(metric.AuditDelayed, int64(n))
	o.Meter.Log(o.Meter.Logger(o.Log), slog.LevelWarn, "audit events wait in the ledger", &counts,
		slog.Int("events", n), slog.String("cause", cause.Error()))
}

// lose keeps in the log what nobody could take, but for the hashes of tokens.
func (o *Outbox) lose(events []Event, cause error) {
	var counts metric.Counts
	events = slices.Clone(events)
	for i := range events {
		counts.Add(metric.AuditLost, events[i].Times())
		events[i].Token = ""
	}
	o.Meter.Log(o.Meter.Logger(o.Log), slog.LevelError, "audit events could not be kept", &counts,
		slog.Any("events", events), slog.String("cause", cause.Error()))
}
