package audit

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
)

// QueueSets begins the names of the sets of the ledger in which events wait; the
// name of the service that has them follows.
const QueueSets = "outbox/"

const (
	gather     = 500 * time.Millisecond // for which events are gathered
	handTime   = 3 * time.Second        // that handing over a batch may take
	retryFirst = 2 * time.Second        // until what could not be handed over is tried again
	retryMost  = time.Minute
	lookEvery  = time.Minute      // that a function looks for what others left
	keepEvery  = 5 * time.Second  // that what was counted is kept
	clocks     = 10 * time.Second // by which the clocks of processes may differ
	flushTime  = 30 * time.Second // after which Flush leaves the rest for the next
	queuePage  = 500
	maxWaiting = 1000 // in memory
)

// Outbox takes what a service has to tell of the work that it did. What it took
// is handed over, even if nobody takes it for days and the process ends: it
// waits in the ledger. What not even the ledger takes goes to the log, as an
// error, and is counted.
type Outbox struct {
	Deliver func(context.Context, []Event) error // nil = nobody wants the events
	Ledger  send.Ledger                          // keeps what waits
	Now     func() time.Time
	Meter   metric.Meter
	Log     *slog.Logger

	// Frozen says that the process stands still between requests, and may be
	// gone then: it calls Flush at the end of each. So events are handed over
	// there and then, and wait in the ledger only if they have to.
	Frozen bool

	handing sync.Mutex // held by whoever hands over; guards what follows
	looked  time.Time  // when the ledger was looked at
	kept    time.Time  // when denials were
	retry   time.Duration
	again   time.Time // before which handing over is not tried again

	mu       sync.Mutex
	waiting  []Event // in memory
	queued   bool    // some may wait in the ledger
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
// the process, except where that is frozen soon.
func (o *Outbox) Put(ctx context.Context, e Event) {
	if o.Deliver == nil {
		return
	}
	if e.Outcome == Denied && o.count(e) {
		o.arm(keepEvery)
		return
	}
	if !o.Frozen && o.queue(ctx, e) == nil {
		o.arm(gather)
		return
	}
	o.mu.Lock()
	room := len(o.waiting) < maxWaiting
	if room {
		o.waiting = append(o.waiting, e)
		o.deadline, _ = ctx.Deadline()
	}
	o.mu.Unlock()
	if !room {
		o.lose([]Event{e}, errFull)
	}
	o.arm(gather)
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

// queue keeps an event in the ledger. The client may leave: it is not the one
// who wants it.
func (o *Outbox) queue(ctx context.Context, e Event) error { return o.enqueue(ctx, e, time.Time{}) }

// enqueue is queue for an event that is handed over from a time on.
func (o *Outbox) enqueue(ctx context.Context, e Event, ripe time.Time) error {
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), handTime)
	defer cancel()
	id := e.ID()
	if !ripe.IsZero() { // others count what is just like it
		id += "-" + send.RandomSecret()
	}
	err = o.Ledger.Create(ctx, send.Record{Key: o.key(id), Data: data, Expires: ripe})
	if err != nil && send.CodeOf(err) != send.Conflict { // then it is the very same
		return err
	}
	o.waits()
	return nil
}

// waits notes that something may wait in the ledger.
func (o *Outbox) waits() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.queued = true
}

func (o *Outbox) key(id string) send.Key { return send.Key{Set: QueueSets + o.Meter.Service, ID: id} }

// Flush hands over what waits, and returns when that is done, or is in the
// ledger, or lost: before the process ends, or is frozen.
func (o *Outbox) Flush() { o.flush(true) }

