package audit_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/dynamo"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/clocktest"
	"sgraph.ai/send/shared/test/logtest"
	"sgraph.ai/send/shared/test/moto"
)

// On AWS many functions write one chain and one queue.
func TestFunctionsShareChainAndQueue(t *testing.T) {
	t.Parallel()
	cfg := moto.Config(t)
	ledger := dynamo.New(moto.Table(t), func(context.Context) (aws.Config, error) { return cfg, nil })
	c := newChain(t)
	var log logtest.Buffer
	clock := clocktest.At(c.clock.Now())
	writer := func() *audit.Trail {
		return &audit.Trail{Store: c.store, Ledger: ledger, Now: clock.Now, TokenIDs: tokenIDs(ledger)}
	}
	function := func(deliver func(context.Context, []audit.Event) error) *audit.Outbox {
		return &audit.Outbox{
			Deliver: deliver, Ledger: ledger, Now: clock.Now, Frozen: true, Log: slog.New(slog.NewJSONHandler(&log, nil)),
			Meter: metric.Meter{Service: metric.User},
		}
	}
	var running sync.WaitGroup
	for f := range 3 {
		lost := function(func(context.Context, []audit.Event) error { return send.Fail(send.Unavailable, "away") })
		sound := function(writer().Append)
		running.Go(func() {
			for i := range 5 {
				for at, o := range []*audit.Outbox{lost, sound} {
					e := event(0)
					e.Time, e.Request = clock.Now().Add(time.Duration(i)*time.Second), fmt.Sprintf("r-%d-%d-%d", f, i, at)
					o.Put(t.Context(), e)
					d := denied(0, "somebody")
					d.Time, d.Request = e.Time, e.Request
					o.Put(t.Context(), d)
					o.Flush()
				}
			}
		})
	}
	running.Wait()
	clock.Advance(3 * time.Minute)
	for range 3 { // at once, as a schedule and who reads the trail may
		running.Go(func() { function(writer().Append).Collect(t.Context()) })
	}
	running.Wait()
	trail := writer()
	p, err := trail.Page(t.Context(), audit.Query{From: clock.Now().Add(-time.Hour), To: clock.Now(), Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	requests, denials := map[string]bool{}, int64(0)
	for _, e := range p.Events {
		if e.Outcome == audit.Denied {
			denials += e.Times()
		} else {
			requests[e.Request] = true
		}
	}
	if len(requests) != 30 || denials != 30 {
		t.Errorf("the trail has %d events and %d denials, want 30 of each\n%s", len(requests), denials, &log)
	}
	if left := waiting(t, ledger, metric.User); left != 0 {
		t.Errorf("%d wait still", left)
	}
	if batches, events := c.store.puts.Load(), int64(len(p.Events)); batches > events/5 {
		t.Errorf("%d objects were written for %d events", batches, events)
	}
	c.Trail = trail
	c.verify(c.export(0, 0))
}
