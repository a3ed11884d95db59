package wire

import (
	"path"
	"regexp"
	"sync"
)

// What the paths begin with of what pages are made of: those of the user service,
// and the console.
const (
	Assets        = "/assets/"
	ConsoleAssets = "/admin/assets/"
)

// contentTypes are those of pages and of what they are made of.
var contentTypes = map[string]string{
	".html":        "text/html; charset=utf-8",
	".css":         "text/css; charset=utf-8",
	".js":          "text/javascript; charset=utf-8",
	".mjs":         "text/javascript; charset=utf-8",
	".json":        "application/json",
	".webmanifest": "application/manifest+json",
	".svg":         "image/svg+xml",
	".png":         "image/png",
	".ico":         "image/x-icon",
	".txt":         "text/plain; charset=utf-8",
	".woff2":       "font/woff2",
}

// AssetType returns the media type of a file of a site, by its name.
func AssetType(name string) string {
	if t, ok := contentTypes[path.Ext(name)]; ok {
		return t
	}
	return "application/octet-stream"
}

var inDigest = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(^|/)[0-9a-f]{16}/[^/]+$`) })

// AssetCaching returns how long whoever has a file of a site may keep it, as
// Cache-Control says it: a page not at all, what is in a folder named after a
// digest (assets/0123456789abcdef/app.js) for good, and all others until they are
// asked for again.
func AssetCaching(name string) string {
	switch {
	case path.Ext(name) == ".html":
		return "no-store"
	case inDigest().MatchString(name):
		return "public, max-age=31536000, immutable"
	default:
		return "no-cache"
	}
}

// Preload is the header Link by which a page has a browser ask for a file that a script of
// it is about to fetch.
func Preload(path string) string { return "<" + path + ">; rel=preload; as=fetch; crossorigin" }
