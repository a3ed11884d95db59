package web_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

// Every secret that the wire carries, wherever in a request, is hidden in the
// log even where an error's text has it: as a whole, and what is in it.
func TestNoSecretOfTheWireIsLogged(t *testing.T) {
	t.Parallel()
	const origin = "origin-secret-canary"
	key := wire.APIKey("x-key-of-the-tests")
	template, path := "/ask", "/ask"
	for _, p := range wire.SecretParameters(wire.InPath) {
		template, path = template+"/{"+p.Name+"}", path+"/"+p.Name[:1]+"-canary"
	}
	var cause string
	s := web.Settings{APIKeyName: key.Name, OriginSecret: secret.Plain(origin)}
	server, log := site(t, s, route(template, func(http.ResponseWriter, *http.Request) error {
		return send.Because(send.Unavailable, errors.New(cause), "away")
	}))
	asked := 0
	ask := func(what, text, url string, header map[string]string) {
		t.Helper()
		if _, given := header[wire.OriginSecret.Name]; !given {
			header[wire.OriginSecret.Name] = origin
		}
		cause = "before " + text + " after"
		resp, body := get(t, url, header)
		asked++
		line := log.Records(t, asked)[asked-1]
		if resp.StatusCode != http.StatusServiceUnavailable {
			t.Fatalf("%s: %d %s", what, resp.StatusCode, body)
		}
		if all := log.String(); strings.Contains(all, "canary") {
			t.Fatalf("%s: the log has it: %s", what, all)
		}
		if said, _ := line["cause"].(string); !strings.HasPrefix(said, "before [") || !strings.HasSuffix(said, "] after") {
			t.Errorf("%s: the log says %v", what, line)
		}
	}
	for _, h := range wire.Secret(key) {
		value := "header-canary"
		switch h.Key() {
		case wire.OriginSecret.Key():
			value = origin
		case wire.Cookie.Key():
			ask("a cookie's value", value, server.URL+path, map[string]string{h.Name: "other=1; session=" + value})
		case wire.Authorization.Key():
			ask("a bearer's token", value, server.URL+path, map[string]string{h.Name: "Bearer " + value})
		case wire.AccessToken.Key():
			ask("a token that was pasted", value, server.URL+path, map[string]string{h.Name: ` "` + value + `" `})
		}
		ask(h.Name, value, server.URL+path, map[string]string{h.Name: value})
	}
	for _, p := range wire.SecretParameters(wire.InPath) {
		ask(p.Name, p.Name[:1]+"-canary", server.URL+path, map[string]string{})
	}
	for _, p := range wire.SecretParameters(wire.InQuery) {
		ask(p.Name, "query-canary", server.URL+path+"?"+p.Name+"=query-canary", map[string]string{})
	}
}

// A link whose # some program encoded has its key in the path.
func TestNoKeyInAPathIsLogged(t *testing.T) {
	t.Parallel()
	const asked = "/d/%230123456789ab%7Ckey-canary"
	server, log := site(t, web.Settings{}, route("/d/{id}", func(_ http.ResponseWriter, r *http.Request) error {
		return fmt.Errorf("asked for %s, which is %s, of %s", asked, r.URL.Path, r.RequestURI)
	}))
	get(t, server.URL+asked, nil)
	if line := log.Records(t, 1)[0]; strings.Contains(log.String(), "canary") || line["cause"] == nil {
		t.Errorf("the log says %v", line)
	}
}

// A secret that a client sets in a header and the user service reads can be
// sent by the pages of other origins, and the replies' can be read by them.
func TestCORSKnowsEverySecretOfTheUserService(t *testing.T) {
	t.Parallel()
	const origin = "https://pages.example"
	server, _ := site(t, web.Settings{CORSOrigins: []string{origin}}, func(r *mux.Router) {
		r.Handle("/", web.Handle(hello)).Methods(http.MethodPost)
	})
	list := func(resp *http.Response, name string) []string {
		return strings.Split(strings.ToLower(resp.Header.Get(name)), ", ")
	}
	preflight, _ := do(t, http.MethodOptions, server.URL, map[string]string{
		wire.Origin.Name: origin, wire.RequestMethod.Name: http.MethodPost,
	}, "")
	allowed := list(preflight, "Access-Control-Allow-Headers")
	reply, _ := do(t, http.MethodPost, server.URL, map[string]string{wire.Origin.Name: origin}, "")
	exposed := list(reply, "Access-Control-Expose-Headers")
	for _, h := range wire.Headers() {
		name := strings.ToLower(h.Name)
		if own := h.SetBy == wire.Client && h.ReadBy&wire.User != 0; slices.Contains(allowed, name) != own {
			t.Errorf("%s: may be sent by pages of another origin: %v, want %v", name, !own, own)
		}
		if slices.Contains(exposed, name) != h.Exposed {
			t.Errorf("%s: may be read by pages of another origin: %v, want %v", name, !h.Exposed, h.Exposed)
		}
	}
}
