package smoke_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"sgraph.ai/send/cli/internal/served"
	"sgraph.ai/send/cli/smoke"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/test/logtest"
	"sgraph.ai/send/shared/test/nightly"
	"sgraph.ai/send/shared/wire"
)

// both is the real thing, both services on this machine, for all tests.
var both smoke.Target

func TestMain(m *testing.M) {
	user, admin, stop, err := served.Start()
	if err != nil {
		panic(err)
	}
	both = smoke.Target{User: user, Admin: admin, Key: served.Key}
	code := m.Run()
	if err := stop(); err != nil {
		panic(err)
	}
	os.Exit(code)
}

func table(r smoke.Report) string {
	var text strings.Builder
	r.Print(&text)
	return text.String()
}

func failed(r smoke.Report, check string) bool {
	return slices.ContainsFunc(r.Checks, func(c smoke.Result) bool { return c.Name == check && c.Status == smoke.Failed })
}

// Services behind a front are asked past it, by whoever shows what the front shows; and
// nobody else is shown it.
func TestServicesBehindAFrontPass(t *testing.T) {
	t.Parallel()
	const secret = "what-the-front-shows-1357"
	bare := func(t *testing.T, service string) string {
		t.Helper()
		to, err := url.Parse(service)
		if err != nil {
			t.Fatal(err)
		}
		proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Host = r.In.Host // in whose name links are made
			wire.OriginSecret.Del(r.Out.Header)
		}}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if wire.OriginSecret.Get(r.Header) != secret {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			proxy.ServeHTTP(w, r)
		}))
		t.Cleanup(server.Close)
		return server.URL
	}
	target := both
	target.User, target.Admin = bare(t, both.User), bare(t, both.Admin)
	if report := smoke.Run(t.Context(), target); report.OK {
		t.Error("services pass that refuse all")
	}
	target.OriginSecret = secret
	if report := smoke.Run(t.Context(), target); !report.OK {
		t.Errorf("\n%s", table(report))
	}
}

func TestRunningServicesPass(t *testing.T) {
	t.Parallel()
	target := both
	target.Large = nightly.Or[int64](12<<20, 1<<30)
	report := smoke.Run(t.Context(), target)
	if !report.OK {
		t.Fatalf("\n%s", table(report))
	}
	for _, c := range report.Checks {
		if c.Status != smoke.Passed {
			t.Errorf("%s was %s: %s", c.Name, c.Status, c.Detail)
		}
	}
}

func TestGivenTokenStays(t *testing.T) {
	t.Parallel()
	token := makeToken(t)
	target := both
	target.Token, target.Admin, target.Key = token, "", ""
	for range 2 {
		report := smoke.Run(t.Context(), target)
		if !report.OK {
			t.Fatalf("\n%s", table(report))
		}
	}
}

func TestWithoutAnyTokenTheTransferFails(t *testing.T) {
	t.Parallel()
	report := smoke.Run(t.Context(), smoke.Target{User: both.User})
	if report.Failures() != 1 || !failed(report, "transfer: access token") {
		t.Errorf("\n%s", table(report))
	}
}

func TestNothingThereFails(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(nil)
	gone.Close()
	report := smoke.Run(t.Context(), smoke.Target{User: gone.URL, Admin: gone.URL, Key: "k"})
	for _, c := range report.Checks {
		if c.Status == smoke.Passed {
			t.Errorf("%s passed, with nobody there", c.Name)
		}
	}
}

