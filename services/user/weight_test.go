package user

import (
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"
)

// A page is there after few requests and few bytes, as they go over the line; and so is what
// seals and opens, which comes when somebody touches the page, or comes with a link.
func TestPagesAreLight(t *testing.T) {
	t.Parallel()
	site, _ := Pages()
	get := func(path string, gzipped bool) string {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		if gzipped {
			r.Header.Set("Accept-Encoding", "gzip")
		}
		w := httptest.NewRecorder()
		site.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d", path, w.Code)
		}
		return w.Body.String()
	}
	named := regexp.MustCompile(`(?:href|src)="(/assets/[^"#]+)`)
	for page, most := range map[string]struct{ requests, bytes, beside int }{
		"/": {8, 60_000, 54_000}, "/d/": {8, 45_000, 54_000}, "/r/": {8, 50_000, 54_000},
		"/how": {8, 20_000, 0},
	} {
		parts := map[string]bool{page: true}
		beside := map[string]bool{}
		for _, part := range named.FindAllStringSubmatch(get(page, false), -1) {
			parts[part[1]] = true
			if strings.HasSuffix(part[1], ".js") && strings.Contains(get(part[1], false), `new URL("./worker.js"`) {
				beside[path.Join(path.Dir(part[1]), "worker.js")] = true
			}
		}
		weigh := func(of map[string]bool) (bytes int) {
			for part := range of {
				bytes += len(get(part, true))
			}
			return bytes
		}
		requests := len(parts) + 1 // what the service allows
		if bytes := weigh(parts); bytes > most.bytes || requests > most.requests || len(parts) < 5 {
			t.Errorf("%s has %d bytes in %d requests", page, bytes, requests)
		}
		if bytes := weigh(beside); bytes > most.beside || bytes == 0 && most.beside > 0 {
			t.Errorf("beside %s come %d bytes", page, bytes)
		}
	}
}
