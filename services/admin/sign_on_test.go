package admin_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/services/admin/signon/signontest"
	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/test/secrettest"
)

const (
	consoleOrigin = "https://admin.send.example"
	attemptCookie = "__Host-sgraph-send-admin-sign-on"
)

// withProvider returns the rig with a provider of single sign-on.
func (g *rig) withProvider(change ...func(*admin.Settings)) (*rig, *signontest.Provider) {
	g.t.Helper()
	p := signontest.New(g.t, g.clock.Now)
	p.Set(func(p *signontest.Provider) { p.Redirect = consoleOrigin + "/auth/sso/callback" })
	return g.again(append([]func(*admin.Settings){func(s *admin.Settings) {
		s.TLS = true
		s.SignOn = settings.SignOn{
			Issuer: p.Issuer, ClientID: signontest.Client, Scopes: []string{"profile"}, Claim: "groups",
			Operators: []string{"send-operators", "root"}, Viewers: []string{"send-viewers"}, Origin: consoleOrigin,
		}
		s.SignOnSecret, s.SignOnVia = secret.Plain(signontest.Secret), p.Via()
	}}, change...)...), p
}

// beginSignOn returns what the browser keeps, and where it is sent.
func (g *rig) beginSignOn() (*http.Cookie, string) {
	g.t.Helper()
	res := g.do(request{
		method: "POST", path: "/auth/sso", anonymous: true, header: map[string]string{"Sec-Fetch-Site": "same-origin"},
	})
	if res.StatusCode != http.StatusOK || len(res.Cookies()) != 1 {
		g.t.Fatalf("a sign-in begins with %d %s", res.StatusCode, text(g.t, res))
	}
	return res.Cookies()[0], object(g.t, res)["url"].(string)
}

// finishSignOn asks as a browser does that the provider sent back, and returns where it
// is led and the session, if there is one.
func (g *rig) finishSignOn(back string, cookies ...*http.Cookie) (to string, session *http.Cookie) {
	g.t.Helper()
	u, err := url.Parse(back)
	if err != nil {
		g.t.Fatal(err)
	}
	res := g.do(request{
		method: "GET", path: u.RequestURI(), anonymous: true, cookies: cookies,
		header: map[string]string{"Sec-Fetch-Site": "cross-site"},
	})
	if res.StatusCode != http.StatusSeeOther {
		g.t.Fatalf("the way back is answered %d %s", res.StatusCode, text(g.t, res))
	}
	for _, c := range res.Cookies() {
		if c.Name == "__Host-sgraph-send-admin" {
			session = c
		} else if c.Name == attemptCookie && c.MaxAge >= 0 {
			g.t.Errorf("the browser keeps its attempt: %v", c)
		}
	}
	return res.Header.Get("Location"), session
}

// signIn returns the session of somebody whom the provider knows to be of a group.
func (g *rig) signIn(p *signontest.Provider, group string) *http.Cookie {
	g.t.Helper()
	p.Set(func(p *signontest.Provider) {
		p.Claims = map[string]any{"groups": []string{"everybody", group}, "name": "Ann Example"}
	})
	cookie, at := g.beginSignOn()
	to, session := g.finishSignOn(p.SignIn(g.t, at), cookie)
	if to != "/admin/" || session == nil {
		g.t.Fatalf("a %s is led to %s with %v", group, to, session)
	}
	return session
}

func TestSignOn(t *testing.T) {
	t.Parallel()
	for group, role := range map[string]string{
		"send-operators": "operator", "root": "operator", "send-viewers": "viewer",
	} {
		for _, alg := range []string{"RS256", "ES256"} {
			t.Run(group+" by "+alg, func(t *testing.T) {
				t.Parallel()
				g, p := newRig(t).withProvider()
				p.Set(func(p *signontest.Provider) { p.Alg = alg })
				session := g.signIn(p, group)
				if !session.HttpOnly || !session.Secure || session.SameSite != http.SameSiteStrictMode {
					t.Errorf("the cookie is %v", session)
				}
				told := object(t, g.as(session, "GET", "/auth/session"))
				person, _ := told["person"].(string)
				if told["role"] != role || told["name"] != "Ann Example" || len(person) != 32 {
					t.Errorf("the session is %v", told)
				}
				if again := object(t, g.as(g.signIn(p, group), "GET", "/auth/session")); again["person"] != person {
					t.Errorf("the same person is %v the next time", again["person"])
				}
				if res := g.as(session, "POST", "/auth/logout"); res.StatusCode != http.StatusNoContent {
					t.Errorf("the logout is answered %d", res.StatusCode)
				}
				want(t, g.as(session, "GET", "/auth/session"), 401, over)
				g.handler.Flush()
				g.clock.Advance(time.Second)
				events := text(t, g.get("/audit/export?person="+person))
				if n := strings.Count(events, `"person":"`+person+`"`); n != 3 || !strings.Contains(events, `"logout"`) {
					t.Errorf("the trail has of them:\n%s", events)
				}
			})
		}
	}
}