func makeToken(t *testing.T) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, both.Admin+"/tokens/create",
		strings.NewReader(`{"token_name":"standing-`+strings.ToLower(t.Name())+`","usage_limit":50}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-API-Key", both.Key)
	res, err := asking.Client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatal(res.Status)
	}
	return "standing-" + strings.ToLower(t.Name())
}

// fault spoils what the real services do. It answers itself, or changes a
// reply on its way.
type fault struct {
	answer func(w http.ResponseWriter, r *http.Request) bool
	change func(*http.Response)
}

// spoiled are the services with a fault before them.
func spoiled(t *testing.T, f fault) smoke.Target {
	t.Helper()
	before := func(origin string) string {
		to, err := url.Parse(origin)
		if err != nil {
			t.Fatal(err)
		}
		proxy := &httputil.ReverseProxy{
			Rewrite: func(r *httputil.ProxyRequest) {
				r.SetURL(to)
				r.Out.Host = r.In.Host // or the links that the service makes would lead past the fault
			},
			ModifyResponse: func(res *http.Response) error {
				if f.change != nil {
					f.change(res)
				}
				return nil
			},
		}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if f.answer != nil && f.answer(w, r) {
				return
			}
			proxy.ServeHTTP(w, r)
		}))
		t.Cleanup(server.Close)
		return server.URL
	}
	target := both
	target.User, target.Admin = before(both.User), before(both.Admin)
	return target
}

// within says whether a request's path begins with another, or ends with it, where that
// begins with a star.
func within(path string, r *http.Request) bool {
	if end, found := strings.CutPrefix(path, "*"); found {
		return strings.HasSuffix(r.URL.Path, end)
	}
	return strings.HasPrefix(r.URL.Path, path)
}

// at answers a path in the service's place.
func at(path string, status int, kind, body string) fault {
	return fault{answer: func(w http.ResponseWriter, r *http.Request) bool {
		if !within(path, r) {
			return false
		}
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		io.WriteString(w, body)
		return true
	}}
}

// header sets a header on every reply to a path; "" takes it away.
func header(path, name, value string) fault {
	return fault{change: func(res *http.Response) {
		if !within(path, res.Request) {
			return
		}
		res.Header.Del(name)
		if value != "" {
			res.Header.Set(name, value)
		}
	}}
}

// with answers with a body in place of what came.
func with(body string) func(*http.Response) {
	return func(res *http.Response) {
		res.Body.Close()
		res.Body = io.NopCloser(strings.NewReader(body))
		res.ContentLength = int64(len(body))
		res.Header.Set("Content-Length", fmt.Sprint(len(body)))
	}
}

// isDownload says whether a request is for the bytes of a transfer.
func isDownload(r *http.Request) bool {
	return strings.Contains(r.URL.Path, "/download/") ||
		r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/presigned/bytes/")
}

const jsonType = "application/json"

// Every check must be able to fail: for each there is a fault that it finds.
func TestEveryCheckFindsItsFault(t *testing.T) {
	t.Parallel()
	pass := func(method, path string) fault {
		return fault{answer: func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != method || !strings.HasPrefix(r.URL.Path, path) {
				return false
			}
			w.Header().Set("Content-Type", jsonType)
			io.WriteString(w, `{"transfer_id":"000000000000"}`)
			return true
		}}
	}
	downloads := func(change func(*http.Response)) fault {
		return fault{change: func(res *http.Response) {
			if isDownload(res.Request) && res.StatusCode/100 == 2 {
				change(res)
			}
		}}
	}
	info := func(pattern, by string) fault {
		return fault{change: func(res *http.Response) {
			if strings.Contains(res.Request.URL.Path, "/transfers/info/") && res.StatusCode == http.StatusOK {
				content, _ := io.ReadAll(res.Body)
				with(regexp.MustCompile(pattern).ReplaceAllString(string(content), by))(res)
			}
		}}
	}
	const policy = "default-src 'none'; frame-ancestors 'none'; "
	cases := map[string]map[string]fault{
		"user: health": {
			"down":      at("/info/health", 503, jsonType, `{}`),
			"not ok":    at("/info/health", 200, jsonType, `{"status":"starting"}`),
			"not there": at("/info/health", 200, "text/html", `<html>`),
		},
		"user: ready":   {"not": at("/info/ready", 503, jsonType, `{"status":"unavailable"}`)},
		"admin: ready":  {"not": at("/info/ready", 200, jsonType, `{"status":"unavailable"}`)},
		"user: version": {"empty": at("/info/version", 200, jsonType, `{"version":""}`)},
		"user: pages": {
			"missing":  at("/how", 404, "text/html", "SGraph Send"),
			"not html": at("/d/", 200, "text/plain", "SGraph Send"),
			"another":  at("/how", 200, "text/html", "It works!"),
		},
		"user: assets": {
			"missing":   at("*/app.css", 404, "text/css", ""),
			"type":      header("*/send.js", "Content-Type", "text/plain"),
			"empty":     at("*/app.css", 200, "text/css", ""),
			"elsewhere": at("/how", 200, "text/html", `SGraph Send <script src="https://cdn.example.org/x.js"></script>`),
		},
		"user: security headers": {
			"nosniff":        header("/how", "X-Content-Type-Options", ""),
			"referrer":       header("/api/", "Referrer-Policy", "unsafe-url"),
			"frames":         header("/d/", "X-Frame-Options", "SAMEORIGIN"),
			"no policy":      header("/how", "Content-Security-Policy", ""),
			"unsafe policy":  header("/how", "Content-Security-Policy", policy+"script-src 'unsafe-inline'"),
			"stored on way":  header("/api/transfers/info", "Cache-Control", "public"),
			"open to anyone": header("/how", "Content-Security-Policy", policy+"connect-src *"),
		},
		"user: other sites kept out": {
			"star": header("/api/", "Access-Control-Allow-Origin", "*"),
			"echo": header("/info/health", "Access-Control-Allow-Origin", "https://stranger.invalid"),
		},
		"user: sending needs a token": {"open": pass(http.MethodPost, "/transfers/create")},
		"admin: health":               {"down": at("/info/health", 500, jsonType, `{}`)},
		"admin: console": {
			"missing": at("/admin/", 404, "text/html", ""),
			"asset":   at("*/console.js", 404, "text/javascript", ""),
			"root":    at("/admin/", 200, "text/html", "SGraph Send, and nothing else"),
		},
		"admin: security headers": {
			"frames": header("/admin/", "X-Frame-Options", ""),
			"api":    header("/tokens/list", "Cache-Control", "max-age=60"),
		},
		"admin: other sites kept out": {"star": header("/tokens/", "Access-Control-Allow-Origin", "*")},
		"admin: nothing without the key": {
			"list":   pass(http.MethodGet, "/tokens/list"),
			"create": pass(http.MethodPost, "/tokens/create"),
			"status": pass(http.MethodGet, "/info/status"),
		},
		"admin: version":       {"empty": at("/info/version", 200, jsonType, `{"version":""}`)},
		"admin: the key works": {"refused": at("/tokens/list", 401, jsonType, `{"detail":"Invalid API key value"}`)},
		"transfer: access token": {
			"refused": at("/tokens/create", 401, jsonType, `{"detail":"no"}`),
			"broken":  at("/tokens/create", 500, jsonType, `{}`),
		},
		"transfer: encrypt and send": {
			"refused":  at("/api/transfers/upload", 400, jsonType, `{"detail":"no"}`),
			"complete": at("/api/transfers/complete", 404, jsonType, `{"detail":"no"}`),
		},
		"transfer: the label says what is waiting": {
			"another": info(`"label":"[^"]*"`, `"label":"`+strangersLabel()+`"`),
			"damaged": info(`"label":"[^"]*"`, `"label":"AAAA"`),
			"lost":    info(`"label":"[^"]*"`, `"label":""`),
			"counted": info(`"download_count":0`, `"download_count":1`),
		},
		"transfer: only ciphertext is kept": {
			"in the clear": downloads(with(strings.Repeat("plain and readable text, kept as it came. ", 500))),
			"among noise":  downloads(with(noise() + "the smoke test's plaintext" + noise())),
		},
		"transfer: receive and compare": {"damaged": downloads(func(res *http.Response) {
			content, _ := io.ReadAll(res.Body)
			content[len(content)/2] ^= 1
			res.Body = io.NopCloser(bytes.NewReader(content))
		})},
		"transfer: limit of downloads holds": {"without limit": {answer: func(w http.ResponseWriter, r *http.Request) bool {
			// Only a request that names no range and carries no client's header is the third.
			if !isDownload(r) || r.Header.Get("User-Agent") == "" || r.Header.Get("Accept-Encoding") != "gzip" {
				return false
			}
			io.WriteString(w, "again")
			return true
		}}},
		"transfer: delete": {
			"any secret": {answer: func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method == http.MethodDelete {
					w.Header().Set("Content-Type", jsonType)
					io.WriteString(w, `{"status":"deleted"}`)
				}
				return r.Method == http.MethodDelete
			}},
			"still there": {change: func(res *http.Response) {
				if strings.Contains(res.Request.URL.Path, "/info/") {
					content, _ := io.ReadAll(res.Body)
					with(strings.Replace(string(content), `"deleted"`, `"completed"`, 1))(res)
				}
			}},
		},
		"transfer: token's uses are spent": {"not counted": notCounted()},
		"transfer: revoked token is refused": {
			"still valid": at("/api/transfers/check-token", 200, jsonType, `{"valid":true,"status":"active"}`),
			"not revoked": at("/tokens/revoke", 200, jsonType, `{}`),
		},
	}
	for check, faults := range cases {
		for name, f := range faults {
			t.Run(check+"/"+name, func(t *testing.T) {
				t.Parallel()
				report := smoke.Run(t.Context(), spoiled(t, f))
				if !failed(report, check) {
					t.Errorf("not found:\n%s", table(report))
				}
			})
		}
	}
	// No check is without a fault, so that none can be one that never fails.
	for _, c := range smoke.Run(t.Context(), both).Checks {
		if cases[c.Name] == nil && c.Name != "transfer: large file in parts" {
			t.Errorf("no fault is tried on %q", c.Name)
		}
	}
}

