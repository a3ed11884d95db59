package user_test

import (
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
