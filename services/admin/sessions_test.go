package admin_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/shared/secret"
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

// No more are kept of several that begin at the same time: one fewer at most, as each spares its own.
func TestSessionsAreBoundedAtOnce(t *testing.T) {
	t.Parallel()
	g, p := newRig(t, func(s *admin.Settings) { s.Rates = nil }).withProvider()
	for _, c := range []struct {
		name  string
		most  int
		begin func()
	}{
		{"a person's", 8, func() { g.signIn(p, "send-viewers") }},
		{"all", 64, func() { g.login() }},
	} {
		var begun sync.WaitGroup
		for range c.most + 8 {
			begun.Go(c.begin)
		}
		begun.Wait()
		n := 0
		for _, s := range object(t, g.get("/auth/sessions"))["sessions"].([]any) {
			if c.name == "all" || s.(map[string]any)["person"] != nil {
				n++
			}
		}
		if n != c.most && n != c.most-1 {
			t.Errorf("%s: %d sessions are kept, want %d", c.name, n, c.most)
		}
	}
}

// While the key or who may come in is changed, a session may hold in one process and not in another: who logs out, or
// ends the others, by one where it does not has ended it everywhere.
func TestWhatIsEndedIsEndedWhereverItHolds(t *testing.T) {
	t.Parallel()
	g, p := newRig(t, func(s *admin.Settings) { s.Rates = nil }).withProvider()
	changed := g.again(func(s *admin.Settings) {
		s.APIKey, s.SignOn.Operators = secret.Plain("another-api-key-of-the-tests"), []string{"nobody"}
	})
	for name, session := range map[string]*http.Cookie{"by the key": g.login(), "by single sign-on": g.signIn(p, "root")} {
		if res := changed.as(session, "POST", "/auth/logout"); res.StatusCode != 204 {
			t.Errorf("a session %s: the logout is answered %d", name, res.StatusCode)
		}
		want(t, g.as(session, "GET", "/auth/session"), 401, over)
	}
	session := g.signIn(p, "root")
	res := changed.do(request{
		method: "DELETE", path: "/auth/sessions", header: map[string]string{keyName: "another-api-key-of-the-tests"},
	})
	if res.StatusCode != 204 {
		t.Errorf("to end the others is answered %d", res.StatusCode)
	}
	want(t, g.as(session, "GET", "/auth/session"), 401, over)
	changed.handler.Flush()
	if n := strings.Count(g.store.all(), `"logout"`); n != 2 {
		t.Errorf("the trail has %d logouts, want 2", n)
	}
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

// While it cannot be counted how often keys are tried, none is looked at: what is right
// answers like what is wrong, from a known address, too.
func TestKeysThatCannotBeCountedAreNotLookedAt(t *testing.T) {
	t.Parallel()
	g := newRig(t, withServiceKey)
	g.get("/info/status") // from here the right key came lately
	wrong, right := map[string]string{keyName: "wrong"}, map[string]string{keyName: keyValue}
	ask := func(header map[string]string) (int, string) {
		res := g.do(request{method: "GET", path: "/info/status", header: header})
		return res.StatusCode, res.Header.Get("Retry-After")
	}
	g.ledger.setAway(true)
	for i, header := range []map[string]string{wrong, right, wrong, byServiceKey("wrong"), right} {
		if status, retry := ask(header); status != 503 || retry != "5" {
			t.Errorf("%d: answered %d, Retry-After %q", i, status, retry)
		}
	}
	res := g.do(request{method: "POST", path: "/auth/login", body: `{"api_key":"wrong"}`, anonymous: true})
	if res.StatusCode != 503 {
		t.Errorf("a login: %d", res.StatusCode)
	}
	g.ledger.setAway(false)
	if status, _ := ask(wrong); status != 401 {
		t.Errorf("a wrong key, when it can be counted again: %d", status)
	}
	for range 3 {
		if status, _ := ask(right); status != 200 {
			t.Errorf("the right key, when it can be counted again: %d", status)
		}
	}
	// One is counted once, whether before or after it was looked at.
	for range 9 {
		if status, _ := ask(wrong); status != 401 {
			t.Errorf("a wrong key: %d", status)
		}
	}
	if status, _ := ask(wrong); status != 429 {
		t.Errorf("the eleventh: %d", status)
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

// A session ends at the end of its life, however much it is used, and one that
// was opened when lives were longer ends with the shorter one.
func TestSessionsHaveALife(t *testing.T) {
	t.Parallel()
	g := newRig(t, func(s *admin.Settings) { s.SessionLife = 2 * time.Hour })
	session := g.login()
	if session.MaxAge != 2*60*60 {
		t.Errorf("the cookie lives for %d s", session.MaxAge)
	}
	for range 5 {
		g.clock.Advance(20 * time.Minute)
		want(t, g.as(session, "GET", "/auth/session"), 200, `{"expires_at":"2126-03-01T14:00:30Z","role":"operator"}`)
	}
	shorter := g.again(func(s *admin.Settings) { s.SessionLife = time.Hour })
	want(t, shorter.as(session, "GET", "/auth/session"), 401, over)
	g.clock.Advance(20 * time.Minute)
	want(t, g.as(session, "GET", "/auth/session"), 401, over)
}

// Another API key ends every session that was opened with the one before; the
// ledger, the cookies' key and the cookies are the same.
func TestAnotherKeyEndsEverySession(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	old := []*http.Cookie{g.login(), g.login(), g.login()}
	const another = "another-api-key-of-the-tests"
	changed := g.again(func(s *admin.Settings) { s.APIKey = secret.Plain(another) })
	for _, session := range old {
		for _, q := range private {
			q.anonymous, q.cookies = true, []*http.Cookie{session}
			want(t, changed.do(q), 401, over)
		}
		want(t, changed.as(session, "GET", "/auth/session"), 401, over)
	}
	res := changed.do(request{method: "POST", path: "/auth/login", body: `{"api_key":"` + another + `"}`, anonymous: true})
	if res.StatusCode != 200 {
		t.Fatalf("login with the new key: %d", res.StatusCode)
	}
	if n := len(changed.sessions(res.Cookies()[0])); n != 1 {
		t.Errorf("%d sessions are listed, want the new one", n)
	}
	// To go back to the key revives nothing that was seen to be over.
	for _, session := range old {
		want(t, g.as(session, "GET", "/auth/session"), 401, over)
	}
}

// A cookie that was copied before the logout is worth nothing after it, in any
// process, and the list does not have it.
func TestACopiedCookieEndsWithTheLogout(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	session, other := g.login(), g.login()
	copied := *session
	elsewhere := g.again()
	if res := elsewhere.as(&copied, "GET", "/tokens/list"); res.StatusCode != 200 {
		t.Fatalf("the copy before the logout: %d", res.StatusCode)
	}
	g.as(session, "POST", "/auth/logout")
	for _, q := range private {
		q.anonymous, q.cookies = true, []*http.Cookie{&copied}
		want(t, elsewhere.do(q), 401, over)
	}
	if n := len(g.sessions(other)); n != 1 {
		t.Errorf("%d sessions are listed after the logout, want 1", n)
	}
}