// strangersLabel is one that another key opens.
func strangersLabel() string {
	return base64.StdEncoding.EncodeToString(envelope.SealLabel(envelope.NewKey(), envelope.Label{}))
}

// noise looks like ciphertext.
func noise() string {
	b := make([]byte, 4096)
	rand.Read(b)
	return string(b)
}

// notCounted lets every token send once more.
func notCounted() fault {
	var seen sync.Map
	return fault{answer: func(w http.ResponseWriter, r *http.Request) bool {
		token := r.Header.Get("X-Sgraph-Access-Token")
		if r.URL.Path != "/api/transfers/create" || len(token) < 30 {
			return false
		}
		_, again := seen.LoadOrStore(token, true)
		if again {
			w.Header().Set("Content-Type", jsonType)
			io.WriteString(w, `{"transfer_id":"000000000000"}`)
		}
		return again
	}}
}

func TestWrongVersionIsFound(t *testing.T) {
	t.Parallel()
	target := both
	target.Version = "v9.9.9"
	report := smoke.Run(t.Context(), target)
	if report.Failures() != 2 || !strings.Contains(table(report), `not "v9.9.9"`) {
		t.Errorf("\n%s", table(report))
	}
	if report.Version == "" || report.Version == target.Version {
		t.Errorf("the report says that %q runs", report.Version)
	}
	target.Version, target.Key, target.Token = report.Version, "", makeToken(t)
	if report := smoke.Run(t.Context(), target); report.Failures() != 1 || !failed(report, "admin: version") {
		t.Errorf("what nobody can ask passes:\n%s", table(report))
	}
}