// A public client has no secret, and PKCE holds.
func TestSignOnOfAPublicClient(t *testing.T) {
	t.Parallel()
	g, p := newRig(t).withProvider(func(s *admin.Settings) { s.SignOnSecret = nil })
	p.Set(func(p *signontest.Provider) { p.Secret = "" })
	g.signIn(p, "root")
}

// What an operator does is told of them.
func TestTheTrailSaysWhoItWas(t *testing.T) {
	t.Parallel()
	g, p := newRig(t).withProvider()
	session := g.signIn(p, "send-operators")
	person := object(t, g.as(session, "GET", "/auth/session"))["person"].(string)
	g.sent("0123456789ab", "t", 100)
	for path, body := range map[string]string{
		"/tokens/create": `{"token_name":"made-by-ann"}`, "/transfers/take-down/0123456789ab": `{"reason":"a test"}`,
	} {
		res := g.do(request{
			method: "POST", path: path, body: body, anonymous: true, cookies: []*http.Cookie{session},
			header: map[string]string{"Sec-Fetch-Site": "same-origin"},
		})
		if res.StatusCode != http.StatusOK {
			t.Errorf("%s: %d %s", path, res.StatusCode, text(t, res))
		}
	}
	g.post("/tokens/create", "")
	g.handler.Flush()
	g.clock.Advance(time.Second)
	events := text(t, g.get("/audit/export?person="+person[:8]))
	for _, kind := range []audit.Kind{audit.Login, audit.TokenCreated, audit.TransferTakenDown} {
		if strings.Count(events, `"event":"`+string(kind)+`"`) != 1 {
			t.Errorf("of a %s the trail has:\n%s", kind, events)
		}
	}
	want(t, g.get("/audit/events?person=nobody"), 400,
		`{"detail":"person must be the ID of one, or its beginning, in hex","code":"invalid"}`)
	forged := fmt.Sprintf(`{"events":[{"time":%q,"event":"login","outcome":"success","person":%q}]}`,
		g.clock.Now().Format(time.RFC3339), person)
	if res := g.post("/audit/events", forged); res.StatusCode != http.StatusBadRequest {
		t.Errorf("what others say of a person is answered %d", res.StatusCode)
	}
}

