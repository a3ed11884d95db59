package web_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/web"
)

func TestHeadersOfEveryReply(t *testing.T) {
	t.Parallel()
	server, _ := site(t, web.Settings{}, func(r *mux.Router) {
		r.Handle("/ok", web.Handle(hello)).Methods(http.MethodGet)
		r.Handle("/panic", web.Handle(func(http.ResponseWriter, *http.Request) error { panic("no") }))
		r.Handle("/error", web.Handle(func(http.ResponseWriter, *http.Request) error { return send.Fail(send.Gone, "gone") }))
	})
	uuid := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	seen := map[string]bool{}
	for _, target := range []string{"GET /ok", "POST /ok", "GET /nowhere", "GET /panic", "GET /error"} {
		method, path, _ := strings.Cut(target, " ")
		resp, _ := do(t, method, server.URL+path, map[string]string{"fast-api-request-id": "mine"}, "")
		id := resp.Header.Get("fast-api-request-id")
		if !uuid.MatchString(id) || seen[id] {
			t.Errorf("%s: request id %q", target, id)
		}
		seen[id] = true
		for name, want := range map[string]string{
			"Cache-Control":                "no-store",
			"Content-Security-Policy":      "default-src 'none'; frame-ancestors 'none'",
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "no-referrer",
			"X-Frame-Options":              "DENY",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Strict-Transport-Security":    "", // no TLS here
			"Access-Control-Allow-Origin":  "",
			"Content-Type":                 "application/json",
		} {
			if got := resp.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", target, name, got, want)
			}
		}
	}
	server, _ = site(t, web.Settings{TLS: true}, route("/ok", hello))
	resp, _ := get(t, server.URL+"/ok", nil)
	if resp.Header.Get("Strict-Transport-Security") != "max-age=63072000; includeSubDomains" {
		t.Error("no HSTS behind TLS")
	}
}

func TestUnknownPathAndWrongMethod(t *testing.T) {
	t.Parallel()
	server, l := site(t, web.Settings{}, func(r *mux.Router) {
		r.Handle("/things/{id}", web.Handle(hello)).Methods(http.MethodGet)
		r.Handle("/things/{id}", web.Handle(hello)).Methods(http.MethodDelete)
	})
	resp, body := get(t, server.URL+"/nowhere", nil)
	if resp.StatusCode != 404 || body != failure("not_found", "Not Found") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	resp, body = do(t, http.MethodPost, server.URL+"/things/1", nil, "")
	if resp.StatusCode != 405 || body != failure("method_not_allowed", "Method Not Allowed") ||
		resp.Header.Get("Allow") != "GET, DELETE" {
		t.Errorf("%d %s, Allow: %s", resp.StatusCode, body, resp.Header.Get("Allow"))
	}
	if resp, _ = get(t, server.URL+"//things/1", nil); resp.StatusCode != 404 {
		t.Errorf("an unclean path: %d", resp.StatusCode)
	}
	if lines := l.Records(t, 3); lines[0]["route"] != "unmatched" || lines[1]["status"] != 405.0 {
		t.Errorf("%v", lines)
	}
}

