package verify

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"sgraph.ai/send/cli/internal/served"
	"sgraph.ai/send/shared/wire"
)

// server is the real thing, both services on this machine, for all tests.
var server Target

func TestMain(m *testing.M) {
	user, admin, stop, err := served.Start()
	if err != nil {
		panic(err)
	}
	own, err := Own()
	if err != nil {
		panic(err)
	}
	server = Target{User: user, Admin: admin, List: own}
	code := m.Run()
	if err := stop(); err != nil {
		panic(err)
	}
	os.Exit(code)
}

// A server sends what this program says that it sends.
func TestTheServerItself(t *testing.T) {
	t.Parallel()
	claims, err := Claims(t.Context(), server.User)
	if err != nil {
		t.Fatal(err)
	}
	report := Run(t.Context(), server)
	report.Claim(claims, "this program")
	if report.Verdict != Same || len(report.Files) != len(server.List.User)+len(server.List.Admin) ||
		len(report.Remarks) > 0 {
		t.Errorf("%s", printed(report))
	}
	for _, f := range report.Files {
		if f.Asked != len(visitors()) {
			t.Errorf("%s was asked for %d times", f.Path, f.Asked)
		}
	}
	report.Claim("v9.9.9", "this program")
	if report.Verdict != Differs || !strings.Contains(printed(report), `says that it is "v9.9.9"`) {
		t.Errorf("a server that says that it is another: %s", printed(report))
	}
}

func printed(r Report) string {
	var out bytes.Buffer
	_ = r.Print(&out) // into memory
	return out.String()
}

// tamper changes an answer on its way.
type tamper func(r *http.Response, body string) string

// behind is the user service behind somebody who tampers with what it answers.
func behind(t *testing.T, change tamper) Target {
	t.Helper()
	to, err := url.Parse(server.User)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Header.Del("Accept-Encoding") },
		Transport: &http.Transport{DisableCompression: true},
	}
	proxy.ModifyResponse = func(r *http.Response) error {
		body, err := io.ReadAll(r.Body)
		changed := change(r, string(body))
		r.Body = io.NopCloser(strings.NewReader(changed))
		r.Header.Set("Content-Length", strconv.Itoa(len(changed)))
		return err
	}
	s := httptest.NewServer(&proxy)
	t.Cleanup(s.Close)
	target := server
	target.User, target.Admin = s.URL, ""
	return target
}

// only is a target with one of its pages, and with what pages refer to.
func only(t Target, path string) Target {
	t.List.User = slices.DeleteFunc(slices.Clone(t.List.User), func(r Reply) bool {
		return r.Path != path && !strings.HasPrefix(r.Path, wire.Assets)
	})
	return t
}

// at changes what is answered at one path.
func at(path string, change tamper) tamper {
	return func(r *http.Response, body string) string {
		if r.Request.URL.Path != path {
			return body
		}
		return change(r, body)
	}
}

// scriptAt returns the path of one of the user service's.
func scriptAt(name string) string {
	for _, r := range server.List.User {
		if strings.HasSuffix(r.Path, "/"+name) {
			return r.Path
		}
	}
	panic("there is no " + name)
}

