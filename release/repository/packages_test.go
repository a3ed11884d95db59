package repository

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"regexp"
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
		const mode = parser.ImportsOnly | parser.ParseComments
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, file), nil, mode)
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

// room is a row of the table in docs/architecture.md.
type room struct{ name, may string }

var quoted = regexp.MustCompile("`([^`]+)`")

// rooms reads the table.
func rooms(t *testing.T) (all []room) {
	t.Helper()
	_, section, _ := strings.Cut(read(t, "docs/architecture.md"), "\n## Rooms\n")
	section, _, _ = strings.Cut(section, "\n## ")
	for line := range strings.Lines(section) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 {
			continue
		}
		if name := quoted.FindStringSubmatch(cells[1]); name != nil {
			all = append(all, room{name[1], cells[3]})
		}
	}
	return all
}

// roomOf returns the room that a package is in: the innermost.
func roomOf(all []room, dir string) (in room) {
	for _, r := range all {
		if (dir == r.name || strings.HasPrefix(dir, r.name+"/")) && len(r.name) > len(in.name) {
			in = r
		}
	}
	return in
}

func TestRoomsImportWhatTheyMay(t *testing.T) {
	t.Parallel()
	all := rooms(t)
	inhabited := map[string]bool{}
	for dir, p := range packages(t) {
		in := roomOf(all, dir)
		if in.name == "" {
			t.Errorf("%s is in no room of docs/architecture.md", dir)
			continue
		}
		inhabited[in.name] = true
		for _, name := range p.imports {
			imported, ours := strings.CutPrefix(name, module)
			if !ours {
				continue
			}
			to := roomOf(all, imported)
			if to.name == in.name {
				continue
			}
			allowed := false
			for _, m := range quoted.FindAllStringSubmatch(in.may, -1) {
				allowed = allowed || to.name == m[1] || roomOf(all, m[1]).name == "" && strings.HasPrefix(to.name, m[1]+"/")
			}
			if !allowed {
				t.Errorf("%s imports %s, which its room in docs/architecture.md may not", dir, imported)
			}
		}
	}
	for _, r := range all {
		if !inhabited[r.name] {
			t.Errorf("docs/architecture.md has a room %s, in which there is nothing", r.name)
		}
		for _, m := range quoted.FindAllStringSubmatch(r.may, -1) {
			if !slices.ContainsFunc(all, func(o room) bool { return o.name == m[1] || strings.HasPrefix(o.name, m[1]+"/") }) {
				t.Errorf("docs/architecture.md: %s may import %s, which is no room", r.name, m[1])
			}
		}
	}
}

// What everything stands on stands on Go alone: its own library, and what its
// makers keep beside it.
func TestTheDomainImportsNoLibrary(t *testing.T) {
	t.Parallel()
	all := packages(t)
	for _, dir := range []string{"shared/send", "shared/wire"} {
		if all[dir] == nil {
			t.Fatalf("there is no %s", dir)
		}
		for _, name := range all[dir].imports {
			owner, _, _ := strings.Cut(name, "/")
			if strings.Contains(owner, ".") && !strings.HasPrefix(name, "golang.org/x/") && !strings.HasPrefix(name, module) {
				t.Errorf("%s imports %s", dir, name)
			}
		}
	}
}