func TestSignOnIsRefused(t *testing.T) {
	t.Parallel()
	claim := func(name string, value any) func(*signontest.Provider) {
		return func(p *signontest.Provider) { p.Spoil = func(token map[string]any) { token[name] = value } }
	}
	lacking := func(name string) func(*signontest.Provider) {
		return func(p *signontest.Provider) { p.Spoil = func(token map[string]any) { delete(token, name) } }
	}
	alg := func(alg string) func(*signontest.Provider) { return func(p *signontest.Provider) { p.Alg = alg } }
	answer := func(status int, body string) func(*signontest.Provider) {
		return func(p *signontest.Provider) {
			p.Instead = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status); w.Write([]byte(body)) }
		}
	}
	for name, c := range map[string]struct {
		change func(*signontest.Provider)
		code   string
	}{
		"another nonce":           {claim("nonce", "another"), "sign_on_failed"},
		"no nonce":                {lacking("nonce"), "sign_on_failed"},
		"another client":          {claim("aud", "another"), "sign_on_failed"},
		"several clients":         {claim("aud", []string{signontest.Client, "another"}), "sign_on_failed"},
		"another issuer":          {claim("iss", "https://evil.example"), "sign_on_failed"},
		"expired":                 {claim("exp", 1), "sign_on_failed"},
		"no expiry":               {lacking("exp"), "sign_on_failed"},
		"not yet":                 {claim("nbf", int64(1)<<40), "sign_on_failed"},
		"no subject":              {lacking("sub"), "sign_on_failed"},
		"a subject without end":   {claim("sub", strings.Repeat("s", 256)), "sign_on_failed"},
		"not signed":              {alg("none"), "sign_on_failed"},
		"signed by a public key":  {alg("HS256"), "sign_on_failed"},
		"no token":                {answer(200, `{"access_token":"a","token_type":"Bearer"}`), "sign_on_failed"},
		"no JSON":                 {answer(200, `<html>`), "sign_on_failed"},
		"without end":             {answer(200, strings.Repeat(" ", 1<<20)), "sign_on_failed"},
		"a code that is known":    {answer(400, `{"error":"invalid_grant"}`), "sign_on_failed"},
		"away":                    {answer(502, `bad gateway`), "sign_on_unavailable"},
		"elsewhere":               {answer(307, ``), "sign_on_failed"},
		"another client's secret": {func(p *signontest.Provider) { p.Secret = "another" }, "sign_on_failed"},
		"no claim":                {lacking("groups"), "no_role"},
		"other values":            {claim("groups", []string{"send-operators2", "Send-Operators", ""}), "no_role"},
		"another claim":           {func(p *signontest.Provider) { p.Claims = map[string]any{"roles": "root"} }, "no_role"},
		"a claim that is no list": {claim("groups", map[string]any{"root": true}), "no_role"},
		"a list of all sorts":     {claim("groups", []any{1, "root"}), "no_role"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, p := newRig(t).withProvider()
			p.Set(func(p *signontest.Provider) { p.Claims = map[string]any{"groups": []string{"root"}} })
			cookie, at := g.beginSignOn()
			back := p.SignIn(t, at)
			p.Set(c.change)
			to, session := g.finishSignOn(back, cookie)
			if to != "/admin/#sign-in/"+c.code || session != nil {
				t.Errorf("somebody is led to %s with %v:\n%s", to, session, g.log)
			}
			g.handler.Flush()
			g.clock.Advance(time.Second)
			outcome := audit.Denied
			if c.code == "sign_on_unavailable" {
				outcome = audit.Failure
			}
			events := text(t, g.get("/audit/export?event=login&outcome="+string(outcome)))
			if strings.Contains(events, "\n") || !strings.Contains(events, `"event":"login"`) ||
				strings.Contains(events, `"person"`) != (c.code == "no_role") {
				t.Errorf("the trail has %s", events)
			}
		})
	}
}

// visit is what a browser comes back from the provider with.
type visit struct {
	*rig
	provider *signontest.Provider
	back     string
	cookies  []*http.Cookie
}

// with changes what stands in the query of the way back.
func (v *visit) with(name, value string) {
	u, err := url.Parse(v.back)
	if err != nil {
		v.t.Fatal(err)
	}
	q := u.Query()
	q.Set(name, value)
	u.RawQuery = q.Encode()
	v.back = u.String()
}

// shows changes the value of the cookie.
func (v *visit) shows(value string) {
	other := *v.cookies[0]
	other.Value = value
	v.cookies = []*http.Cookie{&other}
}