// Whatever is done to an answer on its way is found, where it was done, and nothing is
// said of the rest.
func TestTampering(t *testing.T) {
	t.Parallel()
	with := func(before, added string) tamper {
		return func(_ *http.Response, body string) string { return strings.Replace(body, before, added+before, 1) }
	}
	header := func(name, value string) tamper {
		return func(r *http.Response, body string) string { r.Header.Add(name, value); return body }
	}
	for name, c := range map[string]struct {
		path   string
		change tamper
		says   []string
	}{
		"one byte of a script": {scriptAt("send.js"), func(_ *http.Response, body string) string {
			return strings.Replace(body, "a", "b", 1)
		}, []string{"not what the release has"}},
		"one byte of the worker": {scriptAt("worker.js"), func(_ *http.Response, body string) string {
			return body[:len(body)-1]
		}, []string{"not what the release has"}},
		"a script from elsewhere": {"/", with("</head>", `<script src="https://evil.invalid/x.js"></script>`),
			[]string{"it refers to https://evil.invalid/x.js, which is elsewhere"}},
		"a script that the release does not have": {"/d/", with("</head>", `<script src=/assets/more.js></script>`),
			[]string{"it refers to /assets/more.js, which the release does not have", "at /assets/more.js it is answered 404"}},
		"a script within": {"/how", with("</body>", "<script>alert(1)</script>"), []string{"it has a script within"}},
		"a handler":       {"/how", with("</body>", `<img src="/favicon.ico" onerror="alert(1)">`), []string{"as onerror"}},
		"an import map":   {"/", with("</head>", `<script type="importmap">{}</script>`), []string{"it has an import map"}},
		"a base":          {"/", with("</head>", `<base href="//evil.invalid/">`), []string{"it has <base //evil.invalid/>"}},
		"a refresh": {"/", with("</head>", `<meta http-equiv="refresh" content="0;url=//evil.invalid">`),
			[]string{"it has <meta refresh>"}},
		"an import": {scriptAt("receive.js"), with("", "import '/assets/more.js';\nfetch('https://evil.invalid/');\n"),
			[]string{"it loads /assets/more.js", "it names https://evil.invalid/, which is elsewhere"}},
		"a policy that lets scripts in": {"/", func(r *http.Response, body string) string {
			p := r.Header.Get(policy)
			r.Header.Set(policy, strings.Replace(p, "script-src 'self'", "script-src 'self' 'unsafe-inline'", 1))
			return body
		}, []string{"has another Content-Security-Policy"}},
		"a policy that lets everything out": {"/", func(r *http.Response, body string) string {
			r.Header.Set(policy, strings.Replace(r.Header.Get(policy), "connect-src 'self'", "connect-src 'self' https:", 1))
			return body
		}, []string{"has another Content-Security-Policy"}},
		"a policy that lets out to whoever has a name": {"/", func(r *http.Response, body string) string {
			p := r.Header.Get(policy)
			r.Header.Set(policy, strings.Replace(p, "connect-src 'self'", "connect-src 'self' https://*.invalid", 1))
			return body
		}, []string{"has another Content-Security-Policy"}},
		"no policy": {"/", func(r *http.Response, body string) string {
			r.Header.Del(policy)
			return body
		}, []string{"lacks the header Content-Security-Policy"}},
		"two policies":         {"/", header(policy, "script-src *"), []string{"has another Content-Security-Policy"}},
		"a link in the header": {"/", header("Link", "</assets/more.js>; rel=preload"), []string{"has the header Link"}},
		"a link to a script":   {"/", header("Link", wire.Preload(scriptAt("send.js"))), []string{"has the header Link"}},
		"a link to more words": {"/", header("Link", wire.Preload("/x/more.json")), []string{"has the header Link"}},
		"two links in one": {
			"/", header("Link", wire.Preload(scriptAt("index.html.de.json"))+", </x.css>; rel=stylesheet"),
			[]string{"header Link"},
		},
		"a wider worker": {scriptAt("worker.js"), header("Service-Worker-Allowed", "/"), []string{"Service-Worker"}},
		"another type": {scriptAt("send.js"), func(r *http.Response, body string) string {
			r.Header.Set("Content-Type", "text/html")
			return body
		}, []string{"has another Content-Type: text/html"}},
		"a page that leads elsewhere": {"/d/", func(r *http.Response, _ string) string {
			r.StatusCode = http.StatusFound
			r.Header.Set("Location", "https://evil.invalid/d/")
			return ""
		}, []string{"answered 302, not 200", "has the header Location: https://evil.invalid/d/"}},
		"other bytes for one browser": {"/", func(r *http.Response, body string) string {
			if strings.Contains(r.Request.UserAgent(), "Firefox") {
				return body + "<script>alert(1)</script>"
			}
			return body
		}, []string{"to Firefox alone: it has a script within"}},
		"other bytes for who comes as to a page": {"/d/", func(r *http.Response, body string) string {
			if r.Request.Header.Get("Sec-Fetch-Mode") == "navigate" {
				return body + "<!-- hello -->"
			}
			return body
		}, []string{"to Chrome, Chrome, past caches, Firefox, Safari on a phone alone: "}},
		"other bytes past caches": {"/", func(r *http.Response, body string) string {
			if r.Request.URL.RawQuery == "" {
				return body + " "
			}
			return body
		}, []string{"to Chrome, Firefox, Safari on a phone, a program alone: "}},
		"an escape of the terminal": {
			"/", with("</head>", "<script src='\x1b[2J\u202e'></script>"), []string{`it refers to \x1b[2J\u202e`},
		},
		"a refresh in the header":         {"/", header("Refresh", "0;url=//evil.invalid"), []string{"header Refresh"}},
		"a page within gzip that is none": {"/", header("Content-Encoding", "gzip"), []string{"cannot be decoded"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report := Run(t.Context(), only(behind(t, at(c.path, c.change)), c.path))
			if report.Verdict != Differs {
				t.Errorf("it is %s: %s", report.Verdict, printed(report))
			}
			for _, f := range report.Files {
				all := strings.Join(f.Found, "\n")
				if f.Path != c.path && f.Verdict != Same {
					t.Errorf("%s is %s: %s", f.Path, f.Verdict, all)
				}
				for _, says := range c.says {
					if f.Path == c.path && (f.Verdict != Differs || !strings.Contains(all, says)) {
						t.Errorf("%s is %s, and of %q nothing is said: %s", f.Path, f.Verdict, says, all)
					}
				}
			}
		})
	}
}

