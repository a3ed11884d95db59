package wire_test

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"sgraph.ai/send/shared/test/codetest"
	"sgraph.ai/send/shared/wire"
)

var update = flag.Bool("update", false, "write what is generated from the contract")

// The pages' copy of the contract is the contract.
func TestThePagesCopyIsUpToDate(t *testing.T) {
	t.Parallel()
	script, types := copyForPages(t)
	for name, want := range map[string][]byte{"contract.js": script, "contract.d.ts": types} {
		name = filepath.Join("..", "pages", "assets", name)
		if *update {
			if err := os.WriteFile(name, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the contract says: run go generate ./shared/wire", name)
		}
	}
}

// copyForPages writes what the pages use of the contract as a module of
// JavaScript: headers, paths and all error codes; and beside it, since it is of
// no use to browsers, what these and the messages are.
func copyForPages(t *testing.T) (script, types []byte) {
	t.Helper()
	c := &copier{t: t, files: map[string][]*ast.File{}, used: usedByPages(t), written: map[string]bool{}}
	const head = "// What pages use of the wire contract. Generated from it: go generate ./shared/wire."
	c.script("%s\n\nconst part = encodeURIComponent;", head)
	c.line("%s", head)
	c.open("headers", "The headers that scripts set, or read.")
	c.declared("declare", func(name, doc string, call *ast.CallExpr) {
		if c.used["headers."+name] {
			c.constant(name, strings.ToLower(c.header(call).Name), doc)
		}
	})
	c.open("paths", "The paths, by what is done there.")
	c.declared("route", func(name, doc string, call *ast.CallExpr) {
		if !c.used["paths."+name] {
			return
		}
		template := c.route(call).Path()
		params := inBraces.FindAllStringSubmatch(template, -1)
		if len(params) == 0 {
			c.constant(name, template, doc)
			return
		}
		var names []string
		for _, p := range params {
			names = append(names, camel(p[1]))
		}
		c.doc("  ", doc)
		c.line("  %s(%s: string): string;", name, strings.Join(names, ": string, "))
		c.script("  %s: (%s) => `%s`,", name, strings.Join(names, ", "),
			inBraces.ReplaceAllStringFunc(template, func(s string) string {
				return "${part(" + camel(strings.Trim(s, "{}")) + ")}"
			}))
	})
	c.open("codes", "Why something failed: what the code of an error can be.")
	for _, code := range codetest.Declared(t, filepath.Join("..", "send")) {
		c.constant(camel(string(code.Code)), string(code.Code), said("", code.Comment))
	}
	c.close()
	for _, pkg := range []string{"wire", "send", "audit"} {
		for _, f := range c.source(pkg) {
			for _, o := range objects(f) {
				if c.used["contract."+o.Name.Name] {
					c.message(pkg, o)
				}
			}
		}
	}
	return c.js.Bytes(), c.types.Bytes()
}

// usedByPages is what scripts name of the copy: as paths.health, headers.range,
// and contract.StatusReply for the type of a message.
func usedByPages(t *testing.T) map[string]bool {
	t.Helper()
	use := regexp.MustCompile(`\b(paths|headers)\.(\w+)|import\('[^']*/(contract)\.js'\)\.(\w+)`)
	used := map[string]bool{}
	root := os.DirFS(filepath.Join("..", ".."))
	for _, pattern := range []string{"services/*/web", "services/*/webtest", "shared/pages"} {
		dirs, err := fs.Glob(root, pattern)
		if err != nil || len(dirs) == 0 {
			t.Fatalf("there is no %s: %v", pattern, err)
		}
		for _, dir := range dirs {
			err := fs.WalkDir(root, dir, func(name string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() || path.Ext(name) != ".js" && path.Ext(name) != ".mjs" {
					return err
				}
				script, err := fs.ReadFile(root, name)
				for _, m := range use.FindAllStringSubmatch(string(script), -1) {
					used[m[1]+m[3]+"."+m[2]+m[4]] = true
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return used
}

type copier struct {
	js, types bytes.Buffer
	within    bool // an object

	t       *testing.T
	files   map[string][]*ast.File // by package
	used    map[string]bool        // by the pages
	written map[string]bool        // messages
}

// script writes a line of the module, and line one of its types.
func (c *copier) script(format string, args ...any) { fmt.Fprintf(&c.js, format+"\n", args...) }
func (c *copier) line(format string, args ...any)   { fmt.Fprintf(&c.types, format+"\n", args...) }

// open begins an object in both, and ends the one before.
func (c *copier) open(name, doc string) {
	c.close()
	c.script("\nexport const %s = {", name)
	c.line("")
	c.doc("", doc)
	c.line("export const %s: {", name)
	c.within = true
}

// close ends an object.
func (c *copier) close() {
	if c.within {
		c.script("};")
		c.line("};")
	}
	c.within = false
}

// constant writes a member of an object.
func (c *copier) constant(name, value, doc string) {
	c.script("  %s: '%s',", name, value)
	c.doc("  ", doc)
	c.line("  %s: '%s';", name, value)
}

func (c *copier) source(pkg string) []*ast.File {
	if c.files[pkg] == nil {
		c.files[pkg] = source(c.t, filepath.Join("..", pkg))
	}
	return c.files[pkg]
}

// declared calls f for each variable that a call of a function declares.
func (c *copier) declared(by string, f func(name, doc string, call *ast.CallExpr)) {
	for _, file := range c.source("wire") {
		for _, d := range file.Decls {
			decl, ok := d.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, s := range decl.Specs {
				spec, ok := s.(*ast.ValueSpec)
				if !ok || len(spec.Values) != 1 {
					continue
				}
				call, ok := spec.Values[0].(*ast.CallExpr)
				if !ok || fmt.Sprint(call.Fun) != by {
					continue
				}
				doc := spec.Doc
				if doc == nil {
					doc = decl.Doc
				}
				f(camel(spec.Names[0].Name), said(spec.Names[0].Name, doc), call)
			}
		}
	}
}

// header returns the header that a call declares.
func (c *copier) header(call *ast.CallExpr) wire.Header {
	c.t.Helper()
	for _, e := range call.Args[0].(*ast.CompositeLit).Elts {
		if e := e.(*ast.KeyValueExpr); fmt.Sprint(e.Key) == "Name" {
			for _, h := range wire.Headers() {
				if h.Name == text(e.Value) {
					return h
				}
			}
		}
	}
	c.t.Fatalf("a header is declared in a way that is not understood: %v", call.Args)
	return wire.Header{}
}

// route returns the route that a call declares.
func (c *copier) route(call *ast.CallExpr) wire.Route {
	c.t.Helper()
	services := map[string]wire.Service{"User": wire.User, "Admin": wire.Admin, "Both": wire.Both}
	methods := map[string]string{"get": "GET", "post": "POST", "put": "PUT", "remove": "DELETE"}
	for _, r := range wire.Routes() {
		if r.Service == services[fmt.Sprint(call.Args[0])] && r.Method == methods[fmt.Sprint(call.Args[1])] &&
			r.Path() == text(call.Args[2]) {
			return r
		}
	}
	c.t.Fatalf("a route is declared in a way that is not understood: %v", call.Args)
	return wire.Route{}
}

// message writes the type of a message, after those of what is in it.
func (c *copier) message(pkg string, of object) {
	name := of.Name.Name
	if c.written[name] {
		return
	}
	c.written[name] = true
	fields := c.fields(pkg, of.fields, false)
	c.line("")
	c.doc("", said(name, of.doc))
	one := "export type " + name + " = { " + strings.Join(fields, "; ") + " };"
	if len(one) > width {
		one = "export type " + name + " = {\n  " + strings.Join(fields, ";\n  ") + ";\n};"
	}
	c.line("%s", one)
}

// object is a struct that is declared.
type object struct {
	*ast.TypeSpec
	fields *ast.StructType
	doc    *ast.CommentGroup
}

// types hands over every type that a file declares.
func types(f *ast.File, to func(*ast.TypeSpec, *ast.CommentGroup)) {
	for _, d := range f.Decls {
		if decl, ok := d.(*ast.GenDecl); ok && decl.Tok == token.TYPE {
			for _, s := range decl.Specs {
				to(s.(*ast.TypeSpec), decl.Doc) // of a declaration of types
			}
		}
	}
}

// objects returns the structs that a file declares.
func objects(f *ast.File) (all []object) {
	types(f, func(spec *ast.TypeSpec, doc *ast.CommentGroup) {
		if fields, ok := spec.Type.(*ast.StructType); ok {
			all = append(all, object{spec, fields, doc})
		}
	})
	return all
}

// fields are those of a struct that are on the wire.
func (c *copier) fields(pkg string, of *ast.StructType, optional bool) (all []string) {
	for _, f := range of.Fields.List {
		if f.Tag == nil {
			embedded := f.Type
			star, isPointer := embedded.(*ast.StarExpr)
			if isPointer {
				embedded = star.X
			}
			if name, ok := embedded.(*ast.Ident); ok && len(f.Names) == 0 {
				is, _ := c.find(pkg, name.Name).(*ast.StructType)
				all = append(all, c.fields(pkg, is, isPointer)...)
			}
			continue
		}
		name, options, _ := strings.Cut(reflect.StructTag(text(f.Tag)).Get("json"), ",")
		_, isPointer := f.Type.(*ast.StarExpr)
		if optional || isPointer || strings.HasPrefix(options, "omit") {
			name += "?"
		}
		all = append(all, name+": "+c.kind(pkg, f.Type))
	}
	return all
}

// find returns what a type of a package is.
func (c *copier) find(pkg, name string) (is ast.Expr) {
	c.t.Helper()
	for _, f := range c.source(pkg) {
		types(f, func(spec *ast.TypeSpec, _ *ast.CommentGroup) {
			if spec.Name.Name == name {
				is = spec.Type
			}
		})
	}
	if is == nil {
		c.t.Fatalf("%s has no type %s", pkg, name)
	}
	return is
}

// kind returns the type of a value on the wire.
func (c *copier) kind(pkg string, e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return c.kind(pkg, e.X)
	case *ast.ArrayType:
		return c.kind(pkg, e.Elt) + "[]"
	case *ast.MapType:
		return "Record<string, unknown>"
	case *ast.SelectorExpr:
		if of := fmt.Sprint(e.X); of != "time" {
			return c.kind(of, e.Sel)
		}
		return "string" // a time
	case *ast.Ident:
		switch e.Name {
		case "string", "Time":
			return "string"
		case "bool":
			return "boolean"
		case "int", "int64":
			return "number"
		case "any":
			return "unknown"
		}
		for _, f := range c.source(pkg) {
			for _, o := range objects(f) {
				if o.Name.Name == e.Name {
					c.message(pkg, o)
					return e.Name
				}
			}
		}
		return c.kind(pkg, c.find(pkg, e.Name))
	}
	c.t.Fatalf("a field has a type that is not understood: %v", e)
	return ""
}

const width = 120

// doc writes a comment before something, on one line where it fits.
func (c *copier) doc(indent, text string) {
	if one := indent + "/** " + text + " */"; text != "" && len(one) <= width && !strings.Contains(text, "\n") {
		c.line("%s", one)
	} else if text != "" {
		c.line("%s/**", indent)
		c.comment(indent+" *", text)
		c.line("%s */", indent)
	}
}

// comment writes lines of a comment, wrapped.
func (c *copier) comment(begin, text string) {
	for paragraph := range strings.SplitSeq(text, "\n") {
		line := begin
		for word := range strings.FieldsSeq(paragraph) {
			if len(line)+1+len(word) > width {
				c.line("%s", line)
				line = begin
			}
			line += " " + word
		}
		c.line("%s", line)
	}
}

// text returns what a literal says, or "".
func text(e ast.Expr) string {
	if lit, ok := e.(*ast.BasicLit); ok {
		s, _ := strconv.Unquote(lit.Value)
		return s
	}
	return ""
}

// said returns what a comment says of something, without its name: "X is a
// thing" as "A thing".
func said(name string, doc *ast.CommentGroup) string {
	s := strings.Join(strings.Fields(doc.Text()), " ")
	if rest, found := strings.CutPrefix(s, name+" "); found && name != "" {
		s = regexp.MustCompile(`^(is|are),? `).ReplaceAllString(rest, "")
	}
	if s == "" {
		return ""
	}
	s = regexp.MustCompile(`\[([\w.]+)\]`).ReplaceAllString(s, "$1") // links of Go's documentation
	s = strings.ToUpper(s[:1]) + s[1:]
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}

// camel returns a name as scripts write it: UploadURL and upload_url as
// uploadUrl.
func camel(name string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(name, "_") {
		for len(part) > 0 {
			n := 1
			for n < len(part) && isUpper(part[n]) && (n+1 == len(part) || isUpper(part[n+1])) {
				n++ // a run of capitals is one word, but for the last that begins the next
			}
			for n < len(part) && !isUpper(part[n]) {
				n++
			}
			word := strings.ToLower(part[:n])
			if b.Len() > 0 {
				word = strings.ToUpper(word[:1]) + word[1:]
			}
			b.WriteString(word)
			part = part[n:]
		}
	}
	return b.String()
}

func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }
