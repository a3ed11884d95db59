package user_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/services/user"
	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// asked is a request for files, with what its link grants and its maker's secret.
type asked struct {
	id, grant, secret string
	body              map[string]any
}

func (a asked) shown() string { return "request." + a.id + "." + a.grant }

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

// ask makes a request.
func (s *site) ask(fields map[string]any) asked {
	s.t.Helper()
	text := func() string { return base64.RawURLEncoding.EncodeToString(randomBytes(32)) }
	a := asked{grant: text(), secret: text()}
	a.body = map[string]any{"public_key": text(), "grant_hash": hashOf(a.grant), "auth_hash": hashOf(a.secret)}
	maps.Copy(a.body, fields)
	a.id = s.send("POST", "/api/requests/create", a.body).want(200, "").json()["request_id"].(string)
	return a
}

// give sends to a request, but for the completion.
func (s *site) give(a asked, ciphertext, sealedKey []byte) (id string) {
	s.t.Helper()
	id = s.call("POST", "/api/transfers/create", map[string]any{
		"sealed_key": base64.StdEncoding.EncodeToString(sealedKey),
	}, "x-sgraph-access-token", a.shown()).want(200, "").json()["transfer_id"].(string)
	s.call("POST", "/api/transfers/upload/"+id, ciphertext, "x-sgraph-access-token", a.shown()).want(200, "")
	return id
}

const requestAuth = "x-sgraph-request-auth"

// A request, from its making to its end, over HTTP (docs/contract.md, 1.6).
func TestRequestRoutes(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	label := base64.StdEncoding.EncodeToString(envelope.SealLabel(envelope.NewKey(), envelope.Label{Note: "the plans"}))
	a := s.ask(map[string]any{"max_transfers": 2, "max_bytes": 5000, "label": label})
	again := s.send("POST", "/api/requests/create", a.body).want(200, "").json()
	if again["request_id"] != a.id || len(a.id) != 12 {
		t.Fatalf("made again it is %v, and not %s", again, a.id)
	}
	info := func() map[string]any {
		t.Helper()
		return s.call("GET", "/api/requests/info/"+a.id, nil).want(200, "").json()
	}
	got := info()
	for field, want := range map[string]any{
		"request_id": a.id, "public_key": a.body["public_key"], "status": "open", "label": label,
		"max_transfers": 2.0, "transfers_left": 2.0, "max_bytes": 5000.0, "expires_at": again["expires_at"],
	} {
		if got[field] != want {
			t.Errorf("%s is %v, want %v", field, got[field], want)
		}
	}
	ciphertext, _ := sealed(t, 100)
	key := randomBytes(80)
	var ids []string
	for range 2 {
		id := s.give(a, ciphertext, key)
		s.send("POST", "/api/transfers/complete/"+id, nil).refused(404, "transfer_not_found") // not with the maker's token
		s.call("POST", "/api/transfers/complete/"+id, nil, "x-sgraph-access-token", a.shown()).want(200, "")
		s.clock.Advance(time.Second)
		ids = append(ids, id)
	}
	if got := info(); got["status"] != "full" || got["transfers_left"] != 0.0 || got["label"] != label {
		t.Error(got)
	}
	create := func(shown string, body any) reply {
		return s.call("POST", "/api/transfers/create", body, "x-sgraph-access-token", shown)
	}
	create(a.shown(), nil).refused(410, "request_full")
	create(a.shown()[:len(a.shown())-1]+"x", nil).refused(401, "request_unknown")
	create("request.ffffffffffff."+a.grant, nil).refused(401, "request_unknown")
	create("request_"+a.id+"_"+a.grant, nil).refused(401, "token_unknown")

	list := func() []any {
		t.Helper()
		reply := s.call("GET", "/api/requests/transfers/"+a.id, nil, requestAuth, a.secret).want(200, "").json()
		return reply["transfers"].([]any)
	}
	all := list()
	if len(all) != 2 {
		t.Fatalf("%d arrived", len(all))
	}
	for i, one := range all {
		tr := one.(map[string]any)
		told := s.call("GET", "/api/transfers/info/"+ids[i], nil).json()
		if tr["transfer_id"] != ids[i] || tr["sealed_key"] != base64.StdEncoding.EncodeToString(key) ||
			tr["status"] != "completed" || tr["payload_bytes"] != float64(len(ciphertext)) ||
			tr["created_at"] != told["created_at"] || tr["expires_at"] != told["expires_at"] || len(tr) != 6 {
			t.Errorf("%v; info says %v", tr, told)
		}
		if told["sealed_key"] != nil {
			t.Error("everybody can read the sealed key")
		}
	}
	if got := s.call("GET", "/api/transfers/download/"+ids[0], nil).want(200, ""); !bytes.Equal(got.Body, ciphertext) {
		t.Error("the bytes differ")
	}
	for method, path := range map[string]string{"GET": "/api/requests/transfers/", "DELETE": "/api/requests/delete/"} {
		s.call(method, path+a.id, nil).refused(400, "request_secret_required")
		s.call(method, path+a.id, nil, requestAuth, a.grant).refused(403, "wrong_request_secret")
		s.call(method, path+"ffffffffffff", nil, requestAuth, a.secret).refused(404, "request_not_found")
	}
	s.call("GET", "/api/requests/info/ffffffffffff", nil).refused(404, "request_not_found")
	for range 2 {
		got := s.call("DELETE", "/api/requests/delete/"+a.id, nil, requestAuth, a.secret).want(200, "").json()
		if got["request_id"] != a.id || got["status"] != "closed" {
			t.Fatal(got)
		}
	}
	create(a.shown(), nil).refused(410, "request_closed")
	if got := info(); got["status"] != "closed" || got["label"] != nil {
		t.Error(got)
	}
	if n := len(list()); n != 2 {
		t.Errorf("once it is closed %d transfers are listed", n)
	}
}

