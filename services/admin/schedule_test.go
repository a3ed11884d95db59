package admin_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/metric/metrictest"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
)

// userService keeps an event of the user service in the ledger that both have.
func (g *rig) userService(kind audit.Kind) {
	g.t.Helper()
	o := audit.Outbox{
		Deliver: func(context.Context, []audit.Event) error { g.t.Error("a function hands over one event"); return nil },
		Ledger:  g.ledger, Now: g.clock.Now, Frozen: true, Meter: metric.Meter{Service: metric.User},
		Log: slog.New(slog.DiscardHandler),
	}
	o.Put(g.t.Context(), audit.Event{Time: g.clock.Now().UTC(), Kind: kind, Outcome: audit.Success})
	o.Flush()
	g.clock.Advance(time.Second)
}

func lambda(s *admin.Settings) { s.Environment, s.EmbedMetrics = settings.Lambda, true }

// Functions keep what they have to tell until there is a batch. Whoever reads the
// trail finds it there all the same, also what the user service told.
func TestWhoReadsTheTrailFindsWhatWaits(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(*rig) string{
		"a page":   func(g *rig) string { return text(g.t, g.get("/audit/events")) },
		"export":   func(g *rig) string { return text(g.t, g.get("/audit/export")) },
		"the head": func(g *rig) string { return text(g.t, g.get("/audit/head")) + g.store.all() },
		"the schedule": func(g *rig) string {
			event := json.RawMessage(`{"version":"0","source":"aws.events","detail-type":"Scheduled Event","detail":{}}`)
			if _, err := g.handler.Invoked(g.t.Context(), event); err != nil {
				g.t.Error(err)
			}
			return g.store.all()
		},
	} {
		g := newRig(t, lambda)
		g.userService(audit.TransferCreated)
		g.post("/tokens/create", `{"token_name":"t"}`)
		g.handler.Flush()
		g.clock.Advance(time.Second)
		if all := g.store.all(); all != "" {
			t.Errorf("%s: two events are written at once: %s", name, all)
		}
		all := read(g)
		for _, kind := range []audit.Kind{audit.TokenCreated, audit.TransferCreated} {
			if name != "the head" && !strings.Contains(all, string(kind)) {
				t.Errorf("%s does not have %s: %s", name, kind, all)
			}
		}
		if name == "the head" && !strings.Contains(all, `"events":2`) {
			t.Errorf("the chain's end is %s", all)
		}
	}
}

// Servers that share a ledger find what functions of before have left there, and what
// a server that ended has: when somebody reads the trail, and when nobody does.
func TestServersFindWhatWaits(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(*rig){
		"a page": func(g *rig) { g.get("/audit/events") },
		"by itself": func(g *rig) {
			ctx, cancel := context.WithCancel(g.t.Context())
			defer cancel()
			go g.handler.Tend(ctx)
			for g.store.all() == "" && ctx.Err() == nil { // until the test ends
				time.Sleep(time.Millisecond)
			}
		},
	} {
		g := newRig(t, func(s *admin.Settings) { s.Mode, s.LedgerMode = settings.S3, settings.DynamoDB })
		g.userService(audit.TransferCreated)
		if all := g.store.all(); all != "" {
			t.Errorf("%s: the event is written at once: %s", name, all)
		}
		read(g)
		if all := g.store.all(); !strings.Contains(all, string(audit.TransferCreated)) {
			t.Errorf("%s: the trail is %q", name, all)
		}
	}
}

// What the user service keeps in the ledger is no more believed than what it
// hands over.
func TestTheUserServiceTellsOfTransfersAlone(t *testing.T) {
	t.Parallel()
	g := newRig(t, lambda)
	g.userService(audit.TransferCreated)
	g.userService(audit.TokenRevoked)
	g.userService(audit.TransferDeleted)
	want := []string{"transfer_deleted success", "transfer_created success"}
	if got := g.events(""); !slices.Equal(got, want) {
		t.Errorf("the trail has %q", got)
	}
	if n := metrictest.Sum(t, g.log.String(), metric.AuditLost); n != 1 {
		t.Errorf("%v are told to be refused", n)
	}
}

// fullStore takes nothing while it is full.
type fullStore struct {
	send.Store
	full atomic.Bool
}

func (s *fullStore) Put(ctx context.Context, key string, body io.Reader, size int64) (send.Object, error) {
	if s.full.Load() {
		return send.Object{}, send.Fail(send.Unavailable, "the store is full")
	}
	return s.Store.Put(ctx, key, body, size)
}

// A trail that cannot be written in time is read as it is.
func TestATrailIsReadWhileItCannotBeWritten(t *testing.T) {
	t.Parallel()
	store := &fullStore{}
	g := newRig(t, lambda, func(s *admin.Settings) { store.Store, s.Audit = s.Audit, store })
	g.userService(audit.TransferCreated)
	g.events("")
	g.userService(audit.TransferDeleted)
	store.full.Store(true)
	if got := g.events(""); !slices.Equal(got, []string{"transfer_created success"}) {
		t.Errorf("the trail has %q", got)
	}
	store.full.Store(false)
	if got := g.events(""); len(got) != 2 {
		t.Errorf("the trail has %q afterwards", got)
	}
}
