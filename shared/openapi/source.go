package openapi

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sgraph.ai/send/shared/wire"
)

// source is what stands in the code of the contract beside what a program sees of it.
type source struct {
	routes    map[string]declared // by method and path
	docs      map[string]string   // of types and of their fields, as wire.Token and wire.Token.TokenName
	constants map[string][]string // by their type: what its values can be
}

// declared is a route, as it is called and what is said of it.
type declared struct{ name, doc string }

// read reads the packages that have messages, beside each other in a folder.
func read(folder string) (*source, error) {
	s := &source{routes: map[string]declared{}, docs: map[string]string{}, constants: map[string][]string{}}
	for _, pkg := range []string{"wire", "send", "audit"} {
		names, err := filepath.Glob(filepath.Join(folder, pkg, "*.go"))
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
			if err != nil {
				return nil, err
			}
			for _, d := range file.Decls {
				if d, ok := d.(*ast.GenDecl); ok {
					s.add(pkg, d)
				}
			}
		}
	}
	return s, nil
}

func (s *source) add(pkg string, d *ast.GenDecl) {
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			name := pkg + "." + spec.Name.Name
			s.docs[name] = said(spec.Name.Name, first(spec.Doc, d.Doc))
			if fields, ok := spec.Type.(*ast.StructType); ok {
				for _, f := range fields.Fields.List {
					for _, n := range f.Names {
						s.docs[name+"."+n.Name] = said(n.Name, first(f.Doc, f.Comment))
					}
				}
			}
		case *ast.ValueSpec:
			s.value(pkg, spec, first(spec.Doc, d.Doc))
		}
	}
}

func first(a, b *ast.CommentGroup) *ast.CommentGroup {
	if a != nil {
		return a
	}
	return b
}

// value notes a route, or a constant of a type.
func (s *source) value(pkg string, spec *ast.ValueSpec, doc *ast.CommentGroup) {
	if len(spec.Values) != 1 {
		return
	}
	name := spec.Names[0].Name
	switch v := spec.Values[0].(type) {
	case *ast.BasicLit:
		if of, ok := spec.Type.(*ast.Ident); ok && v.Kind == token.STRING {
			value, _ := strconv.Unquote(v.Value) // it was parsed: it is quoted
			s.constants[pkg+"."+of.Name] = append(s.constants[pkg+"."+of.Name], value)
		}
	case *ast.CallExpr:
		if fmt.Sprint(v.Fun) != "route" || len(v.Args) < 3 {
			return
		}
		methods := map[string]string{"get": "GET", "post": "POST", "put": "PUT", "remove": "DELETE"}
		if path, ok := v.Args[2].(*ast.BasicLit); ok {
			template, _ := strconv.Unquote(path.Value)
			key := fmt.Sprint(v.Args[0]) + " " + methods[fmt.Sprint(v.Args[1])] + " " + template
			s.routes[key] = declared{strings.ToLower(name[:1]) + name[1:], said(name, doc)}
		}
	}
}

// of returns how a route is called, and what is said of it.
func (s *source) of(r wire.Route) (declared, error) {
	services := map[wire.Service]string{wire.User: "User", wire.Admin: "Admin", wire.Both: "Both"}
	d, found := s.routes[services[r.Service]+" "+r.Method+" "+r.Path()]
	if !found {
		return d, fmt.Errorf("%s %s is declared in a way that is not understood", r.Method, r.Path())
	}
	return d, nil
}

var (
	link = regexp.MustCompile(`\[([\w./]*[./])?(\w+)\]`) // of Go's documentation
	ofGo = regexp.MustCompile(`(; )?nil = [^;.]*`)       // which nobody else sees
	is   = regexp.MustCompile(`^(is|are),? `)
)

// said returns what a comment says of something, without its name: "X is a thing" as
// "A thing."
func said(name string, doc *ast.CommentGroup) string {
	s := strings.Join(strings.Fields(doc.Text()), " ")
	if rest, found := strings.CutPrefix(s, name+" "); found {
		s = is.ReplaceAllString(rest, "")
	}
	if s == "" {
		return ""
	}
	s = link.ReplaceAllString(s, "$2")
	s = ofGo.ReplaceAllString(s, "")
	s = strings.ReplaceAll(strings.ReplaceAll(s, `"" = `, "empty: "), " = ", ": ")
	if s == "" {
		return ""
	}
	s = strings.ToUpper(s[:1]) + s[1:]
	if !slices.Contains([]byte(".:"), s[len(s)-1]) {
		s += "."
	}
	return s
}
