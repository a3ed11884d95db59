package user_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"sgraph.ai/send/services/user"
	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
)

func adminGate(t *testing.T, h http.HandlerFunc) *user.AdminGate {
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return &user.AdminGate{BaseURL: server.URL, KeyName: "X-Key", Key: secret.Plain("the key"), Client: server.Client()}
}

func TestAdminGate(t *testing.T) {
	t.Parallel()
	g := adminGate(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Key") != "the key" || r.Header.Get("X-Sgraph-Origin-Secret") != "the secret" {
			w.WriteHeader(401)
			return
		}
		switch r.Method + r.URL.Path {
		case "GET/tokens/lookup/good":
			w.Write([]byte(`{"token_name":"good","usage_limit":5,"usage_count":2,"status":"active"}`))
		case "GET/tokens/lookup/revoked":
			w.Write([]byte(`{"status":"revoked"}`))
		case "POST/tokens/use/good":
			w.Write([]byte(`{"success":true,"usage_count":3,"remaining":2}`))
		case "POST/tokens/use/spent":
			w.Write([]byte(`{"success":false,"reason":"exhausted"}`))
		case "POST/tokens/use/odd":
			w.Write([]byte(`{}`))
		case "POST/tokens/use/odder":
			w.Write([]byte(`{"success":false,"reason":"active"}`))
		default:
			w.WriteHeader(404)
			w.Write([]byte(`{"detail":"Token not found","code":"token_unknown"}`))
		}
	})
	g.OriginSecret = secret.Plain("the secret")
	a, err := g.Admit(t.Context(), "good")
	if err != nil || a.ID != send.TokenHash("good") {
		t.Fatal(a, err)
	}
	for token, says := range map[string]string{"": "required", "unknown": "Invalid", "revoked": "revoked"} {
		if _, err := g.Admit(t.Context(), token); send.CodeOf(err) != send.Unauthorized ||
			!strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", token, err)
		}
	}
	if err := g.Spend(t.Context(), "good", "id"); err != nil {
		t.Error(err)
	}
	if err := g.Spend(t.Context(), "spent", "id"); send.CodeOf(err) != send.Unauthorized {
		t.Error(err)
	}
	for _, token := range []string{"odd", "odder"} {
		if err := g.Spend(t.Context(), token, "id"); send.CodeOf(err) != send.Unavailable {
			t.Errorf("an answer that says nothing lets a sender pass: %v", err)
		}
	}
	g.Key = secret.Plain("another")
	if _, err := g.Admit(t.Context(), "good"); send.CodeOf(err) != send.Unavailable {
		t.Errorf("a wrong key lets a sender pass: %v", err)
	}
}

// Who asks where there is no admin service, or another one, has learnt nothing of a token; nor are events taken there.
func TestWhatSaysThatThereIsNoSuchToken(t *testing.T) {
	t.Parallel()
	for body, code := range map[string]send.Code{
		`{"detail":"Token not found","code":"token_unknown"}`: send.Unauthorized,
		`{"detail":"No such token","code":"token_unknown"}`:   send.Unauthorized,
		`{"detail":"Token not found"}`:                        send.Unauthorized, // as services say it that send no codes
		`{"detail":"Not Found"}`:                              send.Unavailable,  // of a path
		`{"detail":"Not Found","code":"not_found"}`:           send.Unavailable,
		`{"detail":"Token not found","code":"not_found"}`:     send.Unavailable,
		`{"code":7}`:             send.Unavailable,
		"404 page not found\n":   send.Unavailable,
		"":                       send.Unavailable,
		"null":                   send.Unavailable,
		`["Token not found"]`:    send.Unavailable,
		`{"detail":"Token not f`: send.Unavailable,
	} {
		asked := 0
		g := adminGate(t, func(w http.ResponseWriter, _ *http.Request) {
			asked++
			w.WriteHeader(http.StatusNotFound)
			w.Write([]byte(body))
		})
		if _, err := g.Admit(t.Context(), "good"); send.CodeOf(err) != code ||
			code == send.Unavailable && send.ReasonOf(err) != send.ReasonTokenCheckUnavailable {
			t.Errorf("%s: who sends is told %v, want %s", body, err, code)
		}
		if err := g.Spend(t.Context(), "good", "id"); (send.CodeOf(err) == send.Unavailable) != (code == send.Unavailable) {
			t.Errorf("%s: who uploaded is told %v", body, err)
		}
		if err := g.Record(t.Context(), []audit.Event{{Kind: audit.TransferCreated}}); send.CodeOf(err) != send.Unavailable {
			t.Errorf("%s: of events it is said that %v", body, err)
		}
		if asked != 3 {
			t.Errorf("%s: asked %d times", body, asked)
		}
	}
}

