package admin_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/send"
)

// Keys, of whichever kind and each another one, are a few events that say how
// many were refused, with a limit and without: none is lost, and none is an
// object of its own.
func TestAFloodOfWrongKeysIsFewEvents(t *testing.T) {
	t.Parallel()
	const times = 60
	get := func(header map[string]string, cookies ...*http.Cookie) request {
		return request{method: "GET", path: "/tokens/lookup/t", anonymous: true, header: header, cookies: cookies}
	}
	post := func(path, field string, n int) request {
		return request{method: "POST", path: path, body: fmt.Sprintf(`{%q:"guess-%d"}`, field, n), anonymous: true}
	}
	forged := func(n int) *http.Cookie {
		return &http.Cookie{Name: "sgraph-send-admin", Value: strings.Repeat("A", 80+n)}
	}
	// Whoever brings an attempt of their own making to where the provider leads back.
	callback := func(n int) request {
		return request{method: "GET", path: fmt.Sprintf("/auth/sso/callback?state=%d&code=%d", n, n), anonymous: true,
			cookies: []*http.Cookie{{Name: attemptCookie, Value: strings.Repeat("A", 80+n)}}}
	}
	for name, ask := range map[string]func(n int) request{
		"sign-ins":            callback,
		"login":               func(n int) request { return post("/auth/login", "api_key", n) },
		"login of old":        func(n int) request { return post("/auth/set-auth-cookie", "cookie_value", n) },
		"API keys":            func(n int) request { return get(map[string]string{keyName: fmt.Sprint("guess-", n)}) },
		"service keys":        func(n int) request { return get(byServiceKey(fmt.Sprint("guess-", n))) },
		"cookies":             func(n int) request { return get(nil, forged(n)) },
		"cookies, at the way": func(n int) request { q := get(nil, forged(n)); q.path = "/auth/session"; return q },
	} {
		for limits, rates := range map[string]map[string]send.Rate{"limited": send.DefaultRates, "not limited": nil} {
			t.Run(name+"/"+limits, func(t *testing.T) {
				t.Parallel()
				g := newRig(t, withServiceKey, func(s *admin.Settings) { s.Rates = rates })
				if name == "sign-ins" {
					g, _ = g.withProvider()
				}
				for n := range times {
					q := ask(n)
					q.from = "198.51.100.9"
					if res := g.do(q); res.StatusCode != 401 && res.StatusCode != 429 && name != "sign-ins" ||
						name == "sign-ins" && res.Header.Get("Location") != "/admin/#sign-in/sign_on_failed" {
						t.Fatalf("answered %d", res.StatusCode)
					}
				}
				events, told := g.denials(audit.Login)
				if told != times || len(events) > 5 {
					t.Errorf("%d denials are told of by %d events, want %d by a few", told, len(events), times)
				}
				if n := strings.Count(g.store.all(), "audit/data/"); n < 1 || n > 3 {
					t.Errorf("%d objects are written", n)
				}
			})
		}
	}
}
