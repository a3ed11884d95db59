package admin_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/shared/send"
)

func TestInfo(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	want(t, g.do(request{method: "GET", path: "/info/health", anonymous: true}), 200, `{"status":"ok"}`)
	status := object(t, g.get("/info/status"))
	if status["name"] != "sgraph-send-admin" || status["status"] != "operational" || status["environment"] != "local" ||
		status["stage"] != "test" || status["storage_mode"] != "disk" || status["version"] == "" {
		t.Errorf("got %v", status)
	}
	for path, names := range map[string]string{
		"/info/version":  "version",
		"/info/versions": "go sgraph_send",
		"/info/server":   "server_boot_time server_id server_instance_id server_name",
	} {
		if got := fields(object(t, g.get(path))); got != names {
			t.Errorf("%s has %s, want %s", path, got, names)
		}
	}
}

func TestPulse(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	limiter := send.NewLimiter(g.ledger, send.DefaultRates, g.clock.Now,
		func(context.Context, string, error) { t.Error("failed open") })
	count := func(name, client string) {
		if _, err := limiter.Allow(t.Context(), name, client); err != nil {
			t.Fatal(err)
		}
	}
	count("create", "a")
	g.clock.Advance(4 * time.Minute)
	count("info", "b")
	count("download", "b")

	want(t, g.get("/health/pulse"), 200,
		`{"window_minutes":5,"active_requests":3,"active_visitors":2,"active_transfers":2,"uncounted":[]}`)
	want(t, g.get("/health/pulse?window_minutes=2&series=1"), 200,
		`{"window_minutes":2,"active_requests":2,"active_visitors":1,"active_transfers":1,"uncounted":[],"series":[
			{"minute":"2126-03-01T12:03:00Z","requests":0,"visitors":0,"transfers":0},
			{"minute":"2126-03-01T12:04:00Z","requests":2,"visitors":1,"transfers":1}]}`)
	g.clock.Advance(time.Minute)
	want(t, g.get("/health/pulse"), 200,
		`{"window_minutes":5,"active_requests":2,"active_visitors":1,"active_transfers":1,"uncounted":[]}`)

	for _, bad := range []string{"0", "-1", "61", "five", "1.5", "99999999999999999999"} {
		want(t, g.get("/health/pulse?window_minutes="+bad), 400,
			`{"detail":"window_minutes must be a whole number from 1 to 60","code":"invalid"}`)
	}
}

func TestServices(t *testing.T) {
	t.Parallel()
	answer := func(status int, body string) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/info/status" || r.Header.Get(keyName) != "" {
				t.Errorf("asked %s with %v", r.URL, r.Header)
			}
			w.WriteHeader(status)
			w.Write([]byte(body))
		}))
		t.Cleanup(s.Close)
		return s.URL
	}
	for _, c := range []struct{ url, status, version string }{
		{"", "not_configured", ""},
		{answer(200, `{"version":"v1.2"}`), "ok", "v1.2"},
		{answer(500, `{}`), "unavailable", ""},
		{answer(200, `<html>`), "unavailable", ""},
		{"http://127.0.0.1:1", "unavailable", ""},
	} {
		g := newRig(t, func(s *admin.Settings) { s.UserURL = c.url })
		all := object(t, g.get("/health/services"))
		user, ledger := all["user"].(map[string]any), all["ledger"].(map[string]any)
		version, _ := user["version"].(string)
		if user["status"] != c.status || version != c.version || ledger["status"] != "ok" {
			t.Errorf("%s: %v", c.url, all)
		}
		g.ledger.setAway(true)
		ledger = object(t, g.get("/health/services"))["ledger"].(map[string]any)
		if ledger["status"] != "unavailable" {
			t.Errorf("with the ledger away: %v", ledger)
		}
	}
}