// What is tried at the alias next asks the admin service that is tried with it.
func TestWhatIsTriedAsksWhatIsTriedWithIt(t *testing.T) {
	t.Parallel()
	limited := func(limit int) http.HandlerFunc { // by which the services are told apart
		return func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"token_name":"good","usage_limit":%d,"status":"active"}`, limit)
		}
	}
	const live, tried = 1, 2
	g, next := adminGate(t, limited(live)), adminGate(t, limited(tried))
	const function = "arn:aws:lambda:eu-west-2:123456789012:function:sgraph-send-user-qa"
	for _, c := range []struct {
		next, arn string
		want      int64
	}{
		{next.BaseURL, function + ":next", tried},
		{next.BaseURL, function + ":live", live},
		{next.BaseURL, function, live},
		{next.BaseURL, "", live},
		{"", function + ":next", live},
	} {
		ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{InvokedFunctionArn: c.arn})
		g.NextURL = c.next
		if got, err := g.Token(ctx, "good"); err != nil || got.UsageLimit != c.want {
			t.Errorf("%q, with %q: %+v, %v", c.arn, c.next, got, err)
		}
	}
}

// Every call brings the service key, and no other credential; where there is
// none, the API key. Repeated calls bring it, too.
func TestEachCallOfTheAdminServiceBringsItsKey(t *testing.T) {
	t.Parallel()
	calls := map[string]func(*user.AdminGate) error{
		"GET /tokens/lookup/good": func(g *user.AdminGate) error { _, err := g.Token(t.Context(), "good"); return err },
		"POST /tokens/use/good":   func(g *user.AdminGate) error { return g.Spend(t.Context(), "good", "id") },
		"POST /audit/events": func(g *user.AdminGate) error {
			return g.Record(t.Context(), []audit.Event{{Kind: audit.TransferCreated}})
		},
	}
	for name, call := range calls {
		for _, key := range []string{"the service key", ""} {
			var seen []http.Header
			g := adminGate(t, func(w http.ResponseWriter, r *http.Request) {
				if got := r.Method + " " + r.URL.Path; got != name {
					t.Errorf("asked for %s, want %s", got, name)
				}
				seen = append(seen, r.Header)
				if len(seen) == 1 {
					w.WriteHeader(http.StatusServiceUnavailable)
					return
				}
				w.Write([]byte(`{"status":"active","success":true}`))
			})
			if key != "" {
				g.KeyName, g.Key = "", secret.Plain(key)
			}
			if err := call(g); err != nil || len(seen) != 2 {
				t.Fatalf("%s: %d calls, %v", name, len(seen), err)
			}
			for _, h := range seen {
				service, api := h.Get("X-Sgraph-Service-Key"), h.Get("X-Key")
				if service != key || (api == "") != (key != "") {
					t.Errorf("%s brings the service key %q and the API key %q", name, service, api)
				}
			}
		}
	}
}

func TestAdminGateRetriesAndThenStaysShut(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	g := adminGate(t, func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) < 3 {
			w.WriteHeader(503)
			return
		}
		w.Write([]byte(`{"status":"active"}`))
	})
	if _, err := g.Admit(t.Context(), "good"); err != nil || calls.Load() != 3 {
		t.Fatal(calls.Load(), err)
	}
	calls.Store(-100)
	_, err := g.Admit(t.Context(), "good")
	if send.CodeOf(err) != send.Unavailable || calls.Load() != -97 {
		t.Fatal(calls.Load(), err)
	}
	g.BaseURL = "http://127.0.0.1:1"
	_, err = g.Admit(t.Context(), "secret-token")
	if send.CodeOf(err) != send.Unavailable || strings.Contains(err.Error(), "secret-token") {
		t.Fatalf("the error tells the token: %v", err)
	}
}

// The gate asks where the settings say, and is led nowhere else with its key.
func TestARedirectOfTheAdminServiceIsNotFollowed(t *testing.T) {
	t.Parallel()
	asked := false
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked = true
		fmt.Fprint(w, `{"token_name":"good","usage_limit":5,"usage_count":2,"status":"active"}`)
	}))
	defer other.Close()
	server := httptest.NewServer(http.RedirectHandler(other.URL+"/tokens/lookup/good", http.StatusTemporaryRedirect))
	defer server.Close()
	set, err := from(lambda())
	if err != nil {
		t.Fatal(err)
	}
	g := set.Gate.(*user.AdminGate)
	g.BaseURL = server.URL
	if _, err := g.Admit(t.Context(), "good"); send.CodeOf(err) != send.Unavailable || asked {
		t.Errorf("it lets somebody pass: %v, and asks elsewhere: %v", err, asked)
	}
}
