package admin_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/wire"
)

const serviceKey = "a-service-key-of-the-tests"

// withServiceKey has a user service of a key of its own.
func withServiceKey(s *admin.Settings) { s.ServiceKey = secret.Plain(serviceKey) }

func byServiceKey(key string) map[string]string {
	return map[string]string{"X-Sgraph-Service-Key": key}
}

// public are the routes that ask for nothing.
var public = []wire.Route{
	wire.Health, wire.Ready, wire.Console, wire.OldConsole, wire.Description, wire.OldDescription, wire.Reference,
	wire.OldReference,
	wire.Login, wire.SetAuthCookie, wire.CurrentSession, wire.Logout,
	wire.ShowSignOn, wire.BeginSignOn, wire.FinishSignOn,
}

// The service key opens what the user service asks for, of all routes that
// there are, and nothing else.
func TestServiceKeyOpensTheLeast(t *testing.T) {
	t.Parallel()
	opens := map[string]bool{}
	for _, r := range []wire.Route{wire.LookupToken, wire.UseToken, wire.RecordEvents} {
		opens[r.Method+" "+r.Path()] = true
	}
	anyone := map[string]bool{}
	for _, r := range public {
		anyone[r.Method+" "+r.Path()] = true
	}
	g := newRig(t, withServiceKey, func(s *admin.Settings) { s.Rates = nil })
	g.post("/tokens/create", `{"token_name":"t"}`)
	opened := 0
	for _, r := range wire.Routes() {
		name := r.Method + " " + r.Path()
		if r.Service&wire.Admin == 0 || anyone[name] {
			continue
		}
		for _, path := range r.Paths {
			path = strings.NewReplacer("{token_name}", "t", "{session_id}", "s", "{transfer_id}", "0123456789ab").Replace(path)
			for key, right := range map[string]bool{serviceKey: true, serviceKey + "x": false, keyValue: false, "": false} {
				res := g.do(request{method: r.Method, path: path, body: `{}`, anonymous: true, header: byServiceKey(key)})
				if right && opens[name] {
					opened++
					if res.StatusCode != 200 && res.StatusCode != 400 {
						t.Errorf("%s %s by the service key: %d", r.Method, path, res.StatusCode)
					}
				} else if res.StatusCode != 401 {
					t.Errorf("%s %s with %q: %d, want 401", r.Method, path, key, res.StatusCode)
				}
			}
		}
	}
	if opened != len(opens) {
		t.Errorf("the service key opened %d routes, want %d", opened, len(opens))
	}
	// It is no API key, and opens no session.
	header := map[string]string{keyName: serviceKey}
	want(t, g.do(request{method: "GET", path: "/tokens/list", anonymous: true, header: header}), 401, keyWrong)
	body := `{"api_key":"` + serviceKey + `"}`
	want(t, g.do(request{method: "POST", path: "/auth/login", body: body, anonymous: true}), 401, keyWrong)
	if res := g.get("/tokens/lookup/t"); res.StatusCode != 200 {
		t.Errorf("with the API key, as before: %d", res.StatusCode)
	}
}

// A service that was told of no service key takes none, least of all an empty
// one.
func TestNoServiceKeyOpensNothing(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	for _, key := range []string{"", " ", serviceKey, keyValue} {
		q := request{method: "GET", path: "/tokens/lookup/t", anonymous: true, header: byServiceKey(key)}
		want(t, g.do(q), 401, keyMissing)
	}
}

// What the service key can put into the trail is what the user service does:
// whoever has it cannot invent a login.
func TestServiceKeyTellsOfTransfersOnly(t *testing.T) {
	t.Parallel()
	g := newRig(t, withServiceKey)
	told := func(kind string, header map[string]string) int {
		at := g.clock.Now().Format(time.RFC3339)
		body := fmt.Sprintf(`{"events":[{"time":%q,"event":%q,"outcome":"success"}]}`, at, kind)
		q := request{method: "POST", path: "/audit/events", body: body, anonymous: true, header: header}
		return g.do(q).StatusCode
	}
	for kind, status := range map[string]int{
		"transfer_created": 200, "transfer_expired": 200, "login": 400, "logout": 400, "session_ended": 400,
		"token_created": 400, "token_used": 400,
	} {
		if got := told(kind, byServiceKey(serviceKey)); got != status {
			t.Errorf("%s by the service key: %d, want %d", kind, got, status)
		}
		if got := told(kind, map[string]string{keyName: keyValue}); got != 200 {
			t.Errorf("%s by the API key, as before: %d", kind, got)
		}
	}
}

func TestWeakServiceKeyIsRefused(t *testing.T) {
	t.Parallel()
	env := map[string]string{settings.ServiceKey.Env: "short"}
	_, err := admin.FromEnv(func(name string) string { return env[name] })
	if err == nil || !strings.Contains(err.Error(), settings.ServiceKey.Env+" must be a secret") {
		t.Errorf("a weak service key is taken: %v", err)
	}
}

// at is a request from an address.
func (g *rig) at(address string, header map[string]string) int {
	g.t.Helper()
	q := request{method: "GET", path: "/tokens/lookup/t", anonymous: true, header: header, from: address}
	return g.do(q).StatusCode
}

