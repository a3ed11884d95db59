package admin_test

import (
	"testing"

	"sgraph.ai/send/services/admin"
)

// The service key opens what the user service asks for, and nothing else.
func TestServiceKeyOpensTheLeast(t *testing.T) {
	t.Parallel()
	const serviceKey = "a-service-key-of-the-tests"
	g := newRig(t, func(s *admin.Settings) { s.ServiceKey, s.Rates = serviceKey, nil })
	g.post("/tokens/create", `{"token_name":"t"}`)
	opens := map[string]bool{"/tokens/lookup/t": true, "/tokens/use/t": true}
	all := append([]request{
		{method: "POST", path: "/audit/events", body: `{}`},
		{method: "GET", path: "/audit/events"},
		{method: "GET", path: "/audit/export"},
		{method: "GET", path: "/auth/sessions"},
	}, private...)
	for _, q := range all {
		q.anonymous = true
		for key, right := range map[string]bool{serviceKey: true, serviceKey + "x": false, keyValue: false} {
			q.header = map[string]string{"X-Sgraph-Service-Key": key}
			may := right && (opens[q.path] || q.method+q.path == "POST/audit/events")
			if res := g.do(q); (res.StatusCode != 401) != may {
				t.Errorf("%s %s with %q: %d", q.method, q.path, key, res.StatusCode)
			}
		}
	}
	if res := g.get("/tokens/lookup/t"); res.StatusCode != 200 {
		t.Errorf("with the API key, as before: %d", res.StatusCode)
	}
}

func TestWeakServiceKeyIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := admin.New(admin.Settings{KeyName: keyName, KeyValue: keyValue, ServiceKey: "short"}); err == nil {
		t.Error("a weak service key is taken")
	}
}
