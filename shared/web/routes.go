package web

import (
	"net/http"
	"strings"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/wire"
)

// Bind binds a handler to a route of the contract, under each of its paths.
// What can be got, and spends nothing, can be asked for by HEAD too: that is
// how monitors ask.
func Bind(r *mux.Router, to wire.Route, h http.Handler) {
	methods := []string{to.Method}
	if to.Method == http.MethodGet && !wire.Spends(to) {
		methods = append(methods, http.MethodHead)
	}
	for _, path := range to.Paths {
		At(r, path, h, methods...)
	}
}

// At binds a handler to a path, of which braces may hold the place of segments. The
// router would compile one or two regular expressions for each, which was an eighth of
// what a function took to start on Lambda; only of a parameter with a form, as in
// "/{language:[a-z]{2}}/", it does.
func At(r *mux.Router, template string, h http.Handler, methods ...string) {
	if strings.Contains(template, ":") {
		r.Handle(template, h).Methods(methods...)
		return
	}
	r.MatcherFunc(matching(template)).Methods(methods...).Handler(h).Name(template)
}

// Template returns the template of a route's path; "" where it has none.
func Template(route *mux.Route) string {
	if name := route.GetName(); name != "" {
		return name
	}
	template, _ := route.GetPathTemplate()
	return template
}

// matching matches paths as the router does itself: a parameter is any segment that is
// not empty.
func matching(template string) mux.MatcherFunc {
	literal, _, _ := strings.Cut(template, "{")
	if literal == template {
		return func(r *http.Request, match *mux.RouteMatch) bool {
			match.Vars = nil // of an earlier route with that path, and another method
			return r.URL.Path == template
		}
	}
	segments := strings.Split(template, "/")
	return func(r *http.Request, match *mux.RouteMatch) bool {
		match.Vars = nil
		if !strings.HasPrefix(r.URL.Path, literal) {
			return false
		}
		given := strings.Split(r.URL.Path, "/")
		if len(given) != len(segments) {
			return false
		}
		vars := map[string]string{}
		for i, s := range segments {
			name, is := strings.CutPrefix(s, "{")
			switch {
			case is && given[i] != "":
				vars[strings.TrimSuffix(name, "}")] = given[i]
			case is || s != given[i]:
				return false
			}
		}
		match.Vars = vars
		return true
	}
}
