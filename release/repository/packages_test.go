package repository

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "sgraph.ai/send/"

// pkg is a package by its folder, such as "shared/send".
type pkg struct {
	name    string
	doc     string
	imports []string // what its files other than tests import
}

// packages reads every package there is, by its folder.
func packages(t *testing.T) map[string]*pkg {
	t.Helper()
	all := map[string]*pkg{}
	for _, file := range find(t, ".go") {
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, file), nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		p := all[path.Dir(file)]
		if p == nil {
			p = &pkg{}
			all[path.Dir(file)] = p
		}
		if strings.HasSuffix(f.Name.Name, "_test") {
			continue
		}
		p.name = f.Name.Name
		if f.Doc != nil {
			p.doc = f.Doc.Text()
		}
		if !strings.HasSuffix(file, "_test.go") {
			p.imports = append(p.imports, imports(f)...)
		}
	}
	return all
}

func imports(f *ast.File) (names []string) {
	for _, spec := range f.Imports {
		name, _ := strconv.Unquote(spec.Path.Value) // it was parsed: it is quoted
		names = append(names, name)
	}
	return names
}

// A package's first line says what it is for; godoc and `go list` show it.
func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	t.Parallel()
	for dir, p := range packages(t) {
		begins := "Package " + p.name + " "
		if p.name == "main" {
			begins = "Command " + path.Base(dir) + " "
		}
		if !strings.HasPrefix(p.doc, begins) {
			t.Errorf("%s: the comment above its package clause has to begin with %q", dir, begins)
		}
	}
}

// Names of packages that say nothing of what is in them.
func TestNoPackageIsADrawer(t *testing.T) {
	t.Parallel()
	for dir := range packages(t) {
		if slices.Contains([]string{"util", "utils", "common", "helper", "helpers", "misc", "base"}, path.Base(dir)) {
			t.Errorf("%s: a package is named for what it is about", dir)
		}
	}
}
