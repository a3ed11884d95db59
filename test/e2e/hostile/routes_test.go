package hostile

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"sgraph.ai/send/shared/wire"
)

// probe is what is tried at every route of the contract, by somebody who may ask for it:
// so that a route which comes later is tried as those before it.
type probe struct {
	name    string
	value   string // of each parameter in the path; "" = one that stands for nothing
	query   string
	headers string
	body    string
	without bool // neither token nor key
	method  bool // another one than is served there
	closed  bool // the connection may end: what follows cannot be told from the body
}

var probes = []probe{
	{name: "nothing to be let in by", without: true},
	{name: "another method", method: true},
	{name: "a parameter that climbs", value: "../../../etc/passwd"},
	{name: "a parameter with a NUL, a line's end and no UTF-8", value: "\x00\r\nSet-Cookie: a=b\xff"},
	{name: "a parameter of markup", value: `"><script>alert(1)</script>`},
	{name: "a parameter of 8 KiB", value: strings.Repeat("a", 8<<10)},
	{name: "a query of nonsense", query: "?%zz&&=&;a=b&[]=%00"},
	{name: "everything in the query twice",
		query: "?limit=1&limit=x&after=a&after=b&from=x&from=y&to=&to=%00&event=a&event=b&status=a&status=b&token=a&token=b"},
	{name: "a query of 32 KiB", query: "?a=" + strings.Repeat("b", 32<<10)},
	{name: "a body that is no JSON", body: "\x00\xff{]", closed: true},
	{name: "JSON of another form", body: `[{"a":[1e400]}]`, closed: true},
	{name: "JSON 20,000 deep", body: strings.Repeat("[", 20000), closed: true},
	{name: "a field twice", body: `{"token_name":"a","token_name":"b","transfer_id":"a","transfer_id":"b"}`, closed: true},
	{name: "fields that are not the caller's to set", closed: true,
		body: `{"role":"operator","status":"completed","download_count":-1,"owner":"x","__proto__":{"a":1}}`},
	{name: "a form in the place of JSON", headers: "Content-Type: application/x-www-form-urlencoded\r\n", body: "a=b&c=d",
		closed: true},
	{name: "from another site", headers: "Origin: https://other.example\r\nSec-Fetch-Site: cross-site\r\n"},
	{name: "for another host",
		headers: "X-Forwarded-Host: other.example\r\nX-Original-URL: /tokens/list\r\nX-Rewrite-URL: /tokens/list\r\n"},
	{name: "from an address that is claimed",
		headers: "X-Forwarded-For: 127.0.0.1\r\nX-Real-IP: 127.0.0.1\r\nCloudFront-Viewer-Address: 127.0.0.1:1\r\n"},
	{name: "with headers that mean something elsewhere",
		headers: "Range: bytes=5-4\r\nIf-None-Match: *\r\nAccept: ;q=\r\nAccept-Encoding: gzip;q=nan\r\nTE: trailers\r\n"},
}

// everyRoute is what every probe is answered, in the table.
const everyRoute = "as the contract says, below 500; and nothing for whoever may not ask"

// of is the probe at a route.
func (p probe) of(r wire.Route, template string) string {
	words := map[string]string{"locale": "en", "page": "download"} // which no other word may stand for
	path := wire.Filled(template, func(parameter string) string {
		if word := words[parameter]; word != "" {
			return word
		}
		if p.value == "" {
			return "000000000000"
		}
		return url.PathEscape(p.value)
	})
	method, headers := r.Method, p.headers
	if p.method {
		method = "PATCH"
	}
	if !p.without {
		headers += "X-Api-Key: " + key + "\r\nX-Sgraph-Access-Token: sender\r\n"
	}
	return fmt.Sprintf("%s %s%s HTTP/1.1\r\nHost: x\r\n%sContent-Length: %d\r\n\r\n%s",
		method, path, p.query, headers, len(p.body), p.body)
}