// What a server adds to old links alone, or to addresses that nobody could foresee, is
// found as well.
func TestTamperingWithWhatIsRarelyAsked(t *testing.T) {
	t.Parallel()
	for path, rare := range map[string]func(*http.Response) bool{
		"/{locale}/download/": func(r *http.Response) bool { return strings.HasSuffix(r.Request.URL.Path, "/download/") },
		"/{none}":             func(r *http.Response) bool { return r.StatusCode == http.StatusNotFound },
	} {
		report := Run(t.Context(), behind(t, func(r *http.Response, body string) string {
			if rare(r) {
				return body + " "
			}
			return body
		}))
		i := slices.IndexFunc(report.Files, func(f File) bool { return f.Verdict == Differs })
		if i < 0 || report.Files[i].Path != path {
			t.Errorf("%s: %s", path, printed(report))
		}
	}
}

// What a stack sets is no difference, and said: where pages fetch ciphertext from, and
// what a load balancer adds.
func TestWhatIsOnlyWorthKnowing(t *testing.T) {
	t.Parallel()
	report := Run(t.Context(), only(behind(t, func(r *http.Response, body string) string {
		p := r.Header.Get(policy)
		r.Header.Set(policy, strings.Replace(p, "connect-src 'self'", "connect-src 'self' https://bucket.invalid", 1))
		r.Header.Set("Set-Cookie", "a=b")
		return body
	}), "/"))
	if report.Verdict != Same || len(report.Remarks) != 2 ||
		!strings.Contains(printed(report), "pages may fetch from https://bucket.invalid") {
		t.Error(printed(report))
	}
}

// A body that is encoded on its way is what it was, and one that cannot be read is no
// difference: nothing is known of it.
func TestEncodings(t *testing.T) {
	t.Parallel()
	for encoding, c := range map[string]struct {
		encode func(io.Writer) io.WriteCloser
		want   Verdict
	}{
		"gzip":    {func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }, Same},
		"deflate": {func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }, Same},
		"br":      {func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) }, Same},
		"zstd":    {func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }, Unread},
	} {
		report := Run(t.Context(), only(behind(t, at("/", func(r *http.Response, body string) string {
			var out strings.Builder
			w := c.encode(&out)
			_, err := io.WriteString(w, body)
			if err := errors.Join(err, w.Close()); err != nil {
				t.Error(err)
			}
			r.Header.Set("Content-Encoding", encoding)
			return out.String()
		})), "/"))
		if report.Verdict != c.want {
			t.Errorf("%s: %s", encoding, printed(report))
		}
	}
}

// answering is a server that answers everything the same way.
func answering(t *testing.T, answer http.HandlerFunc) Target {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	return Target{User: s.URL, List: List{Version: "v0.4.0", User: []Reply{{
		Path: "/", Status: http.StatusOK, SHA256: digest(nil),
	}}}}
}

// A body without an end is no reason to read on, whether it comes as it is, or packed, or
// as packed nothing.
func TestAnEndlessBody(t *testing.T) {
	t.Parallel()
	const long = "longer than what the release has"
	for name, c := range map[string]struct {
		send func(plain io.Writer, packed *gzip.Writer) error
		says string
	}{
		"plain":          {func(plain io.Writer, _ *gzip.Writer) error { return zeros(plain) }, long},
		"packed":         {func(_ io.Writer, packed *gzip.Writer) error { return zeros(packed) }, long},
		"packed nothing": {func(_ io.Writer, packed *gzip.Writer) error { return packed.Flush() }, "cannot be decoded"},
	} {
		report := Run(t.Context(), answering(t, func(w http.ResponseWriter, _ *http.Request) {
			if name != "plain" {
				w.Header().Set("Content-Encoding", "gzip")
			}
			for packed := gzip.NewWriter(w); c.send(w, packed) == nil; {
			}
		}))
		if report.Verdict != Differs || !strings.Contains(printed(report), c.says) {
			t.Errorf("%s: %s", name, printed(report))
		}
	}
}

func zeros(w io.Writer) error {
	_, err := w.Write(make([]byte, 1<<16))
	return err
}

// A server that is busy, breaks off, or is not there shows nothing, neither good nor bad.
func TestWhatCannotBeAsked(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(nil)
	gone.Close()
	nobody := answering(t, nil)
	nobody.User = gone.URL
	for name, target := range map[string]Target{
		"busy": answering(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusServiceUnavailable)
		}),
		"closed to some": answering(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusForbidden)
		}),
		"broken off": answering(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10")
			_, _ = io.WriteString(w, "five ")
		}),
		"nobody": nobody,
	} {
		if report := Run(t.Context(), target); report.Verdict != Unread {
			t.Errorf("%s: %s", name, printed(report))
		}
		if claims, err := Claims(t.Context(), target.User); err == nil {
			t.Errorf("%s: it says that it is %q", name, claims)
		}
	}
}

// What a server says that it is goes into an address, and onto a terminal.
func TestClaimsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, says := range []string{
		`{}`, `{"version":"../../v1"}`, `{"version":"\u001b[2J"}`, `[`, strings.Repeat(" ", 1<<20),
	} {
		target := answering(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, says) })
		if claims, err := Claims(t.Context(), target.User); !errors.Is(err, ErrNoClaim) {
			t.Errorf("%.20s: it says that it is %q (%v)", says, claims, err)
		}
	}
}
