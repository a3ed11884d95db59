package user_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"sgraph.ai/send/services/user"
)

// A browser is told of the words that it will want, by what it says itself, and by old links.
func TestTheWordsOfAPageAreAskedForAtOnce(t *testing.T) {
	t.Parallel()
	pages, _ := user.Pages()
	form := regexp.MustCompile(`^</assets/[0-9a-f]{16}/[a-z]+\.html\.(\w+)\.json>; rel=preload; as=fetch; crossorigin$`)
	for _, c := range []struct{ path, accept, want string }{
		{"/", "de", "de"}, {"/d/", "de-AT,de;q=0.9,en;q=0.8", "de"}, {"/how", "tlh, AR-eg;q=0.5", "ar"},
		{"/r/0123", "zh-Hant", "zh"}, {"/", "en-US,en;q=0.9,de;q=0.8", ""}, {"/", "", ""}, {"/", "*", ""},
		{"/", "../../x, <>;;=", ""}, {"/pt-br/download/", "en", "pt"}, {"/fr/", "de", "fr"}, {"/en-gb/", "de", ""},
		{"/tlh/", "de", "de"},
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			r := httptest.NewRequestWithContext(t.Context(), method, c.path, nil)
			r.Header.Set("Accept-Language", c.accept)
			w := httptest.NewRecorder()
			pages.ServeHTTP(w, r)
			link := w.Header().Get("Link")
			got := ""
			if m := form.FindStringSubmatch(link); m != nil {
				got = m[1]
			}
			varies := strings.Join(w.Header().Values("Vary"), ", ")
			if w.Code != http.StatusOK || got != c.want || (link == "") != (c.want == "") ||
				!strings.Contains(varies, "Accept-Language") {
				t.Errorf("%s %s to %q: %d, the words %q by %q, varies by %q", method, c.path, c.accept, w.Code, got, link, varies)
			}
			if words := strings.Trim(strings.Split(link, ">")[0], "<"); words != "" {
				w = httptest.NewRecorder()
				pages.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, words, nil))
				if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json" {
					t.Errorf("%s is answered %d", words, w.Code)
				}
			}
		}
	}
}
