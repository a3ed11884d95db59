package admin_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/metric/metrictest"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
)

// events asks for events, and returns them as "kind outcome reason".
func (g *rig) events(query string) (told []string) {
	g.t.Helper()
	res := g.get("/audit/events" + query)
	var p audit.Page
	if err := json.NewDecoder(res.Body).Decode(&p); err != nil || res.StatusCode != 200 {
		g.t.Fatalf("%s: %d, %v", query, res.StatusCode, err)
	}
	for _, e := range p.Events {
		told = append(told, strings.TrimSpace(string(e.Kind)+" "+string(e.Outcome)+" "+e.Reason))
	}
	return told
}

func TestWhatIsDoneIsInTheTrail(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	do := func(path, body string) {
		t.Helper()
		g.clock.Advance(time.Second)
		if res := g.post(path, body); res.StatusCode != 200 {
			t.Fatalf("%s: %d", path, res.StatusCode)
		}
	}
	g.do(request{method: "POST", path: "/auth/login", body: `{"api_key":"wrong"}`, anonymous: true})
	g.clock.Advance(time.Second)
	g.login()
	do("/tokens/create", `{"token_name":"t"}`)
	do("/tokens/update-limit/t", `{"usage_limit":1}`)
	do("/tokens/use/t", `{"action":"upload_completed","transfer_id":"aabbccddeeff"}`)
	do("/tokens/use/t", `{"action":"upload_completed","transfer_id":"not an id"}`)
	do("/tokens/revoke/t", ``)
	do("/tokens/reactivate/t", ``)
	do("/tokens/use/none", ``)
	g.handler.Flush()
	g.clock.Advance(time.Second)

	want := []string{
		"token_used denied not_found", "token_reactivated success", "token_revoked success",
		"token_used denied exhausted", "token_used success", "token_limit_changed success", "token_created success",
		"login success", "login denied Invalid API key value",
	}
	if got := g.events(""); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	id := g.tokenID("t")
	for query, n := range map[string]int{
		"?event=token_used": 3, "?outcome=denied": 3, "?event=token_used&outcome=success": 1,
		"?transfer=aabbccddeeff": 1, "?token=" + id: 6, "?token=" + id[:8] + "-" + id[8:12]: 6, "?limit=2": 2,
		"?from=2126-03-01T12:00:32Z&to=2126-03-01T12:00:34Z": 2, "?from=2126-03-01T10:00:00Z&to=2126-03-01T11:00:00Z": 0,
	} {
		if got := g.events(query); len(got) != n {
			t.Errorf("%s: got %d events %q, want %d", query, len(got), got, n)
		}
	}
	first := object(t, g.get("/audit/events?limit=2"))
	if got := g.events("?after=" + first["after"].(string)); !slices.Equal(got, want[2:]) {
		t.Errorf("after the first page: %q", got)
	}
	salt := (&send.Salts{Ledger: g.ledger}).Of(t.Context(), g.clock.Now())
	if !strings.Contains(g.store.all(), `"client":"`+salt.Name("192.0.2.1")) {
		t.Errorf("the trail does not say who:\n%s", g.store.all())
	}

	// A trail that cannot be written is loud, does not undo what was done, and
	// has it when it is back.
	g.store.setAway(true)
	do("/tokens/create", `{"token_name":"u"}`)
	g.handler.Flush()
	if !strings.Contains(g.log.String(), `"level":"WARN","msg":"audit events wait in the ledger"`) {
		t.Error("the log says nothing of the event that waits")
	}
	want503(t, g.get("/audit/events"))
	g.store.setAway(false)
	g.clock.Advance(time.Hour)
	g.handler.Flush()
	if got := g.events("?token=" + g.tokenID("u")); !slices.Equal(got, []string{"token_created success"}) {
		t.Errorf("got %q when it is back", got)
	}

	// What cannot even wait is lost, and the log has it.
	g.store.setAway(true)
	g.ledger.setAway(true)
	g.do(request{method: "POST", path: "/auth/login", body: `{"api_key":"wrong again"}`, anonymous: true})
	g.handler.Flush()
	if !strings.Contains(g.log.String(), `"level":"ERROR","msg":"audit events could not be kept"`) {
		t.Error("the log says nothing of the lost event")
	}
}

