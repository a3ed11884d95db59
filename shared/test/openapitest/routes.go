package openapitest

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

// Routes fails the test where a router and the description have not the same routes.
// Files are what else the router has, which are for browsers: their templates.
func (d *Description) Routes(t testing.TB, r *mux.Router, files ...string) {
	t.Helper()
	left := map[string]bool{}
	for _, o := range d.Operations {
		for _, path := range o.Paths {
			left[o.Method+" "+path] = true
		}
	}
	for _, name := range files {
		left[http.MethodGet+" "+name] = true
	}
	described := map[string]bool{}
	for name := range left {
		described[name] = true
	}
	err := r.Walk(func(route *mux.Route, _ *mux.Router, _ []*mux.Route) error {
		template := web.Template(route) // a subrouter itself has none, nor methods
		methods, _ := route.GetMethods()
		for _, method := range methods {
			for _, path := range (wire.Route{Paths: []string{template}}).Addresses() {
				name := method + " " + path
				delete(left, name)
				get, head := strings.CutPrefix(name, http.MethodHead+" ")
				if !described[name] && !(head && described[http.MethodGet+" "+get]) {
					t.Errorf("%s is served, and not described: say in shared/openapi what it takes and answers, "+
						"and run go generate ./shared/openapi ./services/user ./services/admin", name)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range left {
		t.Errorf("%s is described, and not served", name)
	}
}
