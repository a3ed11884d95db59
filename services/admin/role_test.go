package admin

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

// What is not said is not allowed: another method at a viewer's path, a route that is
// not listed, a role that there is not.
func TestAllowsNothingUnsaid(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		role         wire.Role
		method, path string
		may          bool
	}{
		{wire.Viewer, "GET", "/tokens/list-details", true},
		{wire.Viewer, "HEAD", "/tokens/list-details", true},
		{wire.Viewer, "POST", "/tokens/list-details", false},
		{wire.Viewer, "DELETE", "/tokens/list-details", false},
		{wire.Viewer, "OPTIONS", "/tokens/list-details", false},
		{wire.Viewer, "GET", "/new", false},
		{"", "GET", "/tokens/list-details", false},
		{"owner", "GET", "/tokens/list-details", false},
		{wire.Operator, "DELETE", "/new", true},
	} {
		routes := mux.NewRouter()
		for _, path := range []string{"/tokens/list-details", "/new"} {
			routes.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
				if !allows(c.role, r) {
					w.WriteHeader(http.StatusForbidden)
				}
			})
		}
		w := httptest.NewRecorder()
		web.Settings{}.Wrap(routes).ServeHTTP(w, httptest.NewRequest(c.method, c.path, nil))
		if may := w.Code == http.StatusOK; may != c.may {
			t.Errorf("%q may %s %s: %v", c.role, c.method, c.path, may)
		}
	}
	if allows(wire.Viewer, httptest.NewRequest("GET", "/tokens/list-details", nil)) {
		t.Error("a request that no route is known of is allowed")
	}
}