func TestRequestsAreRefused(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	s.newToken("narrow", 1)
	a := s.ask(map[string]any{"max_bytes": 1000, "max_transfers": 9})
	create := func(token string, change map[string]any) reply {
		body := maps.Clone(a.body)
		body["grant_hash"] = hashOf(base64.RawURLEncoding.EncodeToString(randomBytes(32)))
		maps.Copy(body, change)
		return s.call("POST", "/api/requests/create", body, "x-sgraph-access-token", token)
	}
	create(s.token, nil).want(200, "")
	create("", nil).refused(401, "token_required")
	create("none", nil).refused(401, "token_unknown")
	create("narrow", map[string]any{"max_transfers": 2}).refused(400, "invalid")
	create(a.shown(), nil).refused(403, "forbidden")
	create(s.token, map[string]any{"public_key": "short"}).refused(400, "invalid")
	create(s.token, map[string]any{"public_key": "+/+/"}).refused(400, "invalid")
	create(s.token, map[string]any{"max_transfers": 101}).refused(400, "invalid")
	create(s.token, map[string]any{"label": "bm8gbGFiZWw="}).refused(400, "bad_label")
	create(s.token, map[string]any{"max_bytes": 65 << 20}).refused(413, "too_large")
	create(s.token, map[string]any{"expires_at": "2000-01-01T00:00:00Z"}).refused(400, "invalid")
	s.send("POST", "/api/requests/create", map[string]any{
		"public_key": a.body["public_key"], "grant_hash": a.body["grant_hash"], "auth_hash": a.body["auth_hash"],
	}).refused(409, "id_taken")

	give := func(body map[string]any) reply {
		return s.call("POST", "/api/transfers/create", body, "x-sgraph-access-token", a.shown())
	}
	key := base64.StdEncoding.EncodeToString(randomBytes(80))
	give(nil).refused(400, "bad_sealed_key")
	give(map[string]any{"sealed_key": key[4:]}).refused(400, "bad_sealed_key")
	give(map[string]any{"sealed_key": "?"}).refused(400, "bad_sealed_key")
	give(map[string]any{"sealed_key": key, "file_size_bytes": 1001}).refused(413, "too_large")
	s.send("POST", "/api/transfers/create", map[string]any{"sealed_key": key}).refused(400, "bad_sealed_key")
	s.clock.Advance(25 * time.Hour)
	give(map[string]any{"sealed_key": key}).refused(410, "request_expired")
}

// A part goes by a URL that was made for who was given a request, as long as that takes
// something.
func TestLargeFilesForARequest(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	a := s.ask(nil)
	ciphertext, _ := sealed(t, 6<<20)
	call := func(path string, body any) reply {
		return s.call("POST", path, body, "x-sgraph-access-token", a.shown())
	}
	id := call("/api/transfers/create", map[string]any{
		"sealed_key": base64.StdEncoding.EncodeToString(randomBytes(80)),
	}).want(200, "").json()["transfer_id"].(string)
	up := call("/api/presigned/initiate", map[string]any{
		"transfer_id": id, "file_size_bytes": len(ciphertext),
	}).want(200, "").json()
	url := up["part_urls"].([]any)[0].(map[string]any)["upload_url"].(string)
	if strings.Contains(url, a.grant) {
		t.Error("who sees the URL has what the request grants")
	}
	s.call("PUT", url, ciphertext).want(200, "")
	got := call("/api/presigned/resume", map[string]any{"transfer_id": id}).want(200, "").json()
	call("/api/presigned/complete", map[string]any{
		"transfer_id": id, "upload_id": up["upload_id"], "parts": got["parts"],
	}).want(200, "")
	s.call("DELETE", "/api/requests/delete/"+a.id, nil, requestAuth, a.secret).want(200, "")
	call("/api/transfers/complete/"+id, nil).refused(410, "request_closed")
	s.clock.Advance(time.Minute) // longer than it is remembered who was admitted
	s.call("PUT", url, ciphertext).refused(410, "request_closed")
}

