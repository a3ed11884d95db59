package admin_test

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
)

// private is a route of each kind behind the key.
var private = []request{
	{method: "GET", path: "/tokens/list"},
	{method: "GET", path: "/tokens/list-details"},
	{method: "GET", path: "/tokens/lookup/t"},
	{method: "POST", path: "/tokens/create"},
	{method: "POST", path: "/tokens/use/t"},
	{method: "POST", path: "/tokens/revoke/t"},
	{method: "POST", path: "/tokens/reactivate/t"},
	{method: "POST", path: "/tokens/update-limit/t", body: `{"usage_limit":1}`},
	{method: "GET", path: "/transfers/list"},
	{method: "GET", path: "/transfers/show/0123456789ab"},
	{method: "POST", path: "/transfers/take-down/0123456789ab", body: `{"reason":"a test"}`},
	{method: "GET", path: "/health/pulse"},
	{method: "GET", path: "/health/services"},
	{method: "GET", path: "/info/status"},
	{method: "GET", path: "/info/version"},
	{method: "GET", path: "/info/versions"},
	{method: "GET", path: "/info/server"},
}

// What keeps an operator out, as it is answered.
var (
	keyMissing = refused("api_key_required", "Client API key is missing, you need to set it on a header or cookie")
	keyWrong   = refused("wrong_api_key", "Invalid API key value")
	notGenuine = refused("session_invalid", "The session cookie is not genuine: log in again")
	over       = refused("session_expired", "Your session is over: log in again")
)

func refused(code, message string) string {
	return fmt.Sprintf(`{"data":null,"error":null,"message":%q,"status":"error","detail":%q,"code":%q}`,
		message, message, code)
}

func TestNothingPrivateWithoutTheKey(t *testing.T) {
	t.Parallel()
	g := newRig(t, func(s *admin.Settings) { s.Rates = nil })
	g.post("/tokens/create", `{"token_name":"t"}`)
	g.sent("0123456789ab", "t", 100)
	session := g.login()
	forged := *session
	later := g.clock.Now().Add(time.Hour)
	forged.Value = send.Secret("another secret of a service").Signer("admin session", g.clock.Now).Sign(later, "")
	otherUse, withKey := *session, *session
	signers := send.Keys[send.Signer]{Ledger: g.ledger, Service: metric.Admin, Derive: func(root send.Secret) send.Signer {
		return root.Signer("download", g.clock.Now)
	}}
	other, err := signers.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	otherUse.Value = other.Sign(later, "")
	withKey.Value = send.Secret(keyValue).Signer("admin session", g.clock.Now).Sign(later, "")
	rawKey := http.Cookie{Name: keyName, Value: keyValue}

	header := func(value string) map[string]string { return map[string]string{keyName: value} }
	for _, c := range []struct {
		name    string
		header  map[string]string
		cookies []*http.Cookie
		body    string // "" = let in
	}{
		{"nothing", nil, nil, keyMissing},
		{"wrong key", header("wrong"), nil, keyWrong},
		{"key with more", header(keyValue + "x"), nil, keyWrong},
		{"beginning of the key", header(keyValue[:10]), nil, keyWrong},
		{"key in another case", header(strings.ToUpper(keyValue)), nil, keyWrong},
		{"key as bearer only", map[string]string{"Authorization": "Bearer " + keyValue}, nil, keyMissing},
		{"key as cookie", nil, []*http.Cookie{&rawKey}, keyMissing},
		{"forged session", nil, []*http.Cookie{&forged}, notGenuine},
		{"signed for another purpose", nil, []*http.Cookie{&otherUse}, notGenuine},
		{"signed with the key", nil, []*http.Cookie{&withKey}, notGenuine},
		{"wrong key and session", header("wrong"), []*http.Cookie{session}, keyWrong},
		{"key", header(keyValue), nil, ""},
		{"key, header in lower case", map[string]string{strings.ToLower(keyName): keyValue}, nil, ""},
		{"key and forged session", header(keyValue), []*http.Cookie{&forged}, ""},
		{"session", nil, []*http.Cookie{session}, ""},
	} {
		for _, q := range private {
			q.anonymous, q.header, q.cookies = true, c.header, c.cookies
			res := g.do(q)
			if c.body != "" {
				t.Run(c.name+q.path, func(t *testing.T) { want(t, res, 401, c.body) })
			} else if res.StatusCode != 200 && q.path != "/tokens/create" {
				t.Errorf("%s: %s %s: %d", c.name, q.method, q.path, res.StatusCode)
			}
		}
	}
}