// flush is Flush; with all it also keeps what was counted a moment ago.
func (o *Outbox) flush(all bool) {
	if o.Deliver == nil {
		return
	}
	o.handing.Lock()
	defer o.handing.Unlock()
	waiting, deadline := o.take()
	o.handWaiting(waiting, deadline)
	o.keepDenials(all)

	now := o.Now()
	o.mu.Lock()
	queued, counting := o.queued, len(o.denials.by) > 0
	o.mu.Unlock()
	if o.looked.IsZero() || o.Frozen && now.Sub(o.looked) >= lookEvery { // what others left
		queued = true
	}
	if queued && !now.Before(o.again) {
		o.looked = now
		queued = o.handQueued(deadline)
	}
	switch {
	case o.Frozen:
	case queued:
		o.arm(max(gather, o.again.Sub(now)))
	case counting:
		o.arm(keepEvery)
	}
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
func (o *Outbox) deliver(batch []Event, deadline time.Time) error {
	end := time.Now().Add(handTime)
	if !deadline.IsZero() && deadline.Before(end) {
		end = deadline
	}
	ctx, cancel := context.WithDeadline(context.Background(), end)
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
func (o *Outbox) handWaiting(waiting []Event, deadline time.Time) {
	var away error
	if o.Now().Before(o.again) {
		away = errAway
	}
	for batch := range slices.Chunk(waiting, MaxBatch) {
		if away == nil {
			if away = o.deliver(batch, deadline); away == nil {
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

// handQueued hands over what waits in the ledger, the oldest first. It says
// whether something may still wait there.
func (o *Outbox) handQueued(deadline time.Time) (left bool) {
	o.mu.Lock()
	o.queued = false
	o.mu.Unlock()
	for after, began := "", time.Now(); ; {
		ctx, cancel := context.WithTimeout(context.Background(), handTime)
		records, err := o.Ledger.List(ctx, o.key("").Set, after, queuePage)
		cancel()
		if err == nil && len(records) == 0 {
			break
		}
		if err == nil {
			after = records[len(records)-1].Key.ID
			left, err = o.handRecords(records, deadline, left)
		}
		if err != nil || len(records) == queuePage && time.Since(began) > flushTime {
			left = true
			break
		}
		if len(records) < queuePage {
			break
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.queued = o.queued || left
	return o.queued
}

// handRecords hands over the records whose time has come, and forgets them.
// Denials that are alike become one.
func (o *Outbox) handRecords(records []send.Record, deadline time.Time, left bool) (bool, error) {
	now := o.Now()
	var events []Event
	var of [][]send.Record // the records of each
	known := map[ripeness]int{}
	for _, r := range records {
		if !r.Expires.IsZero() && now.Before(r.Expires) {
			left = true
			continue
		}
		var e Event
		if err := json.Unmarshal(r.Data, &e); err != nil {
			o.lose([]Event{e}, err)
			o.forget([]send.Record{r})
			continue
		}
		if like := (ripeness{likeness(e), r.Expires}); !r.Expires.IsZero() {
			if i, ok := known[like]; ok {
				events[i], of[i] = events[i].and(e), append(of[i], r)
				continue
			}
			known[like] = len(events)
		}
		events, of = append(events, e), append(of, []send.Record{r})
	}
	for len(events) > 0 {
		n := min(len(events), MaxBatch)
		err := o.deliver(events[:n], deadline)
		if send.CodeOf(err) == send.Invalid && n > 1 { // which of them?
			n = 1
			err = o.deliver(events[:n], deadline)
		}
		switch {
		case send.CodeOf(err) == send.Invalid:
			o.lose(events[:n], err)
		case err != nil:
			o.delayed(len(events), err)
			return true, err
		}
		o.forget(slices.Concat(of[:n]...))
		events, of = events[n:], of[n:]
	}
	return left, nil
}

// ripeness is what denials have in common that are handed over as one.
type ripeness struct {
	alike
	at time.Time
}

// forget takes records out of the ledger. What stays is handed over again.
func (o *Outbox) forget(records []send.Record) {
	each(len(records), func(i int) {
		ctx, cancel := context.WithTimeout(context.Background(), handTime)
		defer cancel()
		if err := o.Ledger.Delete(ctx, records[i].Key, records[i].Version); err != nil && send.CodeOf(err) != send.Conflict {
			o.waits()
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