// A sign-in ends in the browser that began it, within its time, once.
func TestASignInEndsWhereItBegan(t *testing.T) {
	t.Parallel()
	for name, attack := range map[string]func(*visit){
		"another state":             func(v *visit) { v.with("state", "another") },
		"no state":                  func(v *visit) { v.with("state", "") },
		"a browser that began none": func(v *visit) { v.cookies = nil },
		"a browser that began another": func(v *visit) {
			own, _ := v.beginSignOn()
			v.cookies = []*http.Cookie{own}
		},
		"another's code with one's own state": func(v *visit) {
			u, err := url.Parse(v.back)
			if err != nil {
				v.t.Fatal(err)
			}
			own, at := v.beginSignOn()
			v.cookies, v.back = []*http.Cookie{own}, v.provider.SignIn(v.t, at)
			v.with("code", u.Query().Get("code"))
		},
		"a cookie that was changed": func(v *visit) { v.shows("A" + v.cookies[0].Value[1:]) },
		"a cookie of nothing":       func(v *visit) { v.shows("AAAA") },
		"a session's cookie":        func(v *visit) { v.shows(v.login().Value) },
		"too late":                  func(v *visit) { v.clock.Advance(10 * time.Minute) },
		"a second time": func(v *visit) {
			if to, session := v.finishSignOn(v.back, v.cookies...); to != "/admin/" || session == nil {
				v.t.Errorf("the first time it is led to %s", to)
			}
		},
		"a second code": func(v *visit) {
			right := v.back
			v.with("code", "guessed")
			v.finishSignOn(v.back, v.cookies...)
			v.back = right
		},
		"another issuer": func(v *visit) { v.with("iss", "https://evil.example") },
		"cancelled": func(v *visit) {
			v.with("code", "")
			v.with("error", "access_denied")
		},
		"a code and an error": func(v *visit) { v.with("error", "\r\nSet-Cookie: a=b") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, p := newRig(t).withProvider()
			p.Set(func(p *signontest.Provider) { p.Claims = map[string]any{"groups": "root"} })
			cookie, at := g.beginSignOn()
			if !cookie.HttpOnly || !cookie.Secure || cookie.SameSite != http.SameSiteLaxMode || cookie.MaxAge != 600 {
				t.Errorf("the browser keeps %v", cookie)
			}
			v := &visit{g, p, p.SignIn(t, at), []*http.Cookie{cookie}}
			attack(v)
			to, session := g.finishSignOn(v.back, v.cookies...)
			if to != "/admin/#sign-in/sign_on_failed" || session != nil {
				t.Errorf("it is led to %s with %v", to, session)
			}
		})
	}
}

// Nobody is led elsewhere than to the console, nor by another address than its own to
// the provider.
func TestSignOnLeadsToTheConsoleOnly(t *testing.T) {
	t.Parallel()
	g, p := newRig(t).withProvider()
	p.Set(func(p *signontest.Provider) { p.Claims = map[string]any{"groups": "root"} })
	evil := map[string]string{
		"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Sec-Fetch-Site": "same-origin",
		"Referer": "https://evil.example/",
	}
	for _, query := range []string{
		"", "next=https://evil.example", "return_to=//evil.example", "redirect_uri=https://evil.example/",
		"url=%2F%2Fevil.example&iss=" + url.QueryEscape(p.Issuer),
	} {
		res := g.do(request{method: "POST", path: "/auth/sso?" + query, anonymous: true, header: evil})
		at, err := url.Parse(object(t, res)["url"].(string))
		if err != nil || "https://"+at.Host != p.Issuer ||
			at.Query().Get("redirect_uri") != consoleOrigin+"/auth/sso/callback" {
			t.Errorf("%s: the browser is sent to %v, %v", query, at, err)
		}
		back, err := url.Parse(p.SignIn(t, at.String()))
		if err != nil {
			t.Fatal(err)
		}
		path := back.RequestURI() + "&" + query
		if query == "" {
			path += "#https://evil.example"
		}
		done := g.do(request{method: "GET", path: path, anonymous: true, header: evil, cookies: res.Cookies()})
		if to := done.Header.Get("Location"); to != "/admin/" {
			t.Errorf("%s: the browser is led to %s", query, to)
		}
	}
}

func TestOtherSitesBeginNoSignIn(t *testing.T) {
	t.Parallel()
	g, p := newRig(t).withProvider()
	for _, from := range []string{"cross-site", "same-site"} {
		header := map[string]string{"Sec-Fetch-Site": from, "Origin": "https://evil.example"}
		res := g.do(request{method: "POST", path: "/auth/sso", anonymous: true, header: header})
		if res.StatusCode != http.StatusForbidden || len(res.Cookies()) != 0 {
			t.Errorf("%s: %d %v", from, res.StatusCode, res.Cookies())
		}
	}
	if n := p.Asked("/.well-known/openid-configuration"); n != 0 {
		t.Errorf("the provider was asked %d times", n)
	}
}

func TestSignOnIsLimited(t *testing.T) {
	t.Parallel()
	g, _ := newRig(t).withProvider()
	for range 30 {
		g.beginSignOn()
	}
	res := g.do(request{method: "POST", path: "/auth/sso", anonymous: true})
	if res.StatusCode != http.StatusTooManyRequests {
		t.Errorf("the one beyond the limit: %d", res.StatusCode)
	}
	g.login() // which that takes nothing from
}

