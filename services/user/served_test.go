package user_test

import (
	"net/http"
	"strings"
	"testing"

	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/test/openapitest"
	"sgraph.ai/send/shared/wire"
)

// Where the description and its page were, people and programs are sent on; both are for
// anyone, and nothing on the page comes from elsewhere or runs.
func TestTheDescriptionIsServed(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	page := string(s.call("GET", wire.Reference.To(), nil).want(200, "").Body)
	for _, o := range openapitest.Served(t).Operations {
		if !strings.Contains(page, `id="`+o.ID+`"`) {
			t.Errorf("the page has nothing of %s", o.ID)
		}
	}
	if strings.Contains(page, "<script") || strings.Contains(page, "://") {
		t.Error("the page runs something, or names another place")
	}
	asked := s.call("GET", wire.Description.To(), nil).want(200, "")
	again := s.call("GET", wire.Description.To(), nil, "If-None-Match", asked.Header.Get("ETag"))
	if asked.json()["openapi"] != "3.1.1" || asked.Header.Get("Cache-Control") != "no-cache" ||
		again.Status != http.StatusNotModified {
		t.Errorf("the description is served with %v", asked.Header)
	}
	for from, to := range map[string]string{
		"/openapi.json": "/api/openapi.json", "/docs": "/api/docs", "/api/redoc": "/api/docs",
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+from, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := asking.Client.Transport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusPermanentRedirect || res.Header.Get("Location") != to {
			t.Errorf("%s: %d to %q", from, res.StatusCode, res.Header.Get("Location"))
		}
	}
}
