package admin_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/ssm"
	"sgraph.ai/send/shared/test/moto"
	"sgraph.ai/send/shared/wire"
)

const newKey = "the-api-key-that-follows"

// withKeys has the service told of API keys, as settings say it.
func withKeys(parameters secret.Parameters, value, old string) func(*admin.Settings) {
	return func(s *admin.Settings) {
		env := settings.New(func(name string) string {
			return map[string]string{settings.APIKeyValue.Env: value, settings.OldAPIKeyValue.Env: old}[name]
		})
		s.Secrets = &secret.Sources{Parameters: parameters, Now: s.Now}
		s.APIKey = s.Secrets.Value(settings.APIKeyValue.In(env), settings.OldAPIKeyValue.In(env))
	}
}

// by is what a key is answered.
func (g *rig) by(key string) int {
	g.t.Helper()
	q := request{method: "GET", path: wire.ListTokens.Path(), anonymous: true, header: map[string]string{keyName: key}}
	return g.do(q).StatusCode
}

// opened returns the session that a key opens.
func (g *rig) opened(key string) *http.Cookie {
	g.t.Helper()
	q := request{method: "POST", path: wire.Login.Path(), body: `{"api_key":"` + key + `"}`, anonymous: true}
	res := g.do(q)
	if res.StatusCode != http.StatusOK || len(res.Cookies()) != 1 {
		g.t.Fatalf("login: %d %s", res.StatusCode, text(g.t, res))
	}
	return res.Cookies()[0]
}

func (g *rig) session(c *http.Cookie) int {
	g.t.Helper()
	return g.as(c, "GET", wire.CurrentSession.Path()).StatusCode
}

// A key is changed without an outage: both are accepted for a while, sessions go
// on as long as the key does that opened them, and names of tokens stay known.
func TestAnAPIKeyIsChanged(t *testing.T) {
	t.Parallel()
	before := newRig(t)
	before.post(wire.CreateToken.Path(), `{"token_name":"older"}`)
	old := before.opened(keyValue)

	while := before.again(withKeys(nil, newKey, keyValue))
	if a, b, c := while.by(newKey), while.by(keyValue), while.by("neither-of-them"); a != 200 || b != 200 || c != 401 {
		t.Errorf("the new key: %d, the old: %d, another: %d", a, b, c)
	}
	young, late := while.opened(newKey), while.opened(keyValue)
	for what, c := range map[string]*http.Cookie{"before": old, "by the new key": young, "by the old key": late} {
		if got := while.session(c); got != 200 {
			t.Errorf("the session %s: %d", what, got)
		}
	}
	if n := len(while.sessions(young)); n != 3 {
		t.Errorf("%d sessions are listed", n)
	}

	after := before.again(withKeys(nil, newKey, ""))
	if a, b := after.by(newKey), after.by(keyValue); a != 200 || b != 401 {
		t.Errorf("in the end the new key: %d, the old: %d", a, b)
	}
	if a, b, c := after.session(young), after.session(late), after.session(old); a != 200 || b != 401 || c != 401 {
		t.Errorf("the session by the new key: %d, and by the old %d and %d", a, b, c)
	}
	q := request{method: "GET", path: wire.ListTokens.Path(), anonymous: true, cookies: []*http.Cookie{young}}
	if got := text(t, after.do(q)); !strings.Contains(got, `"token_names":["older"]`) {
		t.Errorf("names of tokens: %s", got)
	}
}

// The same by parameters that are put, while the service runs, in two processes,
// each of which notices it by what comes to it.
func TestAnAPIKeyThatIsAParameterIsChangedWithoutARestart(t *testing.T) {
	t.Parallel()
	name, store := moto.Parameter(t, keyValue), ssm.New(moto.Load(t))
	one := newRig(t, withKeys(store, "ssm:"+name, "ssm:"+name+"-old"))
	two := one.again(withKeys(store, "ssm:"+name, "ssm:"+name+"-old"))
	one.post(wire.CreateToken.Path(), `{"token_name":"older"}`)
	old := one.opened(keyValue)
	if a, b := one.by(keyValue), two.by(keyValue); a != 200 || b != 200 {
		t.Fatalf("the first key: %d, %d", a, b)
	}
	moto.SetParameter(t, name+"-old", keyValue)
	moto.SetParameter(t, name, newKey)
	if a, b := one.by(newKey), one.by(keyValue); a != 200 || b != 200 {
		t.Errorf("the new key: %d, the old: %d", a, b)
	}
	young := one.opened(newKey)
	// The other process has not seen the new key yet, but meets its session.
	if a, b := two.session(young), two.session(old); a != 200 || b != 200 {
		t.Errorf("in the other process the session by the new key: %d, by the old: %d", a, b)
	}
	if got := text(t, two.get(wire.ListTokens.Path())); !strings.Contains(got, "older") {
		t.Errorf("names of tokens: %s", got)
	}
	moto.RemoveParameter(t, name+"-old")
	one.clock.Advance(5 * time.Minute)
	for what, g := range map[string]*rig{"one process": one, "the other": two} {
		if a, b, c := g.by(newKey), g.by(keyValue), g.session(old); a != 200 || b != 401 || c != 401 {
			t.Errorf("%s: the new key: %d, the old: %d, its session: %d", what, a, b, c)
		}
	}
}

