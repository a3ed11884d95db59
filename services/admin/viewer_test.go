package admin_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/services/admin/webhook"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/test/openapitest"
	"sgraph.ai/send/shared/test/secrettest"
)

// A viewer may ask what the description says that viewers may, and nothing else of all
// that there is.
func TestViewersAskWhatIsForThem(t *testing.T) {
	t.Parallel()
	g, p := newRig(t, func(s *admin.Settings) {
		s.Rates, s.WebhookURL, s.WebhookVia = nil, "https://127.0.0.1:1/hook", webhook.Via(false)
		s.WebhookEvents = settings.WebhookTypes
	}).withProvider()
	g.sent("4abd0a491ed3", "send-7f3a", 100)
	viewer, operator := g.signIn(p, "send-viewers"), g.signIn(p, "root")
	open, refused := 0, 0
	for _, o := range openapitest.Served(t).Operations {
		if !slices.Contains(o.Security, "session") || o.ID == "recordEvents" {
			continue // anyone may, or programs alone
		}
		methods := []string{o.Method}
		if o.Method == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
		for _, method := range methods {
			r := o.Example(t, nil)
			ask := func(session *http.Cookie) *http.Response {
				return g.do(request{
					method: method, path: r.Target, body: string(r.Body), anonymous: true, cookies: []*http.Cookie{session},
					header: map[string]string{"Sec-Fetch-Site": "same-origin"},
				})
			}
			res := ask(viewer)
			if slices.Contains(o.Security, "viewer_session") {
				if open++; res.StatusCode != http.StatusOK || o.Method != http.MethodGet {
					t.Errorf("a viewer's %s %s is answered %d", method, r.Target, res.StatusCode)
				}
				continue
			}
			refused++
			said := text(t, res)
			if res.StatusCode != http.StatusForbidden ||
				method != http.MethodHead && !strings.Contains(said, "operator_required") {
				t.Errorf("a viewer's %s %s is answered %d %s", method, r.Target, res.StatusCode, said)
			}
			if o.ID == "endOtherSessions" { // which would end the viewer's
				continue
			}
			if res := ask(operator); res.StatusCode == http.StatusForbidden {
				t.Errorf("an operator's %s %s is answered %d", method, r.Target, res.StatusCode)
			}
		}
	}
	if open < 20 || refused < 10 {
		t.Errorf("%d routes were open to a viewer, and %d not", open, refused)
	}
	// Another way to say a method, or the path, opens nothing.
	for _, q := range []request{
		{method: "GET", path: "/tokens/create"}, {method: "PATCH", path: "/tokens/list-details"},
		{method: "get", path: "/tokens/list"}, {method: "GET", path: "//tokens/list"},
		{method: "GET", path: "/tokens/list/"}, {method: "GET", path: "/tokens/list-details/../list"},
		{method: "GET", path: "/tokens/lookup/list-details"},
		{method: "GET", path: "/tokens/list", header: map[string]string{"X-Http-Method-Override": "POST"}},
	} {
		q.anonymous, q.cookies = true, []*http.Cookie{viewer}
		if res := g.do(q); res.StatusCode < 400 {
			t.Errorf("a viewer's %s %s is answered %d %s", q.method, q.path, res.StatusCode, text(t, res))
		}
	}
}

// Nothing that a viewer can ask for tells a secret. What an operator is answered does,
// or this test would find nothing.
func TestViewersSeeNoSecrets(t *testing.T) {
	t.Parallel()
	g, p := newRig(t, withServiceKey, func(s *admin.Settings) {
		s.Rates, s.PublicURL = nil, "https://send.example.org"
		s.WebhookURL, s.WebhookVia = "https://127.0.0.1:1/hook", webhook.Via(false)
		s.WebhookEvents = settings.WebhookTypes
	}).withProvider()
	const token = "canary-token-name"
	g.post("/tokens/create", `{"token_name":"`+token+`","metadata":{"note":"for ann"}}`)
	g.sent("4abd0a491ed3", token, 100)
	secrets := map[string]string{
		"the token": token, "the API key": keyValue, "the service key": serviceKey,
		"the webhook's secret": object(t, g.post("/webhook/reveal", ""))["secret"].(string),
	}
	viewer := g.signIn(p, "send-viewers")
	secrets["the session"] = viewer.Value
	seen, sees := secrettest.Kept{}, ""
	for _, o := range openapitest.Served(t).Operations {
		if o.Method != http.MethodGet {
			continue
		}
		target := strings.Replace(o.Example(t, map[string]any{"token_name": "another"}).Target, "limit=20", "limit=50", 1)
		seen[target] = text(t, g.as(viewer, o.Method, target))
		sees += text(t, g.get(target))
	}
	seen.Lacks(t, secrets)
	if !strings.Contains(sees, token) {
		t.Error("an operator does not see the token either")
	}
	if list := seen["/tokens/list-details"]; !strings.Contains(list, "for ann") {
		t.Errorf("of the tokens a viewer sees %s", list)
	}
}
