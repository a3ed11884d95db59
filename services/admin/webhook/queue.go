package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
)

// Set is the set of the ledger in which messages wait, by when they are due.
const Set = audit.QueueSets + "webhook"

const (
	// period is how often a server looks for what is due to be tried again.
	period = 15 * time.Second
	// page is how many messages are read at a time.
	page = 50
	// patience is how many in a row may fail until the receiver is left alone for a
	// while: what is wrong is wrong with all of them.
	patience = 3
	// giveUp is how long after its event a message is tried.
	giveUp = 24 * time.Hour
)

// waits is how long it takes until a message is tried again, the more often it was;
// from the last on, as long each time. The first is longer than a receiver may take: so
// long the message is nobody else's to send.
var waits = []time.Duration{
	30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, 2 * time.Hour, 6 * time.Hour,
}

// Hook tells the receiver.
type Hook struct {
	URL    string
	Events []string // types of messages that are sent
	Via    http.RoundTripper
	Key    func(context.Context) ([]byte, error) // that signs
	IDs    func(context.Context) (send.TokenIDs, error)
	Ledger send.Ledger
	Now    func() time.Time
	Meter  metric.Meter
	Log    *slog.Logger

	wake chan struct{}
}

// New completes a hook.
func New(h Hook) *Hook {
	h.wake = make(chan struct{}, 1)
	return &h
}

// waiting is a message in the ledger.
type waiting struct {
	ID      string  `json:"id"`
	Message Message `json:"message"`
	Tries   int     `json:"tries,omitempty"`
	Taken   bool    `json:"taken,omitempty"` // it waits elsewhere: somebody sends it
}

// record is the message as it waits to be sent at a time.
func (w waiting) record(due time.Time) (send.Record, error) {
	data, err := json.Marshal(w)
	return send.Record{
		Key:  send.Key{Set: Set, ID: timeID(due) + "-" + w.ID},
		Data: data, Purge: due.Add(2 * giveUp),
	}, err
}

func timeID(at time.Time) string { return fmt.Sprintf("%016x", at.UnixNano()) }

// Put has the receiver told of those events that it is to know. When it returns that
// will be done, unless its error says otherwise; doing so again tells it at most once
// more, under the same ID.
func (h *Hook) Put(ctx context.Context, events []audit.Event) error {
	if h == nil {
		return nil
	}
	ids, err := h.IDs(ctx)
	if err != nil {
		return err
	}
	for _, e := range events {
		m, told := messageOf(e, ids)
		if !told || !slices.Contains(h.Events, m.Type) {
			continue
		}
		r, err := waiting{ID: e.ID(), Message: m}.record(e.Time)
		if err == nil {
			err = h.Ledger.Create(ctx, r)
		}
		if err != nil && send.CodeOf(err) != send.Conflict { // then it waits already
			return err
		}
	}
	select {
	case h.wake <- struct{}{}:
	default: // somebody is awake, or will be
	}
	return nil
}

// Run sends what waits, until ctx ends.
func (h *Hook) Run(ctx context.Context) {
	if h == nil {
		return
	}
	tick := time.NewTicker(period)
	defer tick.Stop()
	for {
		h.Drain(ctx)
		select {
		case <-h.wake:
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// Drain sends what is due, as far as the time of ctx allows, and returns. What fails is
// due again later; after some failures in a row so is the rest. What is too old is given
// up, also where there is no time to send anything.
func (h *Hook) Drain(ctx context.Context) {
	if h == nil {
		return
	}
	var n round
	defer func() { h.told(n) }()
	for failed, tried, after := 0, false, ""; ctx.Err() == nil; {
		records, err := h.Ledger.List(ctx, Set, after, page)
		if err != nil {
			return // the next round may; that the ledger is away others say
		}
		for _, r := range records {
			if due, _, _ := strings.Cut(r.Key.ID, "-"); due > timeID(h.Now()) {
				return
			}
			after = r.Key.ID
			w, readable := read(r)
			switch {
			case w.Taken:
				_ = h.Ledger.Delete(ctx, r.Key, r.Version)
				continue
			case !readable || h.Now().Sub(w.Message.Timestamp) > giveUp:
				if h.Ledger.Delete(ctx, r.Key, r.Version) == nil {
					n.lost++
				}
				continue
			case failed == patience || ctx.Err() != nil:
				return
			case !enough(ctx):
				if !tried {
					n.cause = errNoTime
				}
				return
			}
			tried = true
			switch sent, err := h.send(ctx, r, w, &n); {
			case err != nil:
				n.cause, failed = err, failed+1
			case sent:
				failed = 0
			}
		}
		if len(records) < page {
			return
		}
	}
}

// read returns the message that a record has.
func read(r send.Record) (w waiting, readable bool) {
	err := json.Unmarshal(r.Data, &w)
	return w, err == nil
}

// round is what went wrong in one.
type round struct {
	failed, lost int64
	cause        error
}

var errNoTime = errors.New("there was no time to send any")

// enough says whether there is time to send one more.
func enough(ctx context.Context) bool {
	deadline, ends := ctx.Deadline()
	return ctx.Err() == nil && (!ends || time.Until(deadline) > postTime+2*time.Second)
}

// send sends a message that is due, unless another process is at it. In the write by
// which it is taken it is due again later: so it outlives a process that ends here.
func (h *Hook) send(ctx context.Context, r send.Record, w waiting, n *round) (sent bool, err error) {
	wait := waits[min(w.Tries, len(waits)-1)]
	w.Tries++
	later, err := w.record(h.Now().Add(wait))
	if err != nil {
		return false, err
	}
	taken := r
	if taken.Data, err = json.Marshal(waiting{ID: w.ID, Message: w.Message, Taken: true}); err != nil {
		return false, err
	}
	switch err := h.Ledger.Apply(ctx, send.Change{Replace: &taken}, send.Change{Create: &later}); {
	case send.CodeOf(err) == send.Conflict:
		return false, nil
	case err != nil:
		return false, err
	}
	_ = h.Ledger.Delete(ctx, r.Key, r.Version+1) // or whoever comes upon it does
	if err := h.post(ctx, w.ID, w.Message); err != nil {
		n.failed++
		return false, err
	}
	// It was taken. Where that cannot be noted the receiver knows it by its ID.
	_ = h.Ledger.Delete(context.WithoutCancel(ctx), later.Key, 1)
	return true, nil
}

// told says in the log what went wrong.
func (h *Hook) told(n round) {
	if n.cause == nil && n.lost == 0 {
		return
	}
	var counts metric.Counts
	counts.Add(metric.WebhooksFailed, n.failed)
	counts.Add(metric.WebhooksLost, n.lost)
	level, cause := slog.LevelWarn, ""
	if n.lost > 0 {
		level = slog.LevelError
	}
	if n.cause != nil {
		cause = n.cause.Error()
	}
	h.Meter.Log(h.Log, level, "webhooks could not be handed over", &counts,
		slog.Int64("failed", n.failed), slog.Int64("lost", n.lost), slog.String("cause", cause))
}

// Test sends a message at once, and says what came of it.
func (h *Hook) Test(ctx context.Context) error {
	return h.post(ctx, "test-"+send.RandomSecret(), Message{Type: TypeTest, Timestamp: h.Now().UTC()})
}
