package web

import (
	"net/http"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/wire"
)

// Described adds the description of a service's API, and its page, which a site has
// below a path; and ways to them from where they were before. The paths are all of
// these.
func Described(r *mux.Router, below string, site http.Handler) (paths []string) {
	for _, of := range []struct {
		file    string
		at, old wire.Route
	}{
		{"openapi.json", wire.Description, wire.OldDescription},
		{"api.html", wire.Reference, wire.OldReference},
	} {
		Bind(r, of.at, Document(below+of.file, site))
		Bind(r, of.old, http.RedirectHandler(of.at.Path(), http.StatusPermanentRedirect))
		paths = append(append(paths, of.at.Path()), of.old.Addresses()...)
	}
	return paths
}
