package admin_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/services/admin"
)

// as asks with the cookie of a session alone.
func (g *rig) as(session *http.Cookie, method, path string) *http.Response {
	g.t.Helper()
	return g.do(request{method: method, path: path, anonymous: true, cookies: []*http.Cookie{session}})
}

// sessions returns what the list tells to a session.
func (g *rig) sessions(session *http.Cookie) (all []map[string]any) {
	g.t.Helper()
	for _, s := range object(g.t, g.as(session, "GET", "/auth/sessions"))["sessions"].([]any) {
		all = append(all, s.(map[string]any))
	}
	return all
}

func TestLogoutEndsTheSession(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	session := g.login()
	if res := g.as(session, "POST", "/auth/logout"); res.StatusCode != 204 {
		t.Fatalf("logout: %d", res.StatusCode)
	}
	want(t, g.as(session, "GET", "/auth/session"), 401, over)
	want(t, g.as(session, "GET", "/tokens/list"), 401, over)
	if res := g.as(session, "POST", "/auth/logout"); res.StatusCode != 204 {
		t.Errorf("again: %d", res.StatusCode)
	}
	g.handler.Flush()
	if !strings.Contains(g.store.all(), `"logout"`) {
		t.Error("the trail does not have it")
	}
}

func TestIdleSessionEnds(t *testing.T) {
	t.Parallel()
	g := newRig(t, func(s *admin.Settings) { s.SessionIdle = 30 * time.Minute })
	session := g.login()
	for range 4 {
		g.clock.Advance(20 * time.Minute)
		if res := g.as(session, "GET", "/auth/session"); res.StatusCode != 200 {
			t.Fatalf("while it is used: %d", res.StatusCode)
		}
	}
	g.clock.Advance(30 * time.Minute)
	want(t, g.as(session, "GET", "/auth/session"), 401, over)
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	a, b, c := g.login(), g.login(), g.login()
	all := g.sessions(a)
	if len(all) != 3 {
		t.Fatalf("%d sessions, want 3", len(all))
	}
	var others []string
	for _, s := range all {
		if s["current"] != true {
			others = append(others, s["session_id"].(string))
		}
	}
	if len(others) != 2 {
		t.Fatalf("%d others, want 2", len(others))
	}
	if res := g.as(a, "DELETE", "/auth/sessions/"+others[0]); res.StatusCode != 204 {
		t.Errorf("end one: %d", res.StatusCode)
	}
	if n := len(g.sessions(a)); n != 2 {
		t.Errorf("%d sessions, want 2", n)
	}
	if res := g.as(a, "DELETE", "/auth/sessions"); res.StatusCode != 204 {
		t.Errorf("end the others: %d", res.StatusCode)
	}
	want(t, g.as(b, "GET", "/auth/session"), 401, over)
	want(t, g.as(c, "GET", "/auth/session"), 401, over)
	if res := g.as(a, "GET", "/auth/session"); res.StatusCode != 200 {
		t.Errorf("the one that asked: %d", res.StatusCode)
	}
	g.handler.Flush()
	if n := strings.Count(g.store.all(), `"session_ended"`); n != 2 {
		t.Errorf("%d sessions ended in the trail, want 2", n)
	}
}

func TestSessionsAreBounded(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	first := g.login()
	var last *http.Cookie
	for range 64 {
		g.clock.Advance(time.Second)
		last = g.login()
	}
	if n := len(g.sessions(last)); n != 64 {
		t.Errorf("%d sessions are kept, want 64", n)
	}
	want(t, g.as(first, "GET", "/auth/session"), 401, over)
}

func TestNobodyIsLetInWithoutTheLedger(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	session := g.login()
	g.ledger.setAway(true)
	for _, q := range [][2]string{{"GET", "/auth/session"}, {"GET", "/info/status"}, {"POST", "/auth/logout"}} {
		if res := g.as(session, q[0], q[1]); res.StatusCode != 503 {
			t.Errorf("%s %s: %d, want 503", q[0], q[1], res.StatusCode)
		}
	}
	if res := g.get("/info/status"); res.StatusCode != 200 {
		t.Errorf("with the key: %d", res.StatusCode)
	}
}

// Wrong keys in the header are limited like those at the login, and a program
// that shares the address and has the right one goes on.
func TestWrongKeysAreLimited(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		known bool // the right key came from the address before
		right int
	}{
		{"a stranger", false, 429},
		{"with a neighbour", true, 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			g := newRig(t)
			if c.known {
				g.get("/info/status")
			}
			wrong := func() int {
				header := map[string]string{keyName: "wrong"}
				return g.do(request{method: "GET", path: "/info/status", header: header}).StatusCode
			}
			for range 10 {
				if got := wrong(); got != 401 {
					t.Fatalf("a wrong key: %d", got)
				}
			}
			if got := wrong(); got != 429 {
				t.Errorf("the eleventh: %d", got)
			}
			if res := g.get("/info/status"); res.StatusCode != c.right {
				t.Errorf("the right key: %d, want %d", res.StatusCode, c.right)
			}
			g.handler.Flush()
			if !strings.Contains(g.store.all(), "Invalid API key value") {
				t.Error("the trail has no wrong key")
			}
			g.clock.Advance(time.Minute)
			if res := g.get("/info/status"); res.StatusCode != 200 {
				t.Errorf("a minute later: %d", res.StatusCode)
			}
		})
	}
}

// A wrong key shuts nobody out who has a session.
func TestSessionPassesWhereKeysAreLimited(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	session := g.login()
	forged := *session
	forged.Value = strings.Repeat("A", 80)
	for range 12 {
		g.as(&forged, "GET", "/tokens/list")
	}
	if res := g.as(&forged, "GET", "/tokens/list"); res.StatusCode != 429 {
		t.Errorf("a forged cookie: %d, want 429", res.StatusCode)
	}
	if res := g.as(session, "GET", "/tokens/list"); res.StatusCode != 200 {
		t.Errorf("the session: %d", res.StatusCode)
	}
}
