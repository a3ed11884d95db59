package user_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"sgraph.ai/send/shared/envelope"
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
			resp, err := http.DefaultClient.Do(req)
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