// Browsers get a page where there is none, or none for that method, and programs the error.
func TestLostPage(t *testing.T) {
	t.Parallel()
	const page = "<p>There is no such page."
	server, l := site(t, web.Settings{}, func(r *mux.Router) {
		r.Handle("/things", web.Handle(hello)).Methods(http.MethodGet)
		files := fstest.MapFS{"lost.html": {Data: []byte(page)}}
		lost := web.LostPage(files, "lost.html", "default-src 'self'")
		r.NotFoundHandler, r.MethodNotAllowedHandler = lost, lost
		r.PathPrefix("/assets/").Handler(web.Assets(files, lost)).Methods(http.MethodGet)
	})
	const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	for n, c := range []struct {
		method, accept string
		html           bool
		body           string
	}{
		{"GET", browser, true, page},
		{"HEAD", browser, true, ""},
		{"POST", browser, true, page},
		{"GET", "", false, failure("not_found", "Not Found")},
		{"GET", "*/*", false, failure("not_found", "Not Found")},
		{"GET", "application/json", false, failure("not_found", "Not Found")},
		{"GET", "text/html;q=0, */*", false, failure("not_found", "Not Found")},
	} {
		resp, body := do(t, c.method, server.URL+"/d/%23canary/canary", map[string]string{"Accept": c.accept}, "")
		policy, kind := "default-src 'none'; frame-ancestors 'none'", "application/json"
		if c.html {
			policy, kind = "default-src 'self'", "text/html; charset=utf-8"
		}
		if resp.StatusCode != http.StatusNotFound || body != c.body {
			t.Errorf("%+v: %d %s", c, resp.StatusCode, body)
		}
		for name, want := range map[string]string{
			"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
			"Content-Security-Policy": policy, "Content-Type": kind,
		} {
			if got := resp.Header.Get(name); got != want {
				t.Errorf("%+v: %s is %q, want %q", c, name, got, want)
			}
		}
		line := l.Records(t, n+1)[n]
		if line["route"] != "unmatched" || line["status"] != 404.0 || line["code"] != "not_found" {
			t.Errorf("%+v: the log says %v", c, line)
		}
	}
	if strings.Contains(l.String(), "canary") {
		t.Errorf("the log has what was asked for: %s", l)
	}
	for _, c := range []struct {
		method, path, accept string
		status               int
		body                 string
	}{
		{"POST", "/things", browser, http.StatusMethodNotAllowed, page},
		{"POST", "/things", "*/*", http.StatusMethodNotAllowed, failure("method_not_allowed", "Method Not Allowed")},
		{"GET", "/assets/none.js", browser, http.StatusNotFound, page},
		{"GET", "/assets/none.js", "*/*", http.StatusNotFound, failure("not_found", "Not Found")},
	} {
		resp, body := do(t, c.method, server.URL+c.path, map[string]string{"Accept": c.accept}, "")
		if resp.StatusCode != c.status || body != c.body {
			t.Errorf("%+v: %d %s", c, resp.StatusCode, body)
		}
		if allowed := resp.Header.Get("Allow"); (allowed == "GET") != (c.status == http.StatusMethodNotAllowed) {
			t.Errorf("%+v: Allow: %s", c, allowed)
		}
	}
}

func TestErrorStatuses(t *testing.T) {
	t.Parallel()
	var err error
	server, l := site(t, web.Settings{}, route("/", func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("ETag", `"of the body"`)
		w.Header().Set("Content-Length", "1234567")
		w.Header().Set("Cache-Control", "public")
		return err
	}))
	hidden := failure("internal", "An unexpected error occurred.")
	n := 0
	for _, c := range []struct {
		err    error
		status int
		body   string
		retry  string
		level  string
	}{
		{send.Fail(send.Invalid, "m"), 400, failure("invalid", "m"), "", "INFO"},
		{send.Fail(send.Unauthorized, "m"), 401, failure("unauthorized", "m"), "", "INFO"},
		{send.Fail(send.Forbidden, "m"), 403, failure("forbidden", "m"), "", "INFO"},
		{send.Fail(send.NotFound, "m"), 404, failure("not_found", "m"), "", "INFO"},
		{send.Fail(send.Conflict, "m"), 409, failure("conflict", "m"), "", "INFO"},
		{send.Fail(send.Gone, "m"), 410, failure("gone", "m"), "", "INFO"},
		{send.Fail(send.TooLarge, "m"), 413, failure("too_large", "m"), "", "INFO"},
		{
			&send.Error{Code: send.Limited, Message: "m", RetryAfter: 1100 * time.Millisecond},
			429, failure("limited", "m"), "2", "INFO",
		},
		{send.Fail(send.Full, "m"), 507, failure("full", "m"), "", "ERROR"},
		{&send.Error{Code: send.Unavailable, Message: "m", RetryAfter: time.Second}, 503, failure("unavailable", "m"), "1",
			"ERROR"},
		{send.Because(send.Internal, io.ErrShortWrite, "secret"), 500, hidden, "", "ERROR"},
		{errors.New("secret"), 500, hidden, "", "ERROR"},
		{send.Fail(send.Gone, "m").With(send.ReasonExpired), 410, failure("expired", "m"), "", "INFO"},
		{send.Because(send.Internal, io.ErrShortWrite, "m").With(send.ReasonExpired), 500, hidden, "", "ERROR"},
		{fmt.Errorf("outer: %w", send.Fail(send.Gone, "m")), 410, failure("gone", "m"), "", "INFO"},
		{context.DeadlineExceeded, 500, hidden, "", "ERROR"}, // not the request's own deadline
	} {
		err = c.err
		resp, body := get(t, server.URL, nil)
		n++
		line := l.Records(t, n)[n-1]
		if resp.StatusCode != c.status || body != c.body || resp.Header.Get("Retry-After") != c.retry {
			t.Errorf("%v: %d %s, Retry-After %q", c.err, resp.StatusCode, body, resp.Header.Get("Retry-After"))
		}
		if resp.Header.Get("ETag") != "" || resp.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%v: headers of the body that was not sent: %v", c.err, resp.Header)
		}
		if line["level"] != c.level || line["code"] != string(send.CodeOf(c.err)) {
			t.Errorf("%v: logged %v", c.err, line)
		}
		if c.status == 500 && line["cause"] == nil {
			t.Errorf("%v: the log lacks the cause: %v", c.err, line)
		}
	}
}

