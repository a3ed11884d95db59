package admin

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

// TestOnlyWhatIsListedIsPublic asks every route there is without a key, so
// that a new one cannot be left open unnoticed.
func TestOnlyWhatIsListedIsPublic(t *testing.T) {
	t.Parallel()
	public := []string{
		"/", "/admin", "/admin/", "/admin/v0/v0.1/v0.1.0/index.html", "/info/health", "/info/ready",
		"/auth/set-cookie-form", "/auth/session", "/auth/login", "/auth/set-auth-cookie", "/auth/logout",
		"/auth/sso", "/auth/sso", "/auth/sso/callback",
		"/api/openapi.json", "/openapi.json", "/api/docs", "/docs", "/api/redoc",
	}
	routes := (&Service{}).routes()
	handler := web.Settings{}.Wrap(routes)
	found := 0
	err := routes.Walk(func(route *mux.Route, _ *mux.Router, _ []*mux.Route) error {
		path := web.Template(route)
		if path == "" {
			return nil // the subrouter itself
		}
		if slices.Contains(public, path) {
			found++
			return nil
		}
		methods, err := route.GetMethods()
		if err != nil {
			t.Errorf("%s answers every method", path)
		}
		for _, method := range methods {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequest(method, strings.ReplaceAll(path, "{token_name}", "t"), nil))
			if w.Code != http.StatusUnauthorized {
				t.Errorf("%s %s answers %d to anyone", method, path, w.Code)
			}
		}
		return nil
	})
	if err != nil || found != len(public) {
		t.Errorf("%d of the %d public routes are there: %v", found, len(public), err)
	}
}

// The service answers at every path that the contract says, and at no other
// but those of the console's files.
func TestRoutesAreThoseOfTheContract(t *testing.T) {
	t.Parallel()
	served := map[string]bool{}
	err := (&Service{}).routes().Walk(func(route *mux.Route, _ *mux.Router, _ []*mux.Route) error {
		path := web.Template(route) // the subrouter itself has none, nor methods
		methods, _ := route.GetMethods()
		for _, method := range methods {
			served[method+" "+path] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range served { // what can be got can be asked for by HEAD
		if path, is := strings.CutPrefix(name, http.MethodHead+" "); is && served[http.MethodGet+" "+path] {
			delete(served, name)
		}
	}
	for _, r := range wire.Routes() {
		for _, path := range r.Paths {
			if name := r.Method + " " + path; r.Service&wire.Admin != 0 && !served[name] {
				t.Errorf("%s is not served", name)
			} else if r.Service&wire.Admin != 0 {
				delete(served, name)
			}
		}
	}
	for name := range served {
		t.Errorf("%s is not in the contract", name)
	}
}