func TestLargeFileThatIsDamagedIsFound(t *testing.T) {
	t.Parallel()
	target := spoiled(t, fault{change: func(res *http.Response) {
		if isDownload(res.Request) && res.ContentLength > 1<<20 {
			with("cut short")(res)
		}
	}})
	target.Large = 12 << 20
	report := smoke.Run(t.Context(), target)
	if report.Failures() != 1 || !failed(report, "transfer: large file in parts") {
		t.Errorf("\n%s", table(report))
	}
}

// What failed half way leaves no token that still works.
func TestFailedRoundLeavesNoToken(t *testing.T) {
	t.Parallel()
	var made, revoked logtest.Buffer
	target := spoiled(t, fault{answer: func(w http.ResponseWriter, r *http.Request) bool {
		if name, ok := strings.CutPrefix(r.URL.Path, "/tokens/revoke/"); ok {
			io.WriteString(&revoked, name)
		}
		if strings.HasPrefix(r.URL.Path, "/api/transfers/upload/") {
			io.WriteString(&made, r.Header.Get("X-Sgraph-Access-Token"))
			w.WriteHeader(http.StatusBadRequest)
			return true
		}
		return false
	}})
	if report := smoke.Run(t.Context(), target); report.OK {
		t.Errorf("\n%s", table(report))
	}
	if made.String() == "" || !strings.Contains(revoked.String(), made.String()) {
		t.Errorf("token %q, revoked %q", made.String(), revoked.String())
	}
}
