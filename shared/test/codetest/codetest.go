// Package codetest holds errors to their codes, and things that must know every
// code to the ones that the domain declares.
package codetest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"testing"

	"sgraph.ai/send/shared/send"
)

// Code is a code that is declared.
type Code struct {
	Code    send.Reason
	Comment *ast.CommentGroup // beside it
}

// Declared returns the exported codes and reasons of package send, in the order
// in which they stand in the files of its folder.
func Declared(t testing.TB, folder string) (codes []Code) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if d, ok := d.(*ast.GenDecl); ok && d.Tok == token.CONST {
				codes = append(codes, in(d)...)
			}
		}
	}
	if len(codes) < 20 {
		t.Fatalf("only %d codes are found in %s", len(codes), folder)
	}
	return codes
}

func in(d *ast.GenDecl) (codes []Code) {
	for _, s := range d.Specs {
		spec := s.(*ast.ValueSpec) // constants are
		kind, ok := spec.Type.(*ast.Ident)
		if !ok || kind.Name != "Code" && kind.Name != "Reason" || !spec.Names[0].IsExported() {
			continue
		}
		if lit, ok := spec.Values[0].(*ast.BasicLit); ok {
			code, _ := strconv.Unquote(lit.Value) // it was parsed: it is quoted
			codes = append(codes, Code{send.Reason(code), spec.Comment})
		}
	}
	return codes
}
