// Package pages is what the pages of all services are made of in common: their
// looks, their icons, and the modules that theirs build on.
package pages

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed assets/*.js assets/*.css assets/*.svg
var files embed.FS

// Within is where a service's pages find what they have in common. On disk a
// link stands there, so that editors and tests find the same files at the same
// place; embedding leaves links out.
const Within = "assets/shared/"

// With returns the files of a service's pages, and among them the common ones.
func With(own fs.FS) fs.FS {
	common, err := fs.Sub(files, "assets")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return union{own, common}
}

type union struct{ own, common fs.FS }

func (u union) Open(name string) (fs.File, error) {
	if rest, found := strings.CutPrefix(name, Within); found && fs.ValidPath(name) {
		return u.common.Open(rest)
	}
	return u.own.Open(name)
}