// TestEveryRoute makes every probe at every path that the contract names. What is
// answered is of the contract, leads nowhere else, and leaves the service well; and
// whoever brings nothing is let in where that is described, and nowhere else.
func TestEveryRoute(t *testing.T) {
	t.Parallel()
	p := served(t)
	honest := p.neighbours(t)
	defer honest()
	tried := 0
	for _, r := range wire.Routes() {
		for service, at := range map[wire.Service]*service{wire.User: p.user, wire.Admin: p.admin} {
			if r.Service&service == 0 {
				continue
			}
			for _, template := range r.Paths {
				for _, q := range probes {
					tried++
					at.probe(t, r, template, q)
				}
			}
		}
	}
	for _, s := range []*service{p.user, p.admin} {
		s.isWell(t)
	}
	if tried < 1500 {
		t.Errorf("%d were tried", tried)
	}
}

// probe sends one, and an honest request behind it.
func (s *service) probe(t *testing.T, r wire.Route, template string, q probe) {
	t.Helper()
	fails := func(format string, args ...any) {
		t.Helper()
		t.Errorf("%s: %s %s, %s: %s", s.name, r.Method, template, q.name, fmt.Sprintf(format, args...))
	}
	conn := s.dial(t)
	defer conn.Close()
	if _, err := io.WriteString(conn, q.of(r, template)+fence); err != nil {
		fails("%v", err)
		return
	}
	from := bufio.NewReader(conn)
	res, err := http.ReadResponse(from, nil)
	if err != nil {
		fails("%v", err)
		return
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		fails("%v", err)
	}
	s.judge(fails, r, q, res, body)
	next, err := http.ReadResponse(from, nil)
	if err != nil {
		if !res.Close && !q.closed {
			fails("the connection ends: %v", err)
		}
		return
	}
	if body, _ := io.ReadAll(next.Body); !strings.Contains(string(body), `"operational"`) {
		fails("the honest request is answered %d %.200q", next.StatusCode, body)
	}
}

// anyone are the routes of the admin service that whoever comes may ask for, beside pages
// and what is known of every service.
var anyone = []wire.Route{
	wire.Login, wire.SetAuthCookie, wire.CurrentSession, wire.Logout, wire.ShowSignOn, wire.BeginSignOn, wire.FinishSignOn,
	wire.Health, wire.Ready, wire.Console, wire.OldConsole, wire.Description, wire.OldDescription, wire.Reference,
	wire.OldReference,
}

func (s *service) judge(fails func(string, ...any), r wire.Route, q probe, res *http.Response, body []byte) {
	status, kind := res.StatusCode, res.Header.Get("Content-Type")
	if status >= 500 {
		fails("it is answered %d %.200q", status, body)
	}
	if to := res.Header.Get("Location"); strings.Contains(to, "other.example") || strings.Contains(to, "script") {
		fails("it leads to %s", to)
	}
	if origin := res.Header.Get("Access-Control-Allow-Origin"); origin != "" {
		fails("%s may read it", origin)
	}
	if strings.Contains(string(body), "<script>alert") || strings.Contains(string(body), "root:x:") {
		fails("it is answered %.300q", body)
	}
	for name, least := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		"Content-Security-Policy": "default-src 'none'",
	} {
		if !strings.Contains(res.Header.Get(name), least) {
			fails("%s is %q", name, res.Header.Get(name))
		}
	}
	if status >= 400 && !strings.HasPrefix(kind, "text/html") {
		var e wire.Error
		if json.Unmarshal(body, &e) != nil || e.Detail == "" || e.Code == "" {
			fails("it is answered %d %.200q, which is no error of the contract", status, body)
		}
	}
	if q.method && status != http.StatusMethodNotAllowed && status != http.StatusNotFound {
		fails("it is answered %d", status)
	}
	open := slices.ContainsFunc(anyone, func(o wire.Route) bool { return o.Path() == r.Path() && o.Method == r.Method })
	if q.without && s.name == "admin" && !open && status != http.StatusUnauthorized {
		fails("it is answered %d", status)
	}
}
