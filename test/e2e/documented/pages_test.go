package documented

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mvdan.cc/sh/v3/syntax"
)

var root = filepath.Join("..", "..", "..")

var shellBlock = regexp.MustCompile("(?s)```(?:sh|bash|console)\n(.*?)```")

// toFillIn is what a page leaves to who reads it, such as <stack>. It is what the
// variable of that name says.
var toFillIn = regexp.MustCompile(`<([a-z][A-Za-z0-9]*)>`)

// page is one that the site is made of.
type page struct {
	name string // its path in the repository
	text string
}

func pages(t *testing.T) (all []page) {
	t.Helper()
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md"} {
		found, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if err != nil || len(found) == 0 {
			t.Fatalf("nothing matches %s (%v)", pattern, err)
		}
		for _, file := range found {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			name, err := filepath.Rel(root, file)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, page{filepath.ToSlash(name), string(text)})
		}
	}
	return all
}

// commands are what stands in the shell blocks of a page, as a shell reads it.
func (p page) commands() (all []*syntax.Stmt, err error) {
	for _, block := range shellBlock.FindAllStringSubmatch(p.text, -1) {
		read, err := parse(block[1])
		if err != nil {
			return nil, fmt.Errorf("%w in\n%s", err, block[1])
		}
		all = append(all, read...)
	}
	return all, nil
}

func parse(text string) ([]*syntax.Stmt, error) {
	file, err := syntax.NewParser().Parse(strings.NewReader(toFillIn.ReplaceAllString(text, `${$1}`)), "")
	if err != nil {
		return nil, err
	}
	return file.Stmts, nil
}

// shown is a command on one line.
func shown(node syntax.Node) string {
	var text strings.Builder
	if err := syntax.NewPrinter(syntax.SingleLine(true)).Print(&text, node); err != nil {
		return err.Error()
	}
	return text.String()
}
