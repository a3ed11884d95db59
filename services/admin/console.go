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

//go:generate go run sgraph.ai/send/release/cmd/bundle web /admin site
//go:embed site
var files embed.FS

// console adds the operators' pages, and ways to them from the addresses they
// had before.
func console(r *mux.Router) {
	pages, err := fs.Sub(files, "site")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	home := wire.Console.Path()
	web.Bind(r, wire.OldConsole, http.RedirectHandler(home, http.StatusTemporaryRedirect))
	site := web.Page(http.StripPrefix(strings.TrimSuffix(home, "/"), web.Assets(pages)), "")
	r.PathPrefix(home).Handler(site).Methods(http.MethodGet, http.MethodHead)
}
