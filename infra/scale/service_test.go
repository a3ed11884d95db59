package scale

import (
	"math"
	"testing"
	"time"

	"sgraph.ai/send/infra/cost"
	"sgraph.ai/send/shared/send"
)

func testRules() send.Rules {
	return send.Rules{MaxBytes: 1 << 30, DefaultTTL: 24 * time.Hour, MaxTTL: 7 * 24 * time.Hour, PendingBytes: 20 << 30}
}

// What is simulated here without HTTP asks of AWS what the services do, to the unit.
func TestItAsksWhatTheServicesAsk(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		size          int64
		send, receive cost.Work
	}{
		{"through the functions", 1 << 20, cost.SendDirect, cost.ReceiveDirect},
		{"by S3", 20e6, cost.SendParts.Plus(cost.Part.Times(2)), cost.ReceiveSigned},
	} {
		s := newService(t.Context(), testRules(), c.size)
		s.token("a")
		id := s.send("a", "client")
		s.measured(func() {})
		same(t, c.name+", send", s.measured(func() { s.send("a", "client") }), c.send)
		same(t, c.name+", receive", s.measured(func() { s.receive(id, "other") }), c.receive)
		for _, err := range s.faults {
			t.Error(err)
		}
	}
}

func same(t *testing.T, what string, d demand, w cost.Work) {
	t.Helper()
	for name, n := range map[string][2]float64{
		"requests of user": {d.user.requests, w.User}, "requests of admin": {d.admin.requests, w.Admin},
		"reads": {d.reads, w.Reads}, "writes": {d.writes, w.Writes},
		"PUT": {d.objects().puts, w.Puts}, "GET": {d.objects().gets, w.Gets},
	} {
		if math.Abs(n[0]-n[1]) > 0.01 {
			t.Errorf("%s: %v %s, and the services have %v", what, n[0], name, n[1])
		}
	}
}
