package audit

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"sgraph.ai/send/shared/send"
)

// QueueSets begins the names of the sets of the ledger in which events wait; the
// name of the service that has them follows, and then what [Queue] adds.
const QueueSets = "outbox/"

const (
	// shards is over how many sets the events of a service are spread: a set is
	// a partition of the table, which takes a thousand writes a second.
	shards = 4

	queuePage = 200 // records of each set

	// waitTime is how long an event waits for somebody who takes it: a day longer than any
	// may be handed over. Then it is in the log, and a day later the ledger forgets what
	// nobody tried to hand over any more.
	waitTime   = latest + 24*time.Hour
	forgetTime = waitTime + 24*time.Hour

	// turnTime is how long a turn lasts that nobody ended: longer than handing
	// over takes.
	turnTime  = time.Minute
	turnPause = 50 * time.Millisecond // until it is looked again whether it ended
)

// Queue returns the sets in which events of a service wait. The first has what
// versions before put there.
func Queue(service string) []string {
	sets := []string{QueueSets + service}
	for n := range shards {
		sets = append(sets, fmt.Sprintf("%s%s/%d", QueueSets, service, n))
	}
	return sets
}

func (o *Outbox) key(id string) send.Key {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return send.Key{Set: Queue(o.Meter.Service)[1+h.Sum32()%shards], ID: id}
}

// queue keeps an event in the ledger. The client may leave: it is not the one
// who wants it.
func (o *Outbox) queue(ctx context.Context, e Event) error { return o.enqueue(ctx, e, time.Time{}) }

// enqueue is queue for an event that is handed over from a time on.
func (o *Outbox) enqueue(ctx context.Context, e Event, ripe time.Time) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), handTime)
	defer cancel()
	err := o.Ledger.Create(ctx, o.record(e, ripe))
	if err != nil && send.CodeOf(err) != send.Conflict { // then it is the very same
		return err
	}
	o.waits()
	return nil
}

// record is what keeps an event in the ledger.
func (o *Outbox) record(e Event, ripe time.Time) send.Record {
	id := e.ID()
	if !ripe.IsZero() { // others count what is just like it
		id += "-" + send.RandomSecret()
	}
	return send.Record{Key: o.key(id), Data: e.content(), Expires: ripe, Purge: o.Now().Add(forgetTime)}
}

// Beside returns the record that keeps an event in the ledger, for whoever writes it
// together with what the event tells of, so that there is neither without the other, and
// then calls Kept. None where nobody wants events.
func (o *Outbox) Beside(e Event) []send.Record {
	if o.Deliver == nil {
		return nil
	}
	return []send.Record{o.record(e, time.Time{})}
}

// Kept has what was written as Beside says handed over. ctx is of the work that it tells of.
func (o *Outbox) Kept(ctx context.Context) {
	if o.Deliver == nil {
		return
	}
	o.mu.Lock()
	o.queued = true
	o.put++
	if o.Frozen {
		o.deadline, _ = ctx.Deadline()
	}
	o.mu.Unlock()
	if !o.Frozen {
		o.arm(gather)
	}
}

// waits notes that something may wait in the ledger.
func (o *Outbox) waits() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.queued = true
}

// Collect hands over what waits in the ledger, whichever process put it there,
// and returns when that is done, or ctx is about to end; sooner where another
// process is at it for so long that this one could begin nothing any more. It is
// what a schedule calls, and whoever is about to read the trail.
func (o *Outbox) Collect(ctx context.Context) {
	if o.Deliver == nil {
		return
	}
	o.handing.Lock()
	defer o.handing.Unlock()
	stop := time.Now().Add(serverTime)
	if deadline, ok := ctx.Deadline(); ok && deadline.Add(-handTime).Before(stop) {
		stop = deadline.Add(-handTime) // no batch is begun that cannot be handed over in time
	}
	for {
		if some, _, err := o.page(ctx, map[string]string{}, 1); err != nil || len(some) == 0 {
			return
		}
		if err := o.handInTurn(ctx, stop); send.CodeOf(err) != send.Conflict || !time.Now().Before(stop) {
			return
		}
		select {
		case <-time.After(turnPause):
		case <-ctx.Done():
			return
		}
	}
}

// handInTurn hands over what waits in the ledger. Conflict, if another process
// is at it.
func (o *Outbox) handInTurn(ctx context.Context, stop time.Time) error {
	o.mu.Lock()
	o.put = 0
	o.mu.Unlock()
	turn, err := o.takeTurn(ctx)
	if err != nil {
		return err
	}
	defer o.endTurn(turn)
	o.handQueued(ctx, stop)
	return nil
}

