package wire_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/codetest"
	"sgraph.ai/send/shared/wire"
)

// page reads docs/contract.md, or the part of it under a heading.
func page(t *testing.T, under string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "contract.md"))
	if err != nil {
		t.Fatal(err)
	}
	if under == "" {
		return string(text)
	}
	_, part, found := strings.Cut(string(text), "\n### "+under+"\n")
	if !found {
		t.Fatalf("docs/contract.md has no %q", under)
	}
	part, _, _ = strings.Cut(part, "\n#")
	return part
}

var quoted = regexp.MustCompile("`([^`]+)`")

// rows are the rows of all tables of a text, as cells; the first cell of each
// holds a name in backticks, which is taken out of them.
func rows(text string) (all [][]string) {
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.Trim(line, "| \n"), " | ")
		if name := quoted.FindStringSubmatch(cells[0]); name != nil && strings.HasPrefix(line, "|") {
			cells[0] = name[1]
			all = append(all, cells)
		}
	}
	return all
}

func TestThePageHasEveryRoute(t *testing.T) {
	t.Parallel()
	plain := regexp.MustCompile(`\{(\w+):.*?\}+`)
	isRoute := regexp.MustCompile(`^[A-Z]+ /`)
	of := map[string][]string{} // what its row quotes
	for _, row := range rows(page(t, "")) {
		if isRoute.MatchString(row[0]) {
			for _, m := range quoted.FindAllStringSubmatch(strings.Join(row[1:], " "), -1) {
				of[row[0]] = append(of[row[0]], m[1])
			}
			of[row[0]] = append(of[row[0]], "")
		}
	}
	declared := map[string]bool{}
	for _, r := range wire.Routes() {
		path := func(i int) string {
			p := strings.ReplaceAll(r.Paths[i], "[a-z]{2,3}(?:-[A-Za-z]{2,4})?", "")
			return plain.ReplaceAllString(p, "{$1}")
		}
		name := r.Method + " " + path(0)
		declared[name] = true
		if of[name] == nil {
			t.Errorf("no table of docs/contract.md has a row for %s", name)
			continue
		}
		for i := range r.Paths[1:] {
			if p := path(1 + i); "/api"+p != path(0) && !slices.Contains(of[name], p) {
				t.Errorf("docs/contract.md does not say of %s that it is at %s too", name, p)
			}
		}
	}
	for name := range of {
		if !declared[name] {
			t.Errorf("docs/contract.md has %s, which is not declared", name)
		}
	}
}

func TestThePageHasEveryHeader(t *testing.T) {
	t.Parallel()
	requests, replies, found := strings.Cut(page(t, "3.2 Headers"), "\nOf replies.\n")
	if !found {
		t.Fatal("docs/contract.md does not tell the headers of requests from those of replies")
	}
	readers := map[wire.Service]string{0: "none", wire.User: "user", wire.Admin: "admin", wire.Both: "both"}
	sent, received := map[string][]string{}, map[string]bool{}
	for _, row := range rows(requests) {
		sent[row[0]] = row
	}
	for _, row := range rows(replies) {
		received[row[0]] = true
	}
	for _, h := range wire.Headers() {
		row := sent[h.Name]
		switch {
		case h.SetBy == 0 || row == nil:
			if h.SetBy != 0 || !received[h.Name] {
				t.Errorf("docs/contract.md, 3.2 does not have %s", h.Name)
			}
		case row[1] != readers[h.ReadBy]:
			t.Errorf("docs/contract.md, 3.2: %s is read by %s, not by %s", h.Name, readers[h.ReadBy], row[1])
		case strings.Contains(row[2], "Secret.") != h.Secret:
			t.Errorf("docs/contract.md, 3.2: whether %s is secret is not as it is declared", h.Name)
		}
		delete(sent, h.Name)
	}
	for name := range sent {
		t.Errorf("docs/contract.md, 3.2 has %s, which is not declared", name)
	}
	_, inURLs, _ := strings.Cut(requests, "Secret in a URL are ")
	for _, p := range slices.Concat(wire.SecretParameters(wire.InPath), wire.SecretParameters(wire.InQuery)) {
		if !strings.Contains(inURLs, "`"+p.Name+"`") {
			t.Errorf("docs/contract.md, 3.2 does not say that %s is secret", p.Name)
		}
	}
}

// source reads every file of a package that is not a test.
func source(t *testing.T, dir string) (files []*ast.File) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return files
}

func TestThePageHasEveryCode(t *testing.T) {
	t.Parallel()
	said := map[string]bool{}
	for _, row := range rows(page(t, "3.3 Errors")) {
		said[row[0]] = true
	}
	declared := map[string]bool{}
	for _, code := range codetest.Declared(t, filepath.Join("..", "send")) {
		declared[string(code.Code)] = true
	}
	for code := range declared {
		if !said[code] {
			t.Errorf("docs/contract.md, 3.3 does not have the code %s", code)
		}
	}
	for code := range said {
		if !declared[code] {
			t.Errorf("docs/contract.md, 3.3 has the code %s, which is not declared", code)
		}
	}
}

func TestThePageHasEveryField(t *testing.T) {
	t.Parallel()
	text := page(t, "")
	fields := 0
	for _, f := range source(t, ".") {
		ast.Inspect(f, func(n ast.Node) bool {
			field, ok := n.(*ast.Field)
			if !ok || field.Tag == nil {
				return true
			}
			tag, _ := strconv.Unquote(field.Tag.Value) // it was parsed: it is quoted
			name, _, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
			if name == "" {
				return true
			}
			fields++
			if !regexp.MustCompile("[`.]" + regexp.QuoteMeta(name) + "[`:]").MatchString(text) {
				t.Errorf("docs/contract.md does not have the field %s", name)
			}
			return true
		})
	}
	if fields < 50 {
		t.Errorf("only %d fields were found", fields)
	}
}

func TestThePageHasEveryRateLimit(t *testing.T) {
	t.Parallel()
	said := map[string]string{}
	for _, row := range rows(page(t, "3.4 Rate limits")) {
		said[row[0]] = row[1] + " in " + row[2]
	}
	windows := map[time.Duration]string{time.Minute: "a minute", time.Hour: "an hour"}
	for name, rate := range send.DefaultRates {
		if want := strconv.FormatInt(rate.Limit, 10) + " in " + windows[rate.Window]; said[name] != want {
			t.Errorf("docs/contract.md, 3.4 says that %s is %s; it is %s", name, said[name], want)
		}
		delete(said, name)
	}
	for name := range said {
		t.Errorf("docs/contract.md, 3.4 has a limit %s, which there is not", name)
	}
}
