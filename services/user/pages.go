package user

import (
	"embed"
	"io/fs"
	"net/http"
	"strings"

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
	lost := refusingShared(web.LostPage(site, "lost.html", csp))
	r.NotFoundHandler, r.MethodNotAllowedHandler = lost, lost
	assets := web.Page(web.Assets(site, lost), csp)
	named, _ := fs.Glob(site, "assets/*/*") // a good pattern

	for file, page := range map[string]wire.Route{
		"/index.html": wire.SendPage, "/receive.html": wire.ReceivePage, "/request.html": wire.RequestPage,
		"/how.html": wire.HowPage,
	} {
		h := wordsOf(named, strings.TrimPrefix(file, "/")).hinted(web.Document(file, assets))
		for _, path := range page.Paths {
			web.At(r, path, h, http.MethodGet, http.MethodHead)
		}
		paths = append(paths, page.Addresses()...)
	}
	paths = append(paths, web.Described(r, "/", assets)...)
	r.PathPrefix(wire.Assets).Handler(assets).Methods(http.MethodGet, http.MethodHead)
	// The service workers' places never change, and browsers ask for them each time.
	for _, file := range []string{"/robots.txt", "/saving.js", "/sharing.js"} {
		web.At(r, file, assets, http.MethodGet, http.MethodHead)
		paths = append(paths, file)
	}
	paths = append(paths, "/{none}")
	icons, _ := fs.Glob(site, "assets/*/favicon.svg") // a good pattern
	for _, icon := range icons {                      // one: asked for where no page says otherwise
		web.At(r, "/favicon.ico", web.Document("/"+icon, assets), http.MethodGet, http.MethodHead)
		paths = append(paths, "/favicon.ico")
	}
	for _, name := range named {
		paths = append(paths, "/"+name)
	}
	return paths
}

// refusingShared answers what another app shared where no service worker took it, which does so in the browser. None of
// it is read, since nothing that is not sealed is for this service to have. The page that it leads to says so.
func refusingShared(rest http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/share/" || r.Method != http.MethodPost {
			rest.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Connection", "close")
		w.Header().Set("Location", "/#not-shared")
		w.WriteHeader(http.StatusSeeOther)
	})
}