// takeTurn returns the record of who hands over, which is this process now.
// Conflict, if it is another.
func (o *Outbox) takeTurn(ctx context.Context) (send.Record, error) {
	now := o.Now()
	key := send.Key{Set: QueueSets + o.Meter.Service + "/turn", ID: "turn"}
	turn, err := o.Ledger.Get(ctx, key)
	switch {
	case send.CodeOf(err) == send.NotFound:
		turn = send.Record{Key: key, Expires: now.Add(turnTime)}
		err = o.Ledger.Create(ctx, turn)
	case err != nil:
	case !turn.Expires.IsZero() && !turn.Expired(now):
		err = send.Fail(send.Conflict, "another process hands events over")
	default:
		turn.Expires = now.Add(turnTime)
		err = o.Ledger.Replace(ctx, turn)
	}
	turn.Version++
	return turn, err
}

// endTurn lets others hand over. Where it cannot, its time ends.
func (o *Outbox) endTurn(turn send.Record) {
	ctx, cancel := context.WithTimeout(context.Background(), handTime)
	defer cancel()
	turn.Expires = time.Time{}
	_ = o.Ledger.Replace(ctx, turn)
}

// handQueued hands over what waits in the ledger, the oldest first, until it is
// time to stop. It says whether something may still wait there.
func (o *Outbox) handQueued(ctx context.Context, stop time.Time) (left bool) {
	o.mu.Lock()
	o.queued = false
	o.mu.Unlock()
	after := map[string]string{}
	for more := true; more; {
		records, full, err := o.page(ctx, after, queuePage)
		unripe := false
		if err == nil {
			unripe, err = o.handRecords(ctx, records, stop)
		}
		more = full && err == nil && time.Now().Before(stop)
		left = left || unripe || err != nil || full && !more
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.queued = o.queued || left
	return o.queued
}

// page returns the records of every set that come after those of the page
// before, in the order of time, and says whether there may be more.
func (o *Outbox) page(
	ctx context.Context, after map[string]string, limit int,
) (all []send.Record, more bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, handTime)
	defer cancel()
	sets := Queue(o.Meter.Service)
	found, errs := make([][]send.Record, len(sets)), make([]error, len(sets))
	each(len(sets), func(i int) { found[i], errs[i] = o.Ledger.List(ctx, sets[i], after[sets[i]], limit) })
	for i, records := range found {
		if errs[i] != nil {
			return nil, false, errs[i]
		}
		if n := len(records); n > 0 {
			after[sets[i]] = records[n-1].Key.ID
			more = more || n == limit
		}
		all = append(all, records...)
	}
	slices.SortFunc(all, func(a, b send.Record) int { return cmp.Compare(a.Key.ID, b.Key.ID) })
	return all, more, nil
}

// handRecords hands over the records whose time has come, and forgets them.
// Denials that are alike become one. It says whether some are left.
func (o *Outbox) handRecords(ctx context.Context, records []send.Record, stop time.Time) (left bool, err error) {
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
		if time.Now().After(stop) {
			return true, nil
		}
		n := min(len(events), MaxBatch)
		err := o.deliver(ctx, events[:n])
		if send.CodeOf(err) == send.Invalid && n > 1 { // which of them?
			n = 1
			err = o.deliver(ctx, events[:n])
		}
		switch {
		case send.CodeOf(err) == send.Invalid:
			o.lose(events[:n], err)
		case err != nil:
			if old := o.loseOld(events, of, err); old < len(events) {
				o.delayed(len(events)-old, err)
				return true, err
			}
			return left, nil // so the next page is looked at, too
		}
		o.forget(slices.Concat(of[:n]...))
		events, of = events[n:], of[n:]
	}
	return left, nil
}

// loseOld gives up what waited for too long for somebody who takes it: the first of the
// events, which are in the order of time. It says how many.
func (o *Outbox) loseOld(events []Event, of [][]send.Record, cause error) (old int) {
	since := o.Now().Add(-waitTime)
	for old < len(events) && events[old].Time.Before(since) {
		old++
	}
	for batch := range slices.Chunk(events[:old], MaxBatch) {
		o.lose(batch, cause)
	}
	o.forget(slices.Concat(of[:old]...))
	return old
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