func want503(t *testing.T, res *http.Response) {
	t.Helper()
	if res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("answered %d, want 503", res.StatusCode)
	}
}

func TestWhatCannotBeAskedOfTheTrail(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	for query, says := range map[string]string{
		"from=yesterday":            "from must be a time with its zone",
		"to=2126-03-01T12:00:00":    "to must be a time with its zone",
		"from=2126-03-02T00:00:00Z": "from must be before to",
		"from=2126-01-01T00:00:00Z": "not be further apart than 31 days",
		"event=everything":          "event must be one of token_created",
		"outcome=none":              "outcome must be one of success, denied, failure",
		"transfer=canary-token":     "transfer must be the ID of one",
		"token=canary-token":        "token must be the ID of one",
		"limit=many":                "limit must be from 1 to 500",
		"limit=501":                 "limit must be from 1 to 500",
		"after=here":                "after must be what the page before said",
	} {
		for _, path := range []string{"/audit/events?", "/audit/export?"} {
			res := g.get(path + query)
			if body := text(t, res); res.StatusCode != 400 || !strings.Contains(body, says) {
				t.Errorf("%s%s: %d %s", path, query, res.StatusCode, body)
			}
		}
	}
}

func TestExport(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	const n = 1234
	for at := 0; at < n; at += audit.MaxBatch {
		var batch []audit.Event
		for i := at; i < min(n, at+audit.MaxBatch); i++ {
			batch = append(batch, audit.Event{
				Time: g.clock.Now().Add(-time.Duration(i+1) * time.Minute), Kind: audit.TransferCreated, Outcome: audit.Success,
				Transfer: fmt.Sprintf("%012x", i),
			})
		}
		if err := g.handler.Record(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
	}
	res := g.get("/audit/export?from=2126-02-20T00:00:00Z")
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "application/x-ndjson" ||
		res.Header.Get("Content-Disposition") != `attachment; filename="audit-2126-02-20-2126-03-01.ndjson"` {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
	lines := bufio.NewScanner(res.Body)
	for i := range n {
		var e audit.Kept
		if !lines.Scan() || json.Unmarshal(lines.Bytes(), &e) != nil || e.Transfer != fmt.Sprintf("%012x", i) {
			t.Fatalf("line %d is %q", i, lines.Text())
		}
	}
	if lines.Scan() {
		t.Errorf("one line more: %s", lines.Text())
	}
}

func TestTheChain(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.post("/tokens/create", `{"token_name":"t"}`)
	g.handler.Flush()
	g.clock.Advance(time.Minute)
	head := object(t, g.get("/audit/head"))
	hash, _ := head["hash"].(string)
	if head["seq"] != 1.0 || head["events"] != 1.0 || len(hash) != 64 {
		t.Errorf("the head is %v", head)
	}
	res := g.get("/audit/export?form=chain")
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "application/x-ndjson" ||
		res.Header.Get("Content-Disposition") != `attachment; filename="audit-chain-2126-02-28-2126-03-01.ndjson"` {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
	if v, err := audit.Verify(res.Body, hash); err != nil || v.Batches != 1 || v.Events != 1 {
		t.Errorf("verified is %+v, %v", v, err)
	}
	if res := g.get("/audit/export?form=list"); res.StatusCode != 400 {
		t.Errorf("a form that is none: %d", res.StatusCode)
	}
	for _, path := range []string{"/audit/head", "/audit/export?form=chain"} {
		if res := g.do(request{method: "GET", path: path, anonymous: true}); res.StatusCode != 401 {
			t.Errorf("%s answers anybody: %d", path, res.StatusCode)
		}
	}
	g.clock.Advance(-48 * time.Hour) // the clock was ahead, and is right again
	res = g.get("/audit/export?form=chain")
	if v, err := audit.Verify(res.Body, hash); err != nil || v.Batches != 1 {
		t.Errorf("when the clock was ahead: %d %+v, %v", res.StatusCode, v, err)
	}
	g.ledger.setAway(true)
	want503(t, g.get("/audit/head"))
	want503(t, g.get("/audit/export?form=chain"))
}

// A use for an upload and its event are one write: no use is without its event, wherever a
// process is killed.
func TestAUseIsNotWithoutItsEvent(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.post("/tokens/create", `{"token_name":"t"}`)
	g.ledger.setUnnotable(audit.QueueSets)
	if err := g.handler.Gate().Spend(t.Context(), "t", "aabbccddeeff-1"); send.CodeOf(err) != send.Unavailable {
		t.Errorf("used without an event: %v", err)
	}
	g.ledger.setUnnotable("")
	if tok, err := g.handler.Tokens().Token(t.Context(), "t"); err != nil || tok.UsageCount != 0 {
		t.Errorf("%d uses are counted, %v", tok.UsageCount, err)
	}
	for range 2 { // the answer may be lost
		if err := g.handler.Gate().Spend(t.Context(), "t", "aabbccddeeff-1"); err != nil {
			t.Fatal(err)
		}
	}
	g.handler.Flush()
	g.clock.Advance(time.Second)
	if got := g.events("?event=token_used&outcome=success"); len(got) != 1 {
		t.Errorf("of one use the trail has %q", got)
	}
}

func TestEventsOfOtherServices(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	at := g.clock.Now().Format(time.RFC3339Nano)
	good := `{"time":"` + at + `","event":"transfer_created","outcome":"success",` +
		`"transfer":"aabbccddeeff","client":"c","request":"r"}`
	want(t, g.post("/audit/events", `{"events":[`+good+`]}`), 200, `{"kept":1}`)
	want(t, g.post("/audit/events", `{"events":[`+good+`,`+good+`]}`), 200, `{"kept":2}`) // handed over again
	g.clock.Advance(time.Second)
	if got := g.events(""); !slices.Equal(got, []string{"transfer_created success"}) {
		t.Errorf("got %q", got)
	}

	many := strings.Repeat(good+",", audit.MaxBatch)
	named := strings.Replace(good, "aabbccddeeff", "a-name", 1)
	other := strings.Replace(good, "transfer_created", "../../x", 1)
	for body, says := range map[string]string{
		``:                                 "events must be from 1 to 100",
		`{"events":[]}`:                    "events must be from 1 to 100",
		`{"events":[` + many + good + `]}`: "events must be from 1 to 100",
		`{"events":[` + good + `,` + named + `]}`: "events[1]: transfer must be",
		`{"events":[` + other + `]}`:              "events[0]: event must be one of",
	} {
		res := g.post("/audit/events", body)
		if got := text(t, res); res.StatusCode != 400 || !strings.Contains(got, says) {
			t.Errorf("%.100s: %d %s, want %s", body, res.StatusCode, got, says)
		}
	}
	if res := g.do(request{method: "POST", path: "/audit/events", body: `{"events":[` + good + `]}`, anonymous: true,
		cookies: []*http.Cookie{g.login()}}); res.StatusCode != 401 {
		t.Errorf("a person's session hands over events: %d", res.StatusCode)
	}
	g.store.setAway(true)
	want503(t, g.post("/audit/events", `{"events":[`+good+`]}`))
}

func TestOnOneMachineTheTrailAndTheLedgerAreSwept(t *testing.T) {
	t.Parallel()
	g := newRig(t, func(s *admin.Settings) { s.AuditRetention = 48 * time.Hour })
	g.post("/tokens/create", `{"token_name":"t"}`)
	g.login() // a window of the ledger
	g.handler.Flush()
	g.clock.Advance(24 * time.Hour)
	g.post("/tokens/revoke/t", ``)
	g.handler.Flush()
	g.clock.Advance(40 * time.Hour)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { g.handler.Sweep(ctx); close(done) }()
	g.log.WaitFor(t, "old audit events removed")
	stop()
	<-done
	if kept := g.store.all(); strings.Count(kept, ".ndjson") != 1 || !strings.Contains(kept, "token_revoked") {
		t.Errorf("kept is %s", kept)
	}
	if left, err := g.ledger.Sweep(t.Context(), g.clock.Now()); left != 0 || err != nil {
		t.Errorf("%d windows that are over were left, %v", left, err)
	}
}

func TestAGateForTheSameProcess(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.post("/tokens/create", `{"token_name":"t","usage_limit":1}`)
	gate := g.handler.Gate()
	if a, err := gate.Admit(t.Context(), "t"); a.ID != send.TokenHash("t") || err != nil {
		t.Errorf("admitted as %v, %v", a, err)
	}
	if err := gate.Spend(t.Context(), "t", "aabbccddeeff"); err != nil {
		t.Error(err)
	}
	if err := gate.Spend(t.Context(), "t", "ffeeddccbbaa"); send.CodeOf(err) != send.Unauthorized {
		t.Errorf("spent once too often: %v", err)
	}
	g.handler.Flush()
	g.clock.Advance(time.Second)
	if got := g.events("?event=token_used&outcome=success&transfer=aabbccddeeff"); len(got) != 1 {
		t.Errorf("the trail has %q", got)
	}
}

func TestWhatOperatorsAreAlarmedBy(t *testing.T) {
	t.Parallel()
	g := newRig(t, func(s *admin.Settings) {
		s.Environment, s.EmbedMetrics = settings.Lambda, true
		s.Rates = map[string]send.Rate{"login": {Limit: 2, Window: time.Minute}}
	})
	g.get("/info/status") // from now on nobody can lock this client out
	g.do(request{method: "GET", path: "/tokens/list", header: map[string]string{keyName: "wrong"}})
	g.do(request{method: "GET", path: "/tokens/list", anonymous: true}) // a browser before the login
	g.do(request{method: "POST", path: "/auth/login", body: `{"api_key":"wrong"}`, anonymous: true})
	g.do(request{method: "POST", path: "/auth/login", body: `{"api_key":"wrong"}`, anonymous: true})
	g.post("/tokens/create", `{"token_name":"t","usage_limit":10}`)
	g.post("/tokens/create", `{"token_name":"u","usage_limit":0}`)
	g.post("/tokens/create", `{"token_name":"once","usage_limit":1}`)
	g.post("/tokens/use/once", ``)
	for range 10 {
		g.post("/tokens/use/t", ``)
		g.post("/tokens/use/u", ``)
	}
	g.ledger.setAway(true)
	g.get("/tokens/list")
	g.do(request{method: "POST", path: "/auth/set-auth-cookie", body: `{"cookie_value":"` + keyValue + `"}`,
		anonymous: true,
		header:    map[string]string{"X-Forwarded-For": "198.51.100.1"}}) // the same client, whatever it says
	g.ledger.setAway(false)
	g.store.setAway(true)
	g.post("/tokens/revoke/t", ``)
	g.get("/audit/events")
	g.handler.Flush()
	for name, want := range map[metric.Name]float64{
		metric.FailedLogins: 3, metric.LimitHit: 1, metric.TokenNearlySpent: 2, metric.LedgerErrors: 3,
		metric.StorageErrors: 2, metric.LimiterFailedOpen: 0, metric.ColdStarts: 1,
	} {
		if n := metrictest.Sum(t, g.log.String(), name); n != want {
			t.Errorf("%s is %v, want %v", name, n, want)
		}
	}
	if n := metrictest.Sum(t, g.log.String(), metric.AuditDelayed); n < 1 {
		t.Error("no event that waits is counted")
	}
	g.ledger.setAway(true)
	g.do(request{
		method: "POST", path: "/auth/login", body: `{"api_key":"wrong again"}`, anonymous: true, from: "192.0.2.99",
	})
	g.handler.Flush()
	if n := metrictest.Sum(t, g.log.String(), metric.AuditLost); n != 1 {
		t.Errorf("%v lost events are counted, want 1", n)
	}

	g = newRig(t, func(s *admin.Settings) { s.Environment, s.EmbedMetrics = settings.Lambda, true })
	g.ledger.setAway(true)
	g.do(request{method: "GET", path: "/tokens/list", header: map[string]string{keyName: "wrong"}})
	if n := metrictest.Sum(t, g.log.String(), metric.LimiterFailedClosed); n != 1 {
		t.Errorf("the limiter failed closed %v times, want 1", n)
	}
}
