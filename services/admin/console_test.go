package admin_test

import (
	"io/fs"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
)

func TestConsole(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	anonymous := func(path string) *http.Response {
		return g.do(request{method: "GET", path: path, anonymous: true})
	}
	for _, path := range []string{"/", "/admin", "/admin/v0/v0.1/v0.1.0/index.html"} {
		if res := anonymous(path); res.StatusCode != 307 || res.Header.Get("Location") != "/admin/" {
			t.Errorf("%s: %d to %q", path, res.StatusCode, res.Header.Get("Location"))
		}
	}
	res := anonymous("/admin/")
	policy := res.Header.Get("Content-Security-Policy")
	page := text(t, res)
	if res.StatusCode != 200 || !strings.Contains(page, "<send-console") {
		t.Errorf("the console: %d", res.StatusCode)
	}
	parts := regexp.MustCompile(`(?:href|src)="(/admin/assets/[^"#]+)`).FindAllStringSubmatch(page, -1)
	if len(parts) < 3 || len(parts) > 7 { // a script, a style sheet, an icon
		t.Errorf("the console is made of %q", parts)
	}
	for _, part := range parts {
		res := anonymous(part[1])
		if res.StatusCode != 200 || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d, %q", part[1], res.StatusCode, res.Header.Get("Cache-Control"))
		}
	}
	for _, part := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'",
		"frame-ancestors 'none'", "base-uri 'none'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("the policy %q lacks %s", policy, part)
		}
	}
	if strings.Contains(policy, "unsafe") {
		t.Errorf("the policy is %q", policy)
	}
	for _, path := range []string{"/admin/nothing", "/admin/assets/", "/admin/../settings.go",
		"/admin/assets/..%2f..%2fsettings.go"} {
		if res := anonymous(path); res.StatusCode != 404 {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
}

// A browser that is led astray gets a page that says where the console is, and a
// program the error.
func TestLostPage(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	for path, want := range map[string]struct {
		method string
		status int
	}{
		"/nope":                  {"GET", http.StatusNotFound},
		"/admin/nope":            {"GET", http.StatusNotFound},
		"/admin/assets/nope.js":  {"GET", http.StatusNotFound},
		"/admin/":                {"POST", http.StatusMethodNotAllowed},
		"/auth/set-auth-cookie/": {"POST", http.StatusNotFound},
	} {
		for accept, isPage := range map[string]bool{"text/html,*/*;q=0.8": true, "*/*": false} {
			res := g.do(request{
				method: want.method, path: path, anonymous: true, header: map[string]string{"Accept": accept},
			})
			says := text(t, res)
			if res.StatusCode != want.status || strings.Contains(says, `href="/admin/"`) != isPage {
				t.Errorf("%s %s for %s: %d, %.80s", want.method, path, accept, res.StatusCode, says)
			}
			if policy := res.Header.Get("Content-Security-Policy"); isPage && !strings.Contains(policy, "style-src") {
				t.Errorf("%s: the policy is %q", path, policy)
			}
		}
	}
}

// TestPagesKeepTheirPolicy looks for what the policy forbids, which no test
// without a browser would notice.
func TestPagesKeepTheirPolicy(t *testing.T) {
	t.Parallel()
	inline := regexp.MustCompile(`(?i)<script(>| [^>]*>[^<])|<style|\sstyle=|\son[a-z]+="|javascript:|https?://[^"' ]*`)
	unsafe := regexp.MustCompile(`innerHTML|insertAdjacentHTML|\beval\(|document\.write|localStorage|sessionStorage`)
	for _, folder := range []string{"web", "../../shared/pages/assets"} {
		err := fs.WalkDir(os.DirFS(folder), ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			b, err := os.ReadFile(folder + "/" + path)
			for _, found := range inline.FindAllString(string(b), -1) {
				if found != "http://www.w3.org/2000/svg" {
					t.Errorf("%s has %q", path, found)
				}
			}
			if strings.HasSuffix(path, ".js") && unsafe.Match(b) {
				t.Errorf("%s makes markup of text, or keeps something in the browser", path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
