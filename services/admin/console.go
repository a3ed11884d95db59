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

// Pages serves what browsers load, and nothing else, as a service does that no
// setting says anything to. The paths are all that it answers, as [wire.Route.Addresses]
// writes them.
func Pages() (h http.Handler, paths []string) {
	r := mux.NewRouter()
	var lost http.Handler
	paths, lost = console(r)
	r.NotFoundHandler = lost
	return web.Settings{}.Wrap(r), paths
}

// console adds the operators' pages, and ways to them from the addresses they
// had before. lost is for where there are none.
func console(r *mux.Router) (paths []string, lost http.Handler) {
	pages, err := fs.Sub(files, "site")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	home := wire.Console.Path()
	web.Bind(r, wire.OldConsole, http.RedirectHandler(home, http.StatusTemporaryRedirect))
	lost = web.LostPage(pages, "lost.html", "")
	site := web.Page(http.StripPrefix(strings.TrimSuffix(home, "/"), web.Assets(pages, lost)), "")
	described := web.Described(r, home, site)
	r.PathPrefix(home).Handler(site).Methods(http.MethodGet, http.MethodHead)

	paths = append(append(wire.OldConsole.Addresses(), home), described...)
	for _, pattern := range []string{"*.html", "assets/*/*"} {
		named, _ := fs.Glob(pages, pattern) // a good pattern
		for _, name := range named {
			paths = append(paths, home+name)
		}
	}
	return append(paths, "/{none}"), lost
}
