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
	if res.StatusCode != 200 || !strings.Contains(text(t, res), "<send-console") {
		t.Errorf("the console: %d", res.StatusCode)
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
	for path, kind := range map[string]string{
		"console.css": "text/css", "console.js": "text/javascript",
		"shared/base.css": "text/css", "shared/favicon.svg": "image/svg+xml",
	} {
		if res := anonymous("/admin/assets/" + path); res.StatusCode != 200 ||
			!strings.HasPrefix(res.Header.Get("Content-Type"), kind) {
			t.Errorf("%s: %d %s", path, res.StatusCode, res.Header.Get("Content-Type"))
		}
	}
	for _, path := range []string{"/admin/nothing", "/admin/assets/", "/admin/../settings.go",
		"/admin/assets/..%2f..%2fsettings.go"} {
		if res := anonymous(path); res.StatusCode != 404 {
			t.Errorf("%s: %d", path, res.StatusCode)
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
