package user_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/wire"
)

// The service answers at every path that the contract says.
func TestEveryRouteOfTheContractIsServed(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	parameter := regexp.MustCompile(`\{(\w+)(?::(?:[^{}]|\{[^{}]*\})*)?\}`)
	values := map[string]string{"locale": "en", "page": "download"}
	for _, r := range wire.Routes() {
		if r.Service&wire.User == 0 {
			continue
		}
		for _, template := range r.Paths {
			path := parameter.ReplaceAllStringFunc(template, func(p string) string {
				if v := values[parameter.FindStringSubmatch(p)[1]]; v != "" {
					return v
				}
				return "ffffffffffff"
			})
			got := s.call(r.Method, path, nil)
			says := string(got.Body)
			if strings.Contains(says, `"code":"not_found"`) || strings.Contains(says, `"code":"method_not_allowed"`) {
				t.Errorf("%s %s is not served: %d %s", r.Method, path, got.Status, says)
			}
		}
	}
}

// Links lead to the page of the contract.
func TestLinksLeadToTheirPage(t *testing.T) {
	t.Parallel()
	link := envelope.Link{Origin: "https://send.example", ID: "ffffffffffff"}.String()
	if want := "https://send.example" + wire.ReceivePage.To() + "#"; !strings.HasPrefix(link, want) {
		t.Errorf("a link is %s, want it to begin with %s", link, want)
	}
}

// A browser that follows a link whose # some program encoded gets a page, and
// the key, which stands in the path then, stays in no log.
func TestLinkWithItsKeyInThePath(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	key := envelope.NewKey().String()
	for _, path := range []string{"/d/%23ffffffffffff/" + key, "/d/ffffffffffff%23" + key, "/d/%23ffffffffffff%2F" + key} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		for accept, want := range map[string]string{
			"text/html,*/*;q=0.8": "text/html; charset=utf-8", "*/*": "application/json",
		} {
			req.Header.Set("Accept", accept)
			resp, err := asking.Client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			h := resp.Header
			isPage := resp.StatusCode == http.StatusOK // the path is one of the page to receive with
			if !isPage && (resp.StatusCode != http.StatusNotFound || h.Get("Content-Type") != want) ||
				h.Get("Cache-Control") != "no-store" || h.Get("Referrer-Policy") != "no-referrer" {
				t.Errorf("%s for %s: %d %v", path, accept, resp.StatusCode, h)
			}
		}
	}
	s.log.Records(t, 6)
	if log := s.log.String(); strings.Contains(log, key) || strings.Contains(log, "ffffffffffff") {
		t.Errorf("the log has the link: %s", log)
	}
}

// Monitors and proxies ask in their own ways, and get what a browser would.
func TestMonitorsGetSensibleAnswers(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	ciphertext, _ := sealed(t, 100)
	sent := s.transfer(ciphertext, nil)
	address := strings.TrimPrefix(s.url, "http://")
	raw := func(text string) *http.Response {
		t.Helper()
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		if _, err := io.WriteString(conn, strings.ReplaceAll(text, "\n", "\r\n")); err != nil {
			t.Fatal(err)
		}
		method, _, _ := strings.Cut(text, " ")
		resp, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		return resp
	}
	for _, c := range []struct {
		text   string
		status int
		allow  string
	}{
		{"HEAD / HTTP/1.1\nHost: x\n\n", 200, ""},
		{"HEAD /info/health HTTP/1.1\nHost: x\n\n", 200, ""},
		{"HEAD /info/health HTTP/1.0\n\n", 200, ""},
		{"HEAD /api/transfers/info/" + sent + " HTTP/1.1\nHost: x\n\n", 200, ""},
		{"HEAD /favicon.ico HTTP/1.1\nHost: x\n\n", 200, ""},
		{"HEAD /robots.txt HTTP/1.1\nHost: x\n\n", 200, ""},
		{"HEAD /api/transfers/download/" + sent + " HTTP/1.1\nHost: x\n\n", 405, "GET"},
		{"HEAD /transfers/download-base64/" + sent + " HTTP/1.1\nHost: x\n\n", 405, "GET"},
		{"HEAD /api/presigned/download-url/" + sent + " HTTP/1.1\nHost: x\n\n", 405, "GET"},
		{"OPTIONS * HTTP/1.1\nHost: x\n\n", 200, ""},
		{"OPTIONS / HTTP/1.1\nHost: x\n\n", 204, "GET, HEAD, OPTIONS"},
		{"OPTIONS /info/health HTTP/1.1\nHost: x\n\n", 204, "GET, HEAD, OPTIONS"},
		{"OPTIONS /api/transfers/create HTTP/1.1\nHost: x\n\n", 204, "POST, OPTIONS"},
		{"OPTIONS /no/such HTTP/1.1\nHost: x\n\n", 404, ""},
		{"OPTIONS /api/transfers/create HTTP/1.1\nHost: x\nOrigin: https://other.example\n" +
			"Access-Control-Request-Method: POST\n\n", 405, "POST"},
		{"GET / HTTP/1.1\nHost: x\nAccept: application/json\n\n", 200, ""},
		{"GET / HTTP/1.1\nHost: x\nAccept: ;;q=,*\n\n", 200, ""},
		{"GET / HTTP/1.0\n\n", 200, ""},
		{"GET /info/health HTTP/1.0\nConnection: keep-alive\n\n", 200, ""},
		{"GET http://send.example.org/info/health HTTP/1.1\nHost: send.example.org\n\n", 200, ""},
		{"GET http://send.example.org HTTP/1.1\nHost: send.example.org\n\n", 200, ""},
		{"GET /info/health HTTP/1.1\nHost: send.example.org.\n\n", 200, ""},
		{"GET /info/health HTTP/1.1\nHost: [::1]:8080\n\n", 200, ""},
		{"GET /favicon.ico HTTP/1.1\nHost: x\n\n", 200, ""},
		{"GET /robots.txt HTTP/1.1\nHost: x\n\n", 200, ""},
		{"POST /api/transfers/create HTTP/1.1\nHost: x\nExpect: 100-continue\nContent-Length: 2\n" +
			"X-Sgraph-Access-Token: " + s.token + "\n\n", 100, ""},
	} {
		resp := raw(c.text)
		if resp.StatusCode != c.status || resp.Header.Get("Allow") != c.allow {
			t.Errorf("%q: %d, Allow %q; want %d, %q", c.text, resp.StatusCode, resp.Header.Get("Allow"), c.status, c.allow)
		}
	}
	if info := s.call("GET", "/api/transfers/info/"+sent, nil).json(); info["download_count"] != 0.0 {
		t.Errorf("looking spent a download: %v", info)
	}

	// Who does not say whom it asks gets a link all the same.
	resp := raw("GET /api/presigned/download-url/" + sent + " HTTP/1.0\n\n")
	body, err := io.ReadAll(resp.Body)
	if err != nil || !strings.Contains(string(body), `"download_url":"http://`+address+`/`) {
		t.Errorf("by HTTP/1.0: %s, %v", body, err)
	}
}