func TestPanicBeforeTheReply(t *testing.T) {
	t.Parallel()
	server, l := site(t, web.Settings{}, route("/p/{id}", func(http.ResponseWriter, *http.Request) error {
		panic("the inner works")
	}))
	resp, body := get(t, server.URL+"/p/1", nil)
	if resp.StatusCode != 500 || body != failure("internal", "An unexpected error occurred.") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	line := l.Records(t, 1)[0]
	stack, _ := line["stack"].(string)
	if line["cause"] != "panic: the inner works" || !strings.Contains(stack, "TestPanicBeforeTheReply") ||
		line["route"] != "/p/{id}" {
		t.Errorf("logged %v", line)
	}
}

func TestReplyThatBreaksOff(t *testing.T) {
	t.Parallel()
	begin := func(w http.ResponseWriter) {
		io.WriteString(w, "the beginning") // without a length, which alone would tell
		http.NewResponseController(w).Flush()
	}
	server, l := site(t, web.Settings{}, func(r *mux.Router) {
		r.Handle("/panic", web.Handle(func(w http.ResponseWriter, r *http.Request) error {
			begin(w)
			panic("halfway")
		}))
		r.Handle("/error", web.Handle(func(w http.ResponseWriter, r *http.Request) error {
			begin(w)
			return errors.New("halfway")
		}))
	})
	for i, path := range []string{"/panic", "/error"} {
		resp, err := asking.Client.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err == nil || strings.Contains(string(body), "detail") {
			t.Errorf("%s: the reply looks complete: %q, %v", path, body, err)
		}
		line := l.Records(t, i+1)[i]
		if line["level"] != "ERROR" || line["status"] != 200.0 || line["code"] != "internal" ||
			!strings.Contains(line["cause"].(string), "halfway") {
			t.Errorf("%s: logged %v", path, line)
		}
		if _, stack := line["stack"]; stack != (path == "/panic") {
			t.Errorf("%s: stack logged: %v", path, stack)
		}
	}
}

func TestClientThatLeaves(t *testing.T) {
	t.Parallel()
	ready := make(chan bool)
	server, l := site(t, web.Settings{}, route("/slow", func(w http.ResponseWriter, r *http.Request) error {
		close(ready)
		<-r.Context().Done()
		return fmt.Errorf("reading: %w", r.Context().Err())
	}))
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-ready; cancel() }()
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/slow", nil)
	if resp, err := asking.Client.Do(req); err == nil {
		resp.Body.Close()
		t.Fatal("answered")
	}
	if line := l.Records(t, 1)[0]; line["status"] != 499.0 || line["level"] != "INFO" {
		t.Errorf("logged %v", line)
	}
}

// dial sends a raw request.
func dial(t *testing.T, serverURL, request string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(serverURL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(time.Minute))
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	return conn
}

