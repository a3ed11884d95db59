package web_test

import (
	"maps"
	"net/http"
	"net/url"
	"testing"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

// FuzzAt holds what routes match against what the router itself would have matched.
func FuzzAt(f *testing.F) {
	var all []string
	for _, route := range wire.Routes() {
		for _, path := range route.Paths {
			all = append(all, path)
			f.Add(path)
		}
	}
	all = append(all, "/a/{one}/b/{two}", "/a/{one}/b/{two}/", "/{any}")
	for _, path := range []string{
		"", "/", "//", "/a//b/", "/a/1/b/2", "/a/1/b/2/", "/a/1/b/", "/a/1/c/2", "/d", "/d/", "/d//", "/d/x/y", "/d/\n",
		"/d/\xff", "/en/v/", "/d/{transfer_id}", "/api/transfers/info/..", "/v", "/a/1/b/2\n",
	} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		r := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: path}}
		for _, template := range all {
			ours, its := mux.NewRouter(), mux.NewRouter()
			web.At(ours, template, http.NotFoundHandler(), http.MethodGet)
			its.Handle(template, http.NotFoundHandler()).Methods(http.MethodGet)
			var got, want mux.RouteMatch
			if ours.Match(r, &got) != its.Match(r, &want) || !maps.Equal(got.Vars, want.Vars) {
				t.Errorf("%q at %s: %v with %v, of the router %v with %v",
					path, template, got.MatchErr, got.Vars, want.MatchErr, want.Vars)
			}
			if got.Route != nil && web.Template(got.Route) != template {
				t.Errorf("%s calls itself %s", template, web.Template(got.Route))
			}
		}
	})
}

// What a path means for one method is not what it means for another.
func TestVarsAreThoseOfTheRoute(t *testing.T) {
	t.Parallel()
	r := mux.NewRouter()
	web.At(r, "/a/{one}", http.NotFoundHandler(), http.MethodGet)
	web.At(r, "/a/{other}", http.NotFoundHandler(), http.MethodPost)
	web.At(r, "/a/b", http.NotFoundHandler(), http.MethodPut)
	for method, want := range map[string]map[string]string{
		http.MethodGet: {"one": "b"}, http.MethodPost: {"other": "b"}, http.MethodPut: {},
	} {
		var match mux.RouteMatch
		asked := &http.Request{Method: method, URL: &url.URL{Path: "/a/b"}}
		if !r.Match(asked, &match) || !maps.Equal(match.Vars, want) {
			t.Errorf("%s: %v, want %v", method, match.Vars, want)
		}
	}
}