// Wrong keys of both kinds are limited where they come from, and are in the
// trail, each of them; nobody elsewhere notices.
func TestWrongKeysLockOutNoNeighbour(t *testing.T) {
	t.Parallel()
	kinds := map[string]struct{ wrong, right map[string]string }{
		"API key":     {map[string]string{keyName: "wrong"}, map[string]string{keyName: keyValue}},
		"service key": {byServiceKey("wrong"), byServiceKey(serviceKey)},
	}
	for kind, key := range kinds {
		for name, c := range map[string]struct {
			attackers []string // each tries until it is limited
			limited   []string // where a right key is refused then, too
			free      []string // where it is not
		}{
			"an IPv4 address": {
				[]string{"198.51.100.1"},
				[]string{"198.51.100.1", "::ffff:198.51.100.1", "64:ff9b::198.51.100.1"},
				[]string{"198.51.100.2", "198.51.100.0", "198.51.101.1"},
			},
			"a /64, by many addresses of it": {
				addresses(200, "2001:db8:1:100::%x"),
				[]string{"2001:db8:1:100::1", "2001:db8:1:100:ffff::9"},
				[]string{"2001:db8:1:101::1", "2001:db8:1:1ff::1", "2001:db8:1:200::1", "2001:db8:2:100::1"},
			},
			"a /56, by all that it has": {
				addresses(64, "2001:db8:1:1%02x::1"),
				[]string{"2001:db8:1:100::1", "2001:db8:1:1ff::1"},
				[]string{"2001:db8:1:200::1", "2001:db8:1:2ff::1", "2001:db8:2:100::1"},
			},
			"a /48, by all that it has": {
				addresses(64, "2001:db8:1:%x00::1"),
				[]string{"2001:db8:1:100::1", "2001:db8:1:ff00::1"},
				[]string{"2001:db8:2:100::1", "2001:db8::1"},
			},
		} {
			t.Run(kind+"/"+name, func(t *testing.T) {
				t.Parallel()
				g := newRig(t, withServiceKey)
				g.post("/tokens/create", `{"token_name":"t"}`)
				tried := 0
				for _, from := range c.attackers {
					for range 12 {
						tried++
						if got := g.at(from, key.wrong); got == 429 {
							break
						} else if got != 401 {
							t.Fatalf("a wrong key: %d", got)
						}
					}
				}
				for _, from := range c.limited {
					if got := g.at(from, key.right); got != 429 {
						t.Errorf("the right key from %s: %d, want 429", from, got)
					}
					tried++
				}
				for _, from := range c.free {
					if got := g.at(from, key.right); got != 200 {
						t.Errorf("the right key of a neighbour, %s: %d", from, got)
					}
				}
				g.clock.Advance(time.Minute)
				for _, from := range c.limited {
					if got := g.at(from, key.right); got != 200 {
						t.Errorf("a minute later from %s: %d", from, got)
					}
				}
				if _, denied := g.denials(audit.Login); denied != int64(tried) {
					t.Errorf("the trail has %d of %d that were refused", denied, tried)
				}
			})
		}
	}
}

// Whoever brought one key lately is let in with that one where the limit is used
// up, and with no other: the user service's address opens no way to guess the
// API key on.
func TestOneKnownKeyIsNotTheOther(t *testing.T) {
	t.Parallel()
	g := newRig(t, withServiceKey)
	g.post("/tokens/create", `{"token_name":"t"}`)
	const from = "198.51.100.7"
	if got := g.at(from, byServiceKey(serviceKey)); got != 200 {
		t.Fatalf("the service key: %d", got)
	}
	for range 12 {
		g.at(from, map[string]string{keyName: "wrong"})
	}
	if got := g.at(from, byServiceKey(serviceKey)); got != 200 {
		t.Errorf("the service key, which is known there: %d", got)
	}
	res := g.do(request{method: "GET", path: "/tokens/list", from: from})
	body := text(t, res)
	if res.StatusCode != 429 || res.Header.Get("Retry-After") == "" || !strings.Contains(body, "right ones are refused") {
		t.Errorf("the API key, which is not: %d %s", res.StatusCode, body)
	}
	if got := g.at(from, byServiceKey("wrong")); got != http.StatusTooManyRequests {
		t.Errorf("a wrong service key: %d", got)
	}
}

// While the key is changed both are accepted, and the user service shows the first.
func TestAServiceKeyIsChanged(t *testing.T) {
	t.Parallel()
	const next = "the-service-key-that-follows"
	g := newRig(t, func(s *admin.Settings) { s.ServiceKey = secret.Plain(next, serviceKey) })
	g.post("/tokens/create", `{"token_name":"t"}`)
	for key, want := range map[string]int{serviceKey: 200, next: 200, next + "x": 401} {
		q := request{method: "GET", path: "/tokens/lookup/t", anonymous: true, header: byServiceKey(key)}
		if got := g.do(q).StatusCode; got != want {
			t.Errorf("%s: %d, want %d", key, got, want)
		}
	}
}