// A provider that is away keeps nobody out who has the key, and comes back by itself.
func TestTheProviderIsAway(t *testing.T) {
	t.Parallel()
	// good is a provider that would do.
	good := func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"issuer":"https://%[1]s","authorization_endpoint":"https://%[1]s/authorize",
			"token_endpoint":"https://%[1]s/token","jwks_uri":"https://%[1]s/keys"}`, r.Host)
	}
	for name, instead := range map[string]http.HandlerFunc{
		"not there":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) },
		"no JSON":    func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>")) },
		"broken off": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"another":    func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(`{"issuer":"https://evil.example"}`)) },
		"of no use":  func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, `{"issuer":"https://%s"}`, r.Host) },
		"without end": func(w http.ResponseWriter, r *http.Request) {
			good(w, r)
			w.Write(bytes.Repeat([]byte(" "), 1<<20))
		},
		"elsewhere": func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/elsewhere" {
				good(w, r)
				return
			}
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		},
		"without TLS": func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `{"issuer":"https://%[1]s","authorization_endpoint":"http://id.example/authorize",
				"token_endpoint":"https://%[1]s/token","jwks_uri":"https://%[1]s/keys"}`, r.Host)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, p := newRig(t).withProvider()
			p.Set(func(p *signontest.Provider) { p.Instead = instead })
			begin := func() *http.Response { return g.do(request{method: "POST", path: "/auth/sso", anonymous: true}) }
			for range 3 {
				res := begin()
				if got := object(t, res); res.StatusCode != http.StatusServiceUnavailable ||
					got["code"] != "sign_on_unavailable" || !strings.Contains(got["detail"].(string), "log in with the API key") {
					t.Errorf("a sign-in begins with %d %v", res.StatusCode, got)
				}
			}
			if n := p.Asked("/.well-known/openid-configuration"); n != 1 {
				t.Errorf("the provider that is away was asked %d times", n)
			}
			if !strings.Contains(g.log.String(), "discovery: ") {
				t.Errorf("the log does not say why:\n%s", g.log)
			}
			g.as(g.login(), "GET", "/auth/session")
			p.Set(func(p *signontest.Provider) { p.Instead = nil })
			g.clock.Advance(5 * time.Second)
			g.signIn(p, "root")
		})
	}
}

func TestThereIsNoSignOn(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	want(t, g.do(request{method: "GET", path: "/auth/sso", anonymous: true}), 200, `{"provider":""}`)
	want(t, g.do(request{method: "POST", path: "/auth/sso", anonymous: true}), 409,
		`{"detail":"there is no single sign-on: SEND__OIDC_ISSUER says nothing","code":"conflict"}`)
	to, session := g.finishSignOn("/auth/sso/callback?code=a&state=b")
	if to != "/admin/#sign-in/conflict" || session != nil {
		t.Errorf("it is led to %s with %v", to, session)
	}
	on, p := g.withProvider()
	want(t, on.do(request{method: "GET", path: "/auth/sso", anonymous: true}), 200,
		`{"provider":"`+strings.TrimPrefix(p.Issuer, "https://")+`"}`)
}

// A provider that signs with other keys is believed at once, and what it signed with
// those before no longer than an hour; sessions go on.
func TestTheProviderChangesItsKeys(t *testing.T) {
	t.Parallel()
	g, p := newRig(t).withProvider()
	session := g.signIn(p, "send-operators")
	p.Rotate("second")
	g.signIn(p, "send-viewers")
	p.Rotate("second") // of the same name
	g.signIn(p, "send-viewers")
	if told := object(t, g.as(session, "GET", "/auth/session")); told["role"] != "operator" {
		t.Errorf("the session of before is %v", told)
	}
	asked := p.Asked("/.well-known/openid-configuration")
	g.clock.Advance(time.Hour)
	g.signIn(p, "root")
	if n := p.Asked("/.well-known/openid-configuration"); asked != 1 || n != 2 {
		t.Errorf("the provider was asked what it is %d times, and %d after an hour", asked, n)
	}
}

