package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/hostile"
	"sgraph.ai/send/shared/wire"
)

// FuzzRoutes asks the service whatever an operator can ask: it never fails, and
// says what is wrong as the contract does.
func FuzzRoutes(f *testing.F) {
	g := newRig(f, func(s *admin.Settings) { s.Rates = map[string]send.Rate{} })
	if res := g.post("/tokens/create", `{"token_name":"there"}`); res.StatusCode != http.StatusOK {
		f.Fatal(text(f, res))
	}
	now := g.clock.Now().Format(time.RFC3339)
	route := func(r wire.Route) string { return r.Method + " " + r.Path() }
	event := func(fields string) hostile.Request {
		return hostile.Request{Route: route(wire.RecordEvents), Body: `{"events":[{` + fields + `}]}`}
	}
	audit := func(of wire.Route, query string) hostile.Request {
		return hostile.Request{Route: route(of), Query: query}
	}
	hostile.Fuzz(f, hostile.Service{
		Handler: g.handler, Of: wire.Admin,
		Header:  http.Header{http.CanonicalHeaderKey(keyName): {keyValue}},
		Genuine: map[string]string{"key": keyValue},
	},
		hostile.Request{Route: route(wire.CreateToken), Body: `{"token_name":"` + strings.Repeat("é", 129) + `"}`},
		hostile.Request{Route: route(wire.CreateToken), Body: `{"usage_limit":-1}`},
		hostile.Request{Route: route(wire.CreateToken),
			Body: `{"usage_limit":9223372036854775807,"created_by":"\u0000\ud800"}`},
		hostile.Request{Route: route(wire.CreateToken), Body: `{"metadata":{"a":` + strings.Repeat("[", 9000) +
			strings.Repeat("]", 9000) + `}}`},
		hostile.Request{Route: route(wire.CreateToken), Body: `{"metadata":{"a":1e400}}`},
		hostile.Request{Route: route(wire.LookupToken), One: "there"},
		hostile.Request{Route: route(wire.LookupToken), One: "\u200b"},
		hostile.Request{Route: route(wire.UseToken), One: "there",
			Body: `{"action":"upload_completed","transfer_id":"\u0000"}`},
		hostile.Request{Route: route(wire.UpdateTokenLimit), One: "there", Body: `{"usage_limit":null}`},
		hostile.Request{Route: route(wire.RevokeToken), One: "there", Body: `{"purge":"yes"}`},
		hostile.Request{Route: route(wire.ListTransfers), Query: "status=%00&limit=0&after=zz"},
		hostile.Request{Route: route(wire.ListTransfers), Query: "token=abcdef&status=taken_down&limit=1&after=ffffffffffff"},
		hostile.Request{Route: route(wire.ShowTransfer), One: "0123456789ab"},
		hostile.Request{Route: route(wire.ShowTransfer), One: "\xff/"},
		hostile.Request{Route: route(wire.TakeDownTransfer), One: "0123456789ab", Body: `{"reason":"\u0000"}`},
		hostile.Request{Route: route(wire.TakeDownTransfer), One: "0123456789ab",
			Body: `{"reason":"` + strings.Repeat("é", 200) + `"}`},
		hostile.Request{Route: route(wire.Login), Body: `{"api_key":"{key}"}`},
		hostile.Request{Route: route(wire.Login), Body: `{"api_key":"{key} "}`, Header: "Origin",
			Value: "https://other.example"},
		hostile.Request{Route: route(wire.SetAuthCookie), Body: `{"cookie_value":["{key}"]}`},
		hostile.Request{Route: route(wire.EndSession), One: strings.Repeat("a", 4096)},
		hostile.Request{Route: route(wire.EndSession), One: "\xff\x00"},
		hostile.Request{Route: route(wire.CurrentSession), Header: "Cookie", Value: "sgraph-send-admin=AAAA"},
		hostile.Request{Route: route(wire.Logout), Header: "Cookie", Value: "__Host-sgraph-send-admin=;;=,"},
		hostile.Request{Route: route(wire.Pulse), Query: "window_minutes=9223372036854775808&series"},
		hostile.Request{Route: route(wire.Pulse), Query: "window_minutes=-1&series=%00"},
		event(`"time":"`+now+`","event":"login","outcome":"success"`),
		event(`"time":"`+now+`","event":"login","outcome":"denied","count":9223372036854775807,"last":"`+now+`"`),
		event(`"time":"0000-01-01T00:00:00+23:59","event":"login"`),
		event(`"time":null,"event":"login","reason":"\u0000"`),
		audit(wire.ListEvents, "from=1969-01-01T00:00:00Z&to=1969-01-02T00:00:00Z"),
		audit(wire.ListEvents, "from=2262-04-11T00:00:00Z&to=9999-12-31T23:59:59Z"),
		audit(wire.ListEvents,
			"event=login&outcome=denied&transfer=000000000000&token=ab-cd&limit=500&after=000000000000000f"),
		audit(wire.ListEvents, "limit=-1&after=%00&token=%FF"),
		audit(wire.ExportEvents, "form=chain&to=0001-01-01T00:00:00Z&from=0000-12-31T00:00:00Z"),
		audit(wire.ExportEvents, "form=chain"),
		audit(wire.ExportEvents, "form=%00"),
		hostile.Request{Route: "GET /admin/../index.html", Accept: "text/html"},
	)
}

