package audit_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
)

// forgetful is a ledger whose users are killed before they delete, now and then.
type forgetful struct {
	send.Ledger
	deletes atomic.Int64
}

func (l *forgetful) Delete(ctx context.Context, key send.Key, version int64) error {
	if l.deletes.Add(1)%3 == 0 {
		return send.Fail(send.Unavailable, "killed")
	}
	return l.Ledger.Delete(ctx, key, version)
}

// Functions of both services, many at once, some of which are killed between
// handing over and forgetting, write few objects, and every event is read once,
// in the order of time, from a chain that is whole.
func TestEventsOfManyFunctionsAreKeptOnceInFewObjects(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	start := c.clock.Now()
	ledger := &forgetful{Ledger: c.ledger}
	function := func(service string) *audit.Outbox {
		return &audit.Outbox{
			Deliver: c.open().Append, Ledger: ledger, Now: c.clock.Now, Frozen: true,
			Log: slog.New(slog.NewJSONHandler(c.log, nil)), Meter: metric.Meter{Service: service},
		}
	}
	const functions, each = 6, 60
	var running sync.WaitGroup
	for f := range functions {
		service := []string{metric.User, metric.Admin}[f%2]
		running.Go(func() {
			o := function(service)
			for i := range each {
				e := event(i)
				e.Time = start.Add(-time.Duration(rand.IntN(3_000_000)) * time.Millisecond)
				e.Request = fmt.Sprintf("r-%d-%d", f, i)
				o.Put(t.Context(), e)
				o.Flush()
				if i%20 == 19 {
					o = function(service) // its process ended
				}
				if i%30 == 29 { // a schedule, or who reads the trail
					function(service).Collect(t.Context())
				}
			}
		})
	}
	running.Wait()
	for range 2 { // what was killed is handed over again
		function(metric.User).Collect(t.Context())
		function(metric.Admin).Collect(t.Context())
	}

	p := page(t, c.Trail, audit.Query{From: start.Add(-time.Hour), To: start.Add(time.Minute), Limit: audit.MaxLimit})
	seen := map[string]bool{}
	for i, e := range p.Events {
		if seen[e.Request] {
			t.Errorf("%s is read twice", e.Request)
		}
		seen[e.Request] = true
		if i > 0 && e.Time.After(p.Events[i-1].Time) {
			t.Errorf("%s comes after what is older", e.Request)
		}
	}
	if len(seen) != functions*each {
		t.Errorf("%d events are read, of %d", len(seen), functions*each)
	}
	if n := c.store.puts.Load(); n > functions*each/5 {
		t.Errorf("%d objects were written for %d events", n, functions*each)
	}
	c.verify(c.export(0, 0))
}

// However long what an event says, a batch fits what hands it over and the record
// of the chain's end, of which DynamoDB takes 400 KB.
func TestTheLargestBatchFits(t *testing.T) {
	t.Parallel()
	longest := strings.Repeat("x", 64)
	at := time.Now().UTC().Truncate(time.Second).Add(123456789)
	var events []audit.Event
	for i := range audit.MaxBatch {
		e := audit.Event{
			Time: at, Last: at, Count: 1<<62 + int64(i), Kind: audit.TransferDownloaded, Outcome: audit.Success,
			Request: longest, Client: longest, Transfer: "aabbccddeeff", Token: send.TokenHash("x"),
			Reason: strings.Repeat("<", 300), // six bytes each in JSON
		}
		if err := e.Check(time.Now()); err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	body, err := json.Marshal(events)
	if err != nil {
		t.Fatal(err)
	}
	if len(body) > 250<<10 {
		t.Errorf("a batch may have %d bytes", len(body))
	}
	c := newChain(t)
	if err := c.Append(t.Context(), events); err != nil {
		t.Fatal(err)
	}
	head, err := c.ledger.Get(t.Context(), send.Key{Set: "chain/head", ID: "head"})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(head.Data); n > 390<<10 {
		t.Errorf("the chain's end has %d bytes", n)
	}
}
