package documented

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mvdan.cc/sh/v3/syntax"
)

// What a page sets is read: by a command after it, by this repository's programs, or by
// others that are known to.
func TestVariables(t *testing.T) {
	t.Parallel()
	ours := named(t)
	others := []string{"PATH", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
	seen := 0
	for _, p := range pages(t) {
		commands, err := p.commands()
		if err != nil {
			t.Fatalf("%s: %v", p.name, err)
		}
		for _, command := range commands {
			syntax.Walk(command, func(node syntax.Node) bool {
				set, is := node.(*syntax.Assign)
				if !is {
					return true
				}
				seen++
				name := set.Name.Value
				if !strings.Contains(p.text, "$"+name) && !ours[name] && !slices.Contains(others, name) {
					t.Errorf("%s: nobody reads %s", p.name, name)
				}
				return true
			})
		}
	}
	if seen < 20 {
		t.Errorf("only %d are set", seen)
	}
}

var variable = regexp.MustCompile(`\b[A-Z][A-Z0-9_]+\b`)

// named are the variables that stand in what is no test and no page.
func named(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains([]string{".git", ".tools", "node_modules", "build", "docs"}, name):
			return fs.SkipDir
		case !entry.Type().IsRegular() || strings.HasSuffix(name, "_test.go"),
			!slices.Contains([]string{".go", ".sh", ".yml", ".yaml", ""}, filepath.Ext(name)):
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, name := range variable.FindAllString(string(text), -1) {
			names[name] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