// FuzzSession: no cookie lets anybody in but the one of a session, whatever
// other headers say.
func FuzzSession(f *testing.F) {
	g := newRig(f, func(s *admin.Settings) { s.Rates = map[string]send.Rate{} })
	cookie := g.login()
	genuine := cookie.Name + "=" + cookie.Value
	const place = "{cookie}" // of this process
	for _, value := range []string{
		place, place + "x", "x" + place, place[:4], place + "; " + place, "", "=", ";", cookie.Name + "=", cookie.Name +
			"=AAAA",
		"__Host-" + place, strings.ToUpper(cookie.Name) + "=x", cookie.Name + "=\"" + strings.Repeat("A", 5000) + "\"",
	} {
		f.Add(value, "", "")
		f.Add(value, "X-Forwarded-Proto", "https")
		f.Add(value, "Authorization", "Bearer x")
		f.Add(value, keyName, "")
	}
	f.Fuzz(func(t *testing.T, cookies, header, value string) {
		g := *g
		g.t = t
		cookies = strings.ReplaceAll(cookies, place, genuine)
		r := request{method: "GET", path: "/auth/session", anonymous: true, header: map[string]string{"Cookie": cookies}}
		if header != "" && !strings.EqualFold(header, "Cookie") {
			r.header[header] = value
		}
		res := g.do(r)
		switch {
		case res.StatusCode == http.StatusOK && !strings.Contains(cookies, cookie.Value):
			t.Errorf("%q opens a session: %s", cookies, text(t, res))
		case res.StatusCode == http.StatusOK:
		case res.StatusCode == http.StatusUnauthorized:
			if body := object(t, res); body["detail"] == "" || body["code"] == "" {
				t.Errorf("%q is answered %v", cookies, body)
			}
		default:
			t.Errorf("%q is answered %d %s", cookies, res.StatusCode, text(t, res))
		}
		if cookies == genuine && header == "" && res.StatusCode != http.StatusOK {
			t.Errorf("the session is over: %d", res.StatusCode)
		}
	})
}

// FuzzSignOn: no way back from a provider lets anybody in but one that this browser
// began, whatever stands in its address and its cookie.
func FuzzSignOn(f *testing.F) {
	g, _ := newRig(f, func(s *admin.Settings) { s.Rates = map[string]send.Rate{} }).withProvider()
	cookie, at := g.beginSignOn()
	began, err := url.Parse(at)
	if err != nil {
		f.Fatal(err)
	}
	const place, state = "{cookie}", "{state}" // of this process
	for _, query := range []string{
		"code=a&state={state}", "code=a&state=b", "code=a", "state={state}", "error=access_denied&state={state}", "",
		"code=a&state={state}&iss=https://evil.example", "code=a;state={state}", "code=%zz&state=%00",
		"state={state}&state=b",
	} {
		f.Add(query, place)
		f.Add(query, place+"A")
		f.Add(query, "")
		f.Add(query, "AAAA; "+cookie.Name+"="+place)
	}
	f.Fuzz(func(t *testing.T, query, value string) {
		g := *g
		g.t = t
		query = strings.ReplaceAll(query, state, began.Query().Get("state"))
		if strings.ContainsFunc(query, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '#' }) {
			return // no server hands it on
		}
		value = strings.ReplaceAll(value, place, cookie.Value)
		res := g.do(request{
			method: "GET", path: "/auth/sso/callback?" + query, anonymous: true,
			header: map[string]string{"Cookie": cookie.Name + "=" + value},
		})
		to := res.Header.Get("Location")
		if res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/admin/#sign-in/") {
			t.Errorf("%q with %q is answered %d, and leads to %q", query, value, res.StatusCode, to)
		}
		for _, c := range res.Cookies() {
			if c.MaxAge >= 0 {
				t.Errorf("%q with %q opens a session: %v", query, value, c)
			}
		}
	})
}
