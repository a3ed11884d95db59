package admin_test

import (
	"maps"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/wire"
)

// near are the addresses of operators in the tests.
func near(s *admin.Settings) {
	s.Rates = nil
	s.Allow = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/28"), netip.MustParsePrefix("2001:db8:1::/48")}
}

// Of all routes that there are, an operator's are open to some addresses only,
// whatever is brought; but those that machines ask.
func TestOperatorsComeFromSomeAddressesOnly(t *testing.T) {
	t.Parallel()
	g := newRig(t, withServiceKey, near)
	g.do(request{method: "POST", path: "/tokens/create", body: `{"token_name":"t"}`, from: "192.0.2.1"})
	machines := map[string]bool{
		wire.Health.Path(): true, wire.Ready.Path(): true,
	}
	closed := 0
	for _, r := range wire.Routes() {
		if r.Service&wire.Admin == 0 {
			continue
		}
		for _, path := range r.Paths {
			path = strings.ReplaceAll(strings.ReplaceAll(path, "{token_name}", "t"), "{session_id}", "s")
			for from, want := range map[string]bool{
				"192.0.2.15": true, "2001:db8:1:ffff::9": true, "::ffff:192.0.2.1": true,
				"192.0.2.16": false, "2001:db8:2::1": false, "198.51.100.1": false,
			} {
				for _, anonymous := range []bool{true, false} {
					q := request{method: r.Method, path: path, body: `{}`, anonymous: anonymous, from: from}
					got := g.do(q).StatusCode != http.StatusForbidden
					if got != (want || machines[path]) {
						t.Errorf("%s %s from %s (anonymous: %v) is let in: %v", r.Method, path, from, anonymous, got)
					}
					if !got {
						closed++
					}
				}
			}
		}
	}
	if closed == 0 {
		t.Error("nothing is closed to anybody")
	}
	for path, want := range map[string]int{"/tokens/lookup/t": 200, "/tokens/list": 403, "/admin/": 403} {
		q := request{method: "GET", path: path, from: "198.51.100.1", anonymous: true, header: byServiceKey(serviceKey)}
		if got := g.do(q).StatusCode; got != want {
			t.Errorf("the user service, from anywhere, is answered %d for %s, want %d", got, path, want)
		}
	}
	if got := g.do(request{method: "GET", path: "/tokens/lookup/t", from: "198.51.100.1", header: byServiceKey("")}); got.
		StatusCode != http.StatusForbidden {
		t.Errorf("an empty service key is answered %d", got.StatusCode)
	}
}

// A session that was opened from an allowed address is no use from elsewhere.
func TestASessionStaysWhereOperatorsMayBe(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	session := g.login()
	g = g.again(near)
	for from, want := range map[string]int{"192.0.2.1": 200, "198.51.100.1": 403} {
		q := request{method: "GET", path: "/tokens/list", anonymous: true, from: from, cookies: []*http.Cookie{session}}
		if got := g.do(q).StatusCode; got != want {
			t.Errorf("from %s: %d, want %d", from, got, want)
		}
	}
}

// What a client says of where it comes from is believed of nobody but a front or
// a proxy that is known.
func TestAnAddressIsNotClaimed(t *testing.T) {
	t.Parallel()
	header := map[string]string{
		"CloudFront-Viewer-Address": "192.0.2.1:1", "X-Forwarded-For": "192.0.2.1", "X-Real-Ip": "192.0.2.1",
	}
	ask := func(g *rig, more map[string]string) int {
		maps.Copy(more, header)
		return g.do(request{method: "GET", path: "/tokens/list", from: "198.51.100.1", header: more}).StatusCode
	}
	g := newRig(t, near)
	if got := ask(g, map[string]string{}); got != 403 {
		t.Errorf("a client names its own address: %d", got)
	}
	edge := g.again(func(s *admin.Settings) { s.OriginSecret = secret.Plain("an-origin-secret") })
	if got := ask(edge, map[string]string{wire.OriginSecret.Name: "an-origin-secret"}); got != 200 {
		t.Errorf("through the edge: %d", got)
	}
}
