package admin

import (
	"embed"
	"io/fs"
	"net/http"
	"strings"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/pages"
	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

//go:embed web
var files embed.FS

// console adds the operators' pages, and ways to them from the addresses they
// had before.
func console(r *mux.Router) {
	own, err := fs.Sub(files, "web")
	if err != nil {
		panic(err) // the name is a constant
	}
	home := wire.Console.Path()
	web.Bind(r, wire.OldConsole, http.RedirectHandler(home, http.StatusTemporaryRedirect))
	site := web.Page(http.StripPrefix(strings.TrimSuffix(home, "/"), web.Assets(pages.With(own))), "")
	r.PathPrefix(home).Handler(site).Methods(http.MethodGet, http.MethodHead)
}
