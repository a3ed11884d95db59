package admin_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/services/admin/webhook"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/test/openapitest"
)

// Of all routes that there are none lets another site change anything by a browser that
// has a session, or have it begin one; and none says that another site may read it.
func TestNoRouteIsAskedForByOtherSites(t *testing.T) {
	t.Parallel()
	g, p := newRig(t, func(s *admin.Settings) {
		s.Rates, s.WebhookURL, s.WebhookVia = nil, "https://127.0.0.1:1/hook", webhook.Via(false)
		s.WebhookEvents = settings.WebhookTypes
	}).withProvider()
	g.sent("4abd0a491ed3", "send-7f3a", 100)
	session := g.signIn(p, "root")
	forged := map[string]string{
		"another site":   "cross-site https://evil.example",
		"a sister site":  "same-site https://evil.send.example",
		"an old browser": " https://evil.example",
		"a sandbox":      "cross-site null",
	}
	refused := 0
	for _, o := range openapitest.Served(t).Operations {
		r := o.Example(t, map[string]any{"api_key": keyValue, "cookie_value": keyValue})
		for from, says := range forged {
			site, origin, _ := strings.Cut(says, " ")
			header := map[string]string{"Origin": origin, "Content-Type": "text/plain"} // which needs no preflight
			if site != "" {
				header["Sec-Fetch-Site"] = site
			}
			res := g.do(request{
				method: o.Method, path: r.Target, body: string(r.Body), anonymous: true, cookies: []*http.Cookie{session},
				header: header,
			})
			if origin := res.Header.Get("Access-Control-Allow-Origin"); origin != "" {
				t.Errorf("%s may read %s %s: %s", from, o.Method, r.Target, origin)
			}
			if o.Method == http.MethodGet {
				continue
			}
			refused++
			if said := text(t, res); res.StatusCode != http.StatusForbidden || !strings.Contains(said, `"cross_site"`) ||
				len(res.Cookies()) > 0 {
				t.Errorf("%s asks for %s %s, and is answered %d %s", from, o.Method, r.Target, res.StatusCode, said)
			}
		}
	}
	if refused < 60 {
		t.Errorf("%d requests were refused", refused)
	}
	if res := g.as(session, "GET", "/auth/session"); res.StatusCode != http.StatusOK {
		t.Errorf("the session has become %d", res.StatusCode)
	}
}

// Who asks for what they may not leaves a line that says so, like all who ask.
func TestDenialsAreLogged(t *testing.T) {
	t.Parallel()
	g, p := newRig(t).withProvider()
	for who, ask := range map[string]request{
		"a viewer": {method: "GET", path: "/tokens/list", cookies: []*http.Cookie{g.signIn(p, "send-viewers")}},
		"another site": {
			method: "POST", path: "/tokens/create", cookies: []*http.Cookie{g.signIn(p, "root")},
			header: map[string]string{"Sec-Fetch-Site": "cross-site"},
		},
	} {
		before := g.log.String()
		ask.anonymous = true
		g.do(ask)
		line := strings.TrimPrefix(g.log.String(), before)
		at := fmt.Sprintf(`"route":%q`, ask.path)
		for _, part := range []string{`"status":403`, `"code":"forbidden"`, at, `"client":"`} {
			if !strings.Contains(line, part) {
				t.Errorf("of %s the log says %q", who, line)
			}
		}
	}
}