// Who is let in by other settings is not by those before, and the API key has nothing to
// do with it.
func TestOtherSettingsEndSessionsOfPeople(t *testing.T) {
	t.Parallel()
	g, p := newRig(t).withProvider()
	session, byKey := g.signIn(p, "root"), g.login()
	another := g.again(func(s *admin.Settings) { s.APIKey = secret.Plain("another-api-key-of-the-tests") })
	if res := another.as(session, "GET", "/auth/session"); res.StatusCode != http.StatusOK {
		t.Errorf("with another API key: %d", res.StatusCode)
	}
	for name, change := range map[string]func(*admin.Settings){
		"fewer operators": func(s *admin.Settings) { s.SignOn.Operators = []string{"send-operators"} },
		"another client":  func(s *admin.Settings) { s.SignOn.ClientID = "another" },
		"none":            func(s *admin.Settings) { s.SignOn = settings.SignOn{} },
	} {
		changed := g.again(change)
		if res := changed.as(session, "GET", "/tokens/list"); res.StatusCode != http.StatusUnauthorized {
			t.Errorf("with %s the session is answered %d", name, res.StatusCode)
		}
		if res := changed.as(byKey, "GET", "/tokens/list"); res.StatusCode != http.StatusOK {
			t.Errorf("with %s a session by the key is answered %d", name, res.StatusCode)
		}
	}
}

// Whoever signs in again and again ends no session but their own.
func TestSessionsOfAPersonAreBounded(t *testing.T) {
	t.Parallel()
	g, p := newRig(t, func(s *admin.Settings) { s.Rates = nil }).withProvider()
	byKey := g.login()
	first := g.signIn(p, "send-viewers")
	for range 8 {
		g.clock.Advance(time.Second)
		g.signIn(p, "send-viewers")
	}
	if n := len(g.sessions(byKey)); n != 9 {
		t.Errorf("%d sessions are kept, want 8 and that by the key", n)
	}
	want(t, g.as(first, "GET", "/auth/session"), 401, over)
}

// Of who signs in the ledger has a name for as long as the session goes on, and the
// trail their ID; neither has what the provider gave, nor has the log.
func TestNothingIsKeptOfASignInButItsPerson(t *testing.T) {
	t.Parallel()
	g, p := newRig(t).withProvider()
	p.Set(func(p *signontest.Provider) {
		p.Claims = map[string]any{
			"groups": []string{"canary-group", "root"}, "sub": "canary-subject", "email": "canary@example.org",
			"preferred_username": "canary@example.org",
		}
	})
	secrets := map[string]string{"what was planted": "canary", "the client's secret": signontest.Secret}
	for _, spoil := range []func(map[string]any){
		nil,
		func(token map[string]any) { token["groups"] = "canary-group" },
		func(token map[string]any) { token["nonce"] = "canary-nonce" },
		func(token map[string]any) { token["exp"] = 1 },
	} {
		p.Set(func(p *signontest.Provider) { p.Spoil = spoil })
		cookie, at := g.beginSignOn()
		back := p.SignIn(t, at)
		u, err := url.Parse(back)
		if err != nil {
			t.Fatal(err)
		}
		secrets["the code "+back], secrets["the state "+back] = u.Query().Get("code"), u.Query().Get("state")
		_, session := g.finishSignOn(back, cookie)
		if session != nil {
			secrets["the session"] = session.Value
			if told := object(t, g.as(session, "GET", "/auth/session")); told["name"] != nil {
				t.Errorf("an address is shown as a name: %v", told)
			}
		}
		g.finishSignOn(back+"&error=canary", cookie)
	}
	g.handler.Flush()
	kept := secrettest.Kept{
		"the ledger": g.ledger.written.String(), "the trail": g.store.all(), "the log": g.log.String(),
	}
	kept.Lacks(t, secrets)
	if secrets["the session"] == "" || !strings.Contains(g.log.String(), "a sign-in by the provider was refused") {
		t.Error("nobody was let in, or nobody refused")
	}
}

// A person is somebody of this issuer: who has the same name for themselves at another,
// where the settings change, is somebody else, and so is another at this one.
func TestSessionsAreOfAnIssuersPeople(t *testing.T) {
	t.Parallel()
	g, here := newRig(t).withProvider()
	person := func(g *rig, p *signontest.Provider) string {
		t.Helper()
		return object(t, g.as(g.signIn(p, "root"), "GET", "/auth/session"))["person"].(string)
	}
	ann := person(g, here)
	here.Set(func(p *signontest.Provider) { p.Spoil = func(token map[string]any) { token["sub"] = "subject-of-bob" } })
	bob := person(g, here)
	elsewhere, there := g.withProvider()
	if other := person(elsewhere, there); ann == bob || ann == other || bob == other {
		t.Errorf("Ann is %s, Bob %s, and another provider's Ann %s", ann, bob, other)
	}
}
