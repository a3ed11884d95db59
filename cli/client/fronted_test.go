package client_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/shared/wire"
)

func TestTheSecretOfAFrontIsShownToNobodyElse(t *testing.T) {
	t.Parallel()
	shown := func(t *testing.T) (origin string, secret func() string) {
		t.Helper()
		var got string
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			got = wire.OriginSecret.Get(r.Header)
		}))
		t.Cleanup(server.Close)
		return server.URL, func() string { return got }
	}
	service, seen := shown(t)
	other, seenElsewhere := shown(t)
	c := http.Client{Transport: client.Fronted{Secret: "secret", Origins: []string{service}}}
	for _, url := range []string{service + "/info/health", other + "/" + service} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := c.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if len(r.Header) > 0 {
			t.Errorf("the request was changed: %v", r.Header)
		}
	}
	if seen() != "secret" || seenElsewhere() != "" {
		t.Errorf("the service was shown %q, and somebody else %q", seen(), seenElsewhere())
	}
}