// A process that has not heard of a key yet forgets no session that it opened.
func TestASessionOfAKeyThatIsNotKnownYetIsKept(t *testing.T) {
	t.Parallel()
	name, store := moto.Parameter(t, keyValue), ssm.New(moto.Load(t))
	one := newRig(t, withKeys(store, "ssm:"+name, ""))
	two := one.again(withKeys(store, "ssm:"+name, ""))
	old := two.opened(keyValue)
	two.by("a-key-that-is-wrong") // so that it does not ask again at once
	moto.SetParameter(t, name, newKey)
	young := one.opened(newKey)
	two.sessions(old)
	if got := one.session(young); got != 200 {
		t.Errorf("the session by the new key: %d", got)
	}
}

// While the key cannot be read nobody is let in by it, and nobody is taken for
// wrong; what the service key opens goes on.
func TestAnAPIKeyThatCannotBeRead(t *testing.T) {
	t.Parallel()
	store := ssm.New(moto.Load(t))
	const none = "ssm:/sgraph-send/tests/there-is-none"
	g := newRig(t, withServiceKey, withKeys(store, none, ""))
	for _, q := range []request{
		{method: "GET", path: wire.ListTokens.Path()},
		{method: "POST", path: wire.Login.Path(), body: `{"api_key":"` + keyValue + `"}`, anonymous: true},
	} {
		res := g.do(q)
		body := text(t, res)
		if res.StatusCode != 503 || strings.Contains(body, "ssm:") || strings.Contains(body, "API_KEY") {
			t.Errorf("%s %s: %d %s", q.method, q.path, res.StatusCode, body)
		}
	}
	q := request{method: "GET", path: wire.LookupToken.To("none"), anonymous: true, header: byServiceKey(serviceKey)}
	if res := g.do(q); res.StatusCode != 404 {
		t.Errorf("by the service key: %d", res.StatusCode)
	}
	res := g.do(request{method: "GET", path: wire.Ready.Path(), anonymous: true})
	body := text(t, res)
	if res.StatusCode != 503 || !strings.Contains(body, `"secrets":"unavailable"`) || strings.Contains(body, "ssm") {
		t.Errorf("ready: %d %s", res.StatusCode, body)
	}
	if says := settings.APIKeyValue.Env + ": what is to be at " + none; !strings.Contains(g.log.String(), says) {
		t.Errorf("the log does not say what is missing:\n%s", g.log)
	}
	if g.handler.Flush(); strings.Contains(g.store.all(), "login") {
		t.Errorf("somebody is taken for wrong:\n%s", g.store.all())
	}
}

// What the service shows of itself tells no key that it was told, or found.
func TestKeysThatAreFoundAreToldNowhere(t *testing.T) {
	t.Parallel()
	name, store := moto.Parameter(t, "canary-of-the-api-key"), ssm.New(moto.Load(t))
	g := newRig(t, withKeys(store, "ssm:"+name, "ssm:"+name+"-old"))
	g.opened("canary-of-the-api-key")
	moto.SetParameter(t, name, "canary") // too weak
	g.clock.Advance(5 * time.Minute)
	told := ""
	for _, route := range []wire.Route{wire.ListTokens, wire.Ready, wire.Status, wire.ListSessions} {
		header := map[string]string{keyName: "canary-of-the-api-key"}
		res := g.do(request{method: "GET", path: route.Path(), header: header})
		told += text(t, res)
		if res.StatusCode == 200 {
			t.Errorf("%s is answered by a key that was taken away", route.Path())
		}
	}
	told += g.log.String() + g.store.all() + g.ledger.written.String()
	if strings.Contains(told, "canary") || !strings.Contains(told, "it must be a secret of at least 16 characters") {
		t.Errorf("told is\n%s", told)
	}
}