func TestSessionEnds(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	session := g.login()
	ask := func() *http.Response {
		return g.do(request{method: "GET", path: "/auth/session", anonymous: true, cookies: []*http.Cookie{session}})
	}
	want(t, ask(), 200, `{"expires_at":"2126-03-01T20:00:30Z","role":"operator"}`)
	g.clock.Advance(8*time.Hour - time.Second)
	if res := ask(); res.StatusCode != 200 {
		t.Errorf("before its end: %d", res.StatusCode)
	}
	g.clock.Advance(time.Second)
	want(t, ask(), 401, over)
	want(t, g.do(request{method: "GET", path: "/tokens/list", anonymous: true, cookies: []*http.Cookie{session}}),
		401, over)
	want(t, g.do(request{method: "GET", path: "/auth/session", anonymous: true}),
		401, keyMissing)
}

func TestSessionCookie(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*admin.Settings)
		tls    bool
		proxy  bool // one on this machine, which is asked by TLS
		cookie string
		secure bool
	}{
		{"plain", func(*admin.Settings) {}, false, false, "sgraph-send-admin", false},
		{"TLS", func(*admin.Settings) {}, true, false, "__Host-sgraph-send-admin", true},
		{"TLS ends before the service", func(s *admin.Settings) { s.TLS = true }, false, false,
			"__Host-sgraph-send-admin", true},
		{"TLS ends in a proxy", func(*admin.Settings) {}, false, true, "__Host-sgraph-send-admin", true},
	} {
		g := newRig(t, c.change)
		r := httptest.NewRequest("POST", "/auth/login", strings.NewReader(`{"api_key":" `+keyValue+`\n"}`))
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		if c.tls {
			r.TLS = &tls.ConnectionState{}
		}
		if c.proxy {
			r.RemoteAddr = "127.0.0.1:1"
			r.Header.Set("X-Forwarded-Proto", "https")
		}
		w := httptest.NewRecorder()
		g.handler.ServeHTTP(w, r)
		res := w.Result()
		if res.StatusCode != 200 || len(res.Cookies()) != 1 {
			t.Fatalf("%s: %d", c.name, res.StatusCode)
		}
		k := res.Cookies()[0]
		if k.Name != c.cookie || k.Secure != c.secure || !k.HttpOnly || k.SameSite != http.SameSiteStrictMode ||
			k.Path != "/" || k.MaxAge != 8*60*60 || k.Domain != "" {
			t.Errorf("%s: %s", c.name, k.Raw)
		}
		if strings.Contains(k.Raw+text(t, res), keyValue) {
			t.Errorf("%s: the key is in the answer", c.name)
		}
	}
}

func TestLoginAndLogout(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	for _, body := range []string{`{"api_key":"wrong"}`, `{"api_key":""}`, `{}`, ``} {
		res := g.do(request{method: "POST", path: "/auth/login", body: body, anonymous: true})
		if len(res.Cookies()) != 0 {
			t.Errorf("%s: a cookie is set", body)
		}
		want(t, res, 401, keyWrong)
	}
	res := g.do(request{method: "POST", path: "/auth/logout", anonymous: true, cookies: []*http.Cookie{g.login()}})
	if k := res.Cookies(); res.StatusCode != 204 || len(k) != 1 || k[0].MaxAge != -1 || k[0].Value != "" {
		t.Errorf("logout: %d %v", res.StatusCode, k)
	}
}

