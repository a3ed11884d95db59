package admin

import (
	"embed"
	"io/fs"
	"net/http"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/web"
)

//go:embed web
var files embed.FS

const consoleHome = "/admin/"

// console adds the operators' pages, and ways to them from the addresses they
// had before.
func console(r *mux.Router) {
	site, err := fs.Sub(files, "web")
	if err != nil {
		panic(err) // the name is a constant
	}
	home := http.RedirectHandler(consoleHome, http.StatusTemporaryRedirect)
	for _, path := range []string{"/", "/admin", "/admin/v0/v0.1/v0.1.0/index.html", "/auth/set-cookie-form"} {
		r.Handle(path, home).Methods(http.MethodGet)
	}
	pages := web.Page(http.StripPrefix("/admin", web.Assets(site)), "")
	r.PathPrefix(consoleHome).Handler(pages).Methods(http.MethodGet, http.MethodHead)
}