func TestUploadThatBreaksOff(t *testing.T) {
	t.Parallel()
	server, l := site(t, web.Settings{}, route("/up", func(w http.ResponseWriter, r *http.Request) error {
		_, err := io.Copy(io.Discard, r.Body)
		return err
	}))
	conn := dial(t, server.URL, "POST /up HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
	conn.(*net.TCPConn).CloseWrite()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 400 {
		t.Errorf("answered %d", resp.StatusCode)
	}
	if line := l.Records(t, 1)[0]; line["level"] != "INFO" || line["bytes_in"] != 4.0 || line["code"] != "invalid" {
		t.Errorf("logged %v", line)
	}
}

// A client that sends all before it reads must see why it was refused.
func TestRefusalIsSeenByAClientThatStillSends(t *testing.T) {
	t.Parallel()
	server, _ := site(t, web.Settings{}, route("/up", func(w http.ResponseWriter, r *http.Request) error {
		return send.Fail(send.TooLarge, "too large")
	}))
	const size = 12 << 20 // more than sockets hold
	conn := dial(t, server.URL, fmt.Sprintf("POST /up HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", size))
	if _, err := conn.Write(make([]byte, size)); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if resp.StatusCode != 413 || string(body) != failure("too_large", "too large") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}

// A client that waits to be told to send must not be waited for.
func TestRefusalOfAClientThatWaits(t *testing.T) {
	t.Parallel()
	server, _ := site(t, web.Settings{}, route("/up", func(w http.ResponseWriter, r *http.Request) error {
		return send.Fail(send.Unauthorized, "who?")
	}))
	conn := dial(t, server.URL, "POST /up HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9000000\r\n\r\n")
	all, err := io.ReadAll(conn) // up to its end, for which a server that waits takes longer than dial's patience
	if err != nil || !strings.HasPrefix(string(all), "HTTP/1.1 401") {
		t.Errorf("%q, %v", all, err)
	}
}

func TestOriginSecret(t *testing.T) {
	t.Parallel()
	var seen string
	handler := func(w http.ResponseWriter, r *http.Request) error {
		seen = r.Header.Get("x-sgraph-origin-secret")
		return hello(w, r)
	}
	server, _ := site(t, web.Settings{OriginSecret: secret.Plain("new", "", "old")}, route("/info/health", handler))
	for value, want := range map[string]int{"new": 200, "old": 200, "": 403, "ne": 403, "newer": 403, "NEW": 403} {
		resp, body := get(t, server.URL+"/info/health", map[string]string{"x-sgraph-origin-secret": value})
		if resp.StatusCode != want {
			t.Errorf("%q: %d %s", value, resp.StatusCode, body)
		}
		if resp.Header.Get("fast-api-request-id") == "" {
			t.Errorf("%q: no request id", value)
		}
	}
	if seen != "" {
		t.Error("the secret reaches handlers")
	}
	server, _ = site(t, web.Settings{OriginSecret: secret.Plain("")}, route("/info/health", handler))
	if resp, _ := get(t, server.URL+"/info/health", nil); resp.StatusCode != 403 {
		t.Errorf("an empty secret opens the service: %d", resp.StatusCode)
	}
}

// While the secret cannot be read nobody is let in, and nobody is told more than
// that.
func TestOriginSecretThatCannotBeRead(t *testing.T) {
	t.Parallel()
	env := settings.New(func(string) string { return "ledger:origin" })
	origin := new(secret.Sources).Value(settings.OriginSecrets.In(env)...)
	server, log := site(t, web.Settings{OriginSecret: origin}, route("/info/health", hello))
	for _, value := range []string{"", "ledger:origin", "any"} {
		resp, body := get(t, server.URL+"/info/health", map[string]string{"x-sgraph-origin-secret": value})
		if resp.StatusCode != 503 || strings.Contains(body, "origin") {
			t.Errorf("%q: %d %s", value, resp.StatusCode, body)
		}
	}
	if !strings.Contains(log.String(), "SEND__ORIGIN_SECRETS: what is to be at ledger:origin cannot be used") {
		t.Errorf("the log does not say why: %s", log)
	}
}

func TestCORS(t *testing.T) {
	t.Parallel()
	const ours, theirs = "https://send.example", "https://send.example.evil"
	preflight := func(origin string) map[string]string {
		return map[string]string{"Origin": origin, "Access-Control-Request-Method": "PUT",
			"Access-Control-Request-Headers": "x-sgraph-transfer-delete-auth"}
	}
	get1 := func(r *mux.Router) { r.Handle("/", web.Handle(hello)).Methods(http.MethodGet) }

	server, _ := site(t, web.Settings{CORSOrigins: []string{ours}}, get1)
	resp, _ := do(t, http.MethodOptions, server.URL, preflight(ours), "")
	h := resp.Header
	if resp.StatusCode != 204 || h.Get("Access-Control-Allow-Origin") != ours || h.Get("Vary") != "Origin" ||
		h.Get("Access-Control-Allow-Methods") != "GET, POST, PUT, DELETE, HEAD, OPTIONS" ||
		!strings.Contains(h.Get("Access-Control-Allow-Headers"), "x-sgraph-transfer-delete-auth") {
		t.Errorf("preflight: %d %v", resp.StatusCode, h)
	}
	resp, _ = get(t, server.URL, map[string]string{"Origin": ours})
	if resp.Header.Get("Access-Control-Allow-Origin") != ours ||
		!strings.Contains(resp.Header.Get("Access-Control-Expose-Headers"), "ETag") {
		t.Errorf("open: %v", resp.Header)
	}
	for name := range resp.Header {
		if name == "Access-Control-Allow-Credentials" {
			t.Error("credentials are allowed")
		}
	}
	for _, origin := range []string{theirs, "null", "", "HTTPS://SEND.EXAMPLE"} {
		resp, _ := do(t, http.MethodOptions, server.URL, preflight(origin), "")
		if resp.StatusCode != 405 || resp.Header.Get("Access-Control-Allow-Origin") != "" ||
			resp.Header.Get("Vary") != "Origin" {
			t.Errorf("%q: %d %v", origin, resp.StatusCode, resp.Header)
		}
	}
	server, _ = site(t, web.Settings{}, get1)
	for _, resp := range []*http.Response{
		first(do(t, http.MethodOptions, server.URL, preflight(ours), "")),
		first(get(t, server.URL, map[string]string{"Origin": ours})),
	} {
		for name := range resp.Header {
			if strings.HasPrefix(name, "Access-Control") {
				t.Errorf("closed: %s", name)
			}
		}
	}
}

func first[A, B any](a A, _ B) A { return a }

func TestLogHoldsNoSecret(t *testing.T) {
	t.Parallel()
	var serverAddress string
	const token, id, query, key = "canary-token-AAAA", "canary-id-BBBB", "canary-query-CCCC", "canary-api-key-DDDD"
	server, l := site(t, web.Settings{}, func(r *mux.Router) {
		r.Handle("/t/{id}", web.Handle(func(w http.ResponseWriter, r *http.Request) error {
			io.Copy(io.Discard, r.Body)
			remote, _ := net.ResolveTCPAddr("tcp", r.RemoteAddr)
			op := &net.OpError{Op: "write", Net: "tcp", Addr: remote, Source: remote, Err: io.ErrClosedPipe}
			ask := &url.Error{Op: "Get", URL: "http://admin.example/tokens/lookup/" + token, Err: op}
			cause := fmt.Errorf("asking about %s of %s for %s at %s: %w", id, token, r.RemoteAddr, r.URL.Path, ask)
			return send.Because(send.Unavailable, cause, "not now")
		}))
	})
	serverAddress = strings.TrimPrefix(server.URL, "http://")
	header := map[string]string{"x-sgraph-access-token": token, "User-Agent": "canary-agent", "Cookie": "session=" + key,
		"Referer": "https://x/" + id}
	do(t, http.MethodPost, server.URL+"/t/"+id+"?access_token="+query, header, "canary-body")
	get(t, server.URL+"/nowhere/"+id, header)
	lines := l.Records(t, 2)
	for _, canary := range []string{"canary", "127.0.0.1", serverAddress, "AAAA", "BBBB", "CCCC", "DDDD"} {
		if strings.Contains(l.String(), canary) {
			t.Errorf("the log holds %q:\n%s", canary, l)
		}
	}
	line := lines[0]
	for name, want := range map[string]any{
		"msg": "request", "service": "test", "method": "POST", "route": "/t/{id}", "status": 503.0,
		"bytes_in": 11.0, "bytes_out": float64(len(failure("unavailable", "not now"))), "code": "unavailable",
	} {
		if line[name] != want {
			t.Errorf("%s is %v, want %v", name, line[name], want)
		}
	}
	if hash, _ := line["client"].(string); len(hash) < 16 || lines[1]["client"] != hash {
		t.Errorf("client is %q", line["client"])
	}
	if cause, _ := line["cause"].(string); !strings.Contains(cause, "closed pipe") {
		t.Errorf("the cause is lost: %q", cause)
	}
}
