package admin

import (
	"embed"
	"io/fs"
	"net/http"
	"strings"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

//go:embed web
var files embed.FS

// console adds the operators' pages, and ways to them from the addresses they
// had before.
func console(r *mux.Router) {
	site, err := fs.Sub(files, "web")
	if err != nil {
		panic(err) // the name is a constant
	}
	home := wire.Console.Path()
	web.Bind(r, wire.OldConsole, http.RedirectHandler(home, http.StatusTemporaryRedirect))
	pages := web.Page(http.StripPrefix(strings.TrimSuffix(home, "/"), web.Assets(site)), "")
	r.PathPrefix(home).Handler(pages).Methods(http.MethodGet, http.MethodHead)
}
