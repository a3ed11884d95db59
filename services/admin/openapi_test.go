package admin_test

import (
	"maps"
	"testing"
	"time"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/services/admin/signon/signontest"
	"sgraph.ai/send/services/admin/webhook"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/test/openapitest"
)

// before is what an operation needs to have happened for its example to work; what it
// learns by that stands in values.
var before = map[string]func(g *rig, values map[string]any){
	"lookupToken":      (*rig).exampleToken,
	"useToken":         (*rig).exampleToken,
	"revokeToken":      (*rig).exampleToken,
	"reactivateToken":  (*rig).exampleToken,
	"updateTokenLimit": (*rig).exampleToken,
	"listTokenDetails": (*rig).exampleToken,
	"listTransfers":    (*rig).exampleTransfer,
	"showTransfer":     (*rig).exampleTransfer,
	"takeDownTransfer": (*rig).exampleTransfer,
	"listEvents":       (*rig).exampleToken,
	"exportEvents":     (*rig).exampleToken,
	"listSessions":     func(g *rig, _ map[string]any) { g.login() },
}

func (g *rig) exampleToken(map[string]any) {
	g.post("/tokens/create", `{"token_name":"send-7f3a"}`)
}

func (g *rig) exampleTransfer(map[string]any) { g.sent("4abd0a491ed3", "send-7f3a", 100) }

// try sends an operation's example, with other values, to a service of its own, as
// whoever has this credential.
func try(
	t *testing.T, o openapitest.Operation, as string, with map[string]any, without ...string,
) openapitest.Answer {
	t.Helper()
	g := newRig(t, withServiceKey, func(s *admin.Settings) {
		s.WebhookURL, s.WebhookVia = "https://127.0.0.1:1/hook", webhook.Via(false)
		s.WebhookEvents = settings.WebhookTypes
	})
	var p *signontest.Provider
	if as == "viewer_session" || o.ID == "beginSignOn" {
		g, p = g.withProvider()
	}
	values := map[string]any{
		"api_key": keyValue, "cookie_value": keyValue, "time": g.clock.Now().Format(time.RFC3339),
	}
	if prepare := before[o.ID]; prepare != nil {
		prepare(g, values)
	}
	maps.Copy(values, with)
	r := o.Example(t, values, without...)
	q := request{method: r.Method, path: r.Target, body: string(r.Body), header: map[string]string{}, anonymous: true}
	switch as {
	case "api_key":
		q.anonymous = false
	case "service_key":
		q.header = byServiceKey(serviceKey)
	case "viewer_session":
		q.cookies = append(q.cookies, g.signIn(p, "send-viewers"))
		q.header["Sec-Fetch-Site"] = "same-origin"
	case "session":
		q.cookies = append(q.cookies, g.login())
		q.header["Sec-Fetch-Site"] = "same-origin"
	}
	res := g.do(q)
	return openapitest.Answer{Status: res.StatusCode, Body: []byte(text(t, res))}
}

// The description's examples work, for those who may call, and for nobody else.
func TestExamplesWork(t *testing.T) {
	t.Parallel()
	for _, o := range openapitest.Served(t).Operations {
		t.Run(o.ID, func(t *testing.T) {
			t.Parallel()
			o.Try(t, func(as string, values map[string]any, without ...string) openapitest.Answer {
				return try(t, o, as, values, without...)
			})
		})
	}
}
