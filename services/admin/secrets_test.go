package admin_test

import (
	"net/http"
	"strings"
	"testing"

	"sgraph.ai/send/shared/test/secrettest"
)

// TestNothingKeptTellsASecret plants secrets in every place that takes one and
// looks for them in all that the service keeps or logs.
func TestNothingKeptTellsASecret(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	const token, wrongKey = "canary-token-name", "canary-wrong-api-key"
	secrets := map[string]string{
		"the token": token, "what was planted": "canary", "an address": "192.0.2.1",
		"a wrong key": wrongKey, "the key": keyValue,
	}

	g.post("/tokens/create", `{"token_name":"`+token+`"}`)
	g.post("/tokens/create", `{"token_name":"`+token+`"}`)
	g.get("/tokens/lookup/" + token)
	g.get("/tokens/lookup/" + token + "-unknown")
	g.post("/tokens/use/"+token, `{"action":"upload_completed","transfer_id":"aabbccddeeff"}`)
	g.post("/tokens/update-limit/"+token, `{"usage_limit":"`+token+`"}`)
	g.post("/tokens/update-limit/"+token, `{"usage_limit":7}`)
	g.post("/tokens/revoke/"+token, ``)
	g.post("/tokens/reactivate/"+token, ``)
	g.get("/tokens/" + token)
	g.get("/tokens/list")
	g.do(request{method: "POST", path: "/auth/login", body: `{"api_key":"` + wrongKey + `"}`, anonymous: true})
	g.do(request{method: "POST", path: "/auth/login", body: `{"api_key":"` + wrongKey, anonymous: true})
	g.do(request{method: "GET", path: "/tokens/list", header: map[string]string{keyName: wrongKey}})
	session := g.login()
	secrets["the session"] = session.Value
	g.do(request{method: "GET", path: "/tokens/list", anonymous: true, cookies: []*http.Cookie{session}})
	g.ledger.setAway(true)
	g.post("/tokens/use/"+token, ``)
	g.ledger.setAway(false)
	g.handler.Flush()

	kept := secrettest.Kept{
		"the ledger": g.ledger.written.String(), "the trail": g.store.all(), "the log": g.log.String(),
	}
	for where, text := range kept {
		if len(text) < 100 {
			t.Errorf("%s holds next to nothing: this test would find nothing either", where)
		}
		kept[where] = strings.ToLower(text)
	}
	for what, secret := range secrets {
		secrets[what] = strings.ToLower(secret)
	}
	kept.Lacks(t, secrets)
}