// What requests grant is guessed no more often than access tokens are, and their secrets
// neither.
func TestRequestsCannotBeGuessed(t *testing.T) {
	t.Parallel()
	s := start(t, func(set *user.Settings) {
		set.Rates = map[string]send.Rate{"token": {Limit: 5, Window: time.Hour}}
	})
	a := s.ask(nil)
	for _, guess := range []func() reply{
		func() reply {
			return s.call("POST", "/api/transfers/create", nil,
				"x-sgraph-access-token", "request."+a.id+"."+base64.RawURLEncoding.EncodeToString(randomBytes(32)))
		},
		func() reply { return s.call("GET", "/api/requests/transfers/"+a.id, nil, requestAuth, "a guess") },
	} {
		limited := 0
		for range 12 { // at most two windows
			if guess().Status == http.StatusTooManyRequests {
				limited++
			}
		}
		if limited < 2 {
			t.Errorf("%d of 12 guesses were refused for their number", limited)
		}
	}
}

// The trail says what was requested, and of what arrived by which request and on whose
// token; and nothing that is kept or logged has a secret.
func TestRequestsAreTraced(t *testing.T) {
	t.Parallel()
	var events []audit.Event
	s := start(t, func(set *user.Settings) {
		set.Audit = func(_ context.Context, e []audit.Event) error { events = append(events, e...); return nil }
	})
	a := s.ask(nil)
	ciphertext, _ := sealed(t, 100)
	id := s.give(a, ciphertext, randomBytes(80))
	s.call("POST", "/api/transfers/complete/"+id, nil, "x-sgraph-access-token", a.shown()).want(200, "")
	s.call("GET", "/api/requests/transfers/"+a.id, nil, requestAuth, a.secret).want(200, "")
	s.call("DELETE", "/api/requests/delete/"+a.id, nil, requestAuth, "wrong-"+a.secret).want(403, "")
	s.call("DELETE", "/api/requests/delete/"+a.id, nil, requestAuth, a.secret).want(200, "")
	s.service.Flush()
	text, err := json.Marshal(events)
	if err != nil {
		t.Fatal(err)
	}
	type what struct{ kind, outcome, transfer, token, reason string }
	token := send.TokenHash(s.token)
	var got []what
	for _, e := range events {
		got = append(got, what{string(e.Kind), string(e.Outcome), e.Transfer, e.Token, e.Reason})
	}
	for _, want := range []what{
		{"request_created", "success", a.id, token, ""},
		{"transfer_created", "success", id, token, "request " + a.id},
		{"transfer_completed", "success", id, token, "request " + a.id},
		{"request_closed", "denied", a.id, "", "the secret is not the one of this request"},
		{"request_closed", "success", a.id, token, ""},
	} {
		found := false
		for _, g := range got {
			found = found || g == want
		}
		if !found {
			t.Errorf("the trail has %+v, and not %+v", got, want)
		}
	}
	ledger, err := os.ReadFile(filepath.Join(s.dir, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	for name, kept := range map[string]string{"trail": string(text), "log": s.log.String(), "ledger": string(ledger)} {
		for _, secret := range []string{a.grant, a.secret, s.token} {
			if strings.Contains(kept, secret) {
				t.Errorf("the %s has a secret", name)
			}
		}
	}
}

// The admin service is asked once for all uses that a request allows.
func TestARequestIsBookedAtTheAdminService(t *testing.T) {
	t.Parallel()
	var asked []wire.UseTokenRequest
	s := start(t, func(set *user.Settings) {
		set.Gate = adminGate(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				_, _ = w.Write([]byte(`{"status":"active","usage_limit":9,"usage_count":1}`))
				return
			}
			var in wire.UseTokenRequest
			if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
				t.Error(err)
			}
			asked = append(asked, in)
			_, _ = w.Write([]byte(`{"success":true,"usage_count":5,"remaining":4}`))
		})
	})
	a := s.ask(map[string]any{"max_transfers": 4})
	want := wire.UseTokenRequest{Action: "request_created", TransferID: a.id + "-request-4", Uses: 4}
	if len(asked) != 1 || asked[0] != want {
		t.Errorf("it was asked %+v, want %+v once", asked, want)
	}
}
