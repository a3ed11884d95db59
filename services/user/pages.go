package user

import (
	"embed"
	"io/fs"
	"net/http"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

//go:generate go run sgraph.ai/send/release/cmd/bundle web "" site
//go:embed site
var files embed.FS

// Pages serves what browsers load, and nothing else, as a service does that no
// setting says anything to. The paths are all that it answers, as [wire.Route.Addresses]
// writes them.
func Pages() (h http.Handler, paths []string) {
	r := mux.NewRouter()
	paths = pages(r, wire.PageCSP())
	return web.Settings{}.Wrap(r), paths
}

// pages adds the pages, and the paths of old links, which hard-code where earlier
// versions of the pages were.
func pages(r *mux.Router, csp string) (paths []string) {
	site, err := fs.Sub(files, "site")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	lost := web.LostPage(site, "lost.html", csp)
	r.NotFoundHandler, r.MethodNotAllowedHandler = lost, lost
	assets := web.Page(web.Assets(site, lost), csp)

	for file, page := range map[string]wire.Route{
		"/index.html": wire.SendPage, "/receive.html": wire.ReceivePage, "/request.html": wire.RequestPage,
		"/how.html": wire.HowPage,
	} {
		h := web.Document(file, assets)
		for _, path := range page.Paths {
			r.Handle(path, h).Methods(http.MethodGet, http.MethodHead)
		}
		paths = append(paths, page.Addresses()...)
	}
	paths = append(paths, web.Described(r, "/", assets)...)
	r.PathPrefix(wire.Assets).Handler(assets).Methods(http.MethodGet, http.MethodHead)
	// The service worker's place never changes, and browsers ask for it each time.
	for _, file := range []string{"/robots.txt", "/saving.js"} {
		r.Handle(file, assets).Methods(http.MethodGet, http.MethodHead)
		paths = append(paths, file)
	}
	paths = append(paths, "/{none}")
	icons, _ := fs.Glob(site, "assets/*/favicon.svg") // a good pattern
	for _, icon := range icons {                      // one: asked for where no page says otherwise
		r.Handle("/favicon.ico", web.Document("/"+icon, assets)).Methods(http.MethodGet, http.MethodHead)
		paths = append(paths, "/favicon.ico")
	}
	named, _ := fs.Glob(site, "assets/*/*") // a good pattern
	for _, name := range named {
		paths = append(paths, "/"+name)
	}
	return paths
}