func TestLoginOfExistingClients(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	ask := func(value string) *http.Response {
		body := `{"cookie_value":"` + value + `"}`
		return g.do(request{method: "POST", path: "/auth/set-auth-cookie", body: body, anonymous: true})
	}
	want(t, ask("wrong"), 401, keyWrong)
	res := ask(keyValue)
	cookies := res.Cookies()
	want(t, res, 200, `{"message":"Cookie set","cookie_name":"sgraph-send-admin"}`)
	res = g.do(request{method: "GET", path: "/tokens/list", anonymous: true, cookies: cookies})
	if res.StatusCode != 200 {
		t.Errorf("with its cookie: %d", res.StatusCode)
	}
	form := g.do(request{method: "GET", path: "/auth/set-cookie-form", anonymous: true})
	if form.StatusCode != 307 || form.Header.Get("Location") != "/admin/" {
		t.Errorf("the old form: %d %s", form.StatusCode, form.Header.Get("Location"))
	}
}

func TestOtherSitesChangeNothing(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	session := []*http.Cookie{g.login()}
	for _, c := range []struct {
		name   string
		header map[string]string
		status int
	}{
		{"another site", map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, 403},
		{"a sibling host", map[string]string{"Sec-Fetch-Site": "same-site", "Origin": "https://other.example.com"}, 403},
		{"an old browser on another site", map[string]string{"Origin": "https://evil.example"}, 403},
		{"a sandboxed page", map[string]string{"Origin": "null"}, 403},
		{"the console", map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": "http://example.com"}, 200},
		{"the console behind a front with another host",
			map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": "https://front.example"}, 200},
		{"the console in an old browser", map[string]string{"Origin": "http://example.com"}, 200},
	} {
		create := g.do(request{method: "POST", path: "/tokens/create", anonymous: true, cookies: session, header: c.header})
		if create.StatusCode != c.status {
			t.Errorf("%s creates: %d, want %d", c.name, create.StatusCode, c.status)
		}
		for _, path := range []string{"/auth/login", "/auth/set-auth-cookie"} {
			body := `{"api_key":"` + keyValue + `","cookie_value":"` + keyValue + `"}`
			in := g.do(request{method: "POST", path: path, body: body, anonymous: true, header: c.header})
			if (in.StatusCode == 403) != (c.status == 403) {
				t.Errorf("%s logs in: %d", c.name, in.StatusCode)
			}
			g.clock.Advance(10 * time.Second) // not too many at once
		}
	}
	// Programs present the key, and say nothing of where they come from.
	res := g.do(request{method: "POST", path: "/tokens/create", header: map[string]string{"Sec-Fetch-Site": "cross-site"}})
	if res.StatusCode != 200 {
		t.Errorf("with the key: %d", res.StatusCode)
	}
}

func TestLoginIsLimited(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	try := func(key string) *http.Response {
		return g.do(request{method: "POST", path: "/auth/login", body: `{"api_key":"` + key + `"}`, anonymous: true})
	}
	for range 10 {
		try("wrong")
	}
	if res := try(keyValue); res.StatusCode != 429 || res.Header.Get("Retry-After") == "" {
		t.Errorf("the eleventh: %d", res.StatusCode)
	}
	g.clock.Advance(time.Minute)
	if res := try(keyValue); res.StatusCode != 200 {
		t.Errorf("a minute later: %d", res.StatusCode)
	}
}

func TestUnknownPathsAndMethods(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	want(t, g.get("/nothing/here"), 404, `{"detail":"Not Found","code":"not_found"}`)
	want(t, g.post("/tokens/list", ""), 405, `{"detail":"Method Not Allowed","code":"method_not_allowed"}`)
}
