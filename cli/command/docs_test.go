package command

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The documentation's commands exist and take the flags and arguments that are
// shown. The scripts of this folder run what they do.
func TestDocumentedCommands(t *testing.T) {
	t.Parallel()
	const root = "../.."
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	playbooks, err := filepath.Glob(filepath.Join(root, "docs", "*", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	commands := 0
	for _, page := range append(append(pages, playbooks...), filepath.Join(root, "README.md")) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range shellLines(string(text)) {
			switch name, rest, _ := strings.Cut(line, " "); name {
			case "sgsend":
				commands++
				if err := accepts(strings.Fields(unquoted(rest))); err != nil {
					t.Errorf("%s: %s: %v", page, line, err)
				}
			case "make":
				commands++
				for target := range strings.FieldsSeq(rest) {
					if !strings.Contains(target, "=") && !strings.Contains(string(makefile), "\n"+target+":") {
						t.Errorf("%s: %s: there is no such target", page, line)
					}
				}
			}
		}
	}
	if commands < 6 {
		t.Errorf("only %d commands were found", commands)
	}
}

var shellBlock = regexp.MustCompile("(?s)```(?:sh|bash|console)\n(.*?)```")

// shellLines returns the commands of a page's shell blocks, without comments.
func shellLines(page string) (lines []string) {
	for _, block := range shellBlock.FindAllStringSubmatch(page, -1) {
		text := strings.ReplaceAll(block[1], "\\\n", " ")
		for line := range strings.SplitSeq(text, "\n") {
			line, _, _ = strings.Cut(line, "  #")
			line = strings.TrimPrefix(strings.TrimSpace(line), "$ ")
			for strings.Contains(line, "=") && regexp.MustCompile(`^[A-Z_]+=\S* `).MatchString(line) { // settings before a command
				_, line, _ = strings.Cut(line, " ")
			}
			if line != "" {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

func unquoted(s string) string { return strings.NewReplacer("'", "", `"`, "").Replace(s) }

// accepts says whether the command line is one that would be run.
func accepts(args []string) error {
	root := New(Env{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard, Getenv: func(string) string { return "" }})
	c, rest, err := root.Find(args)
	if err != nil {
		return err
	}
	if err := c.ParseFlags(rest); err != nil {
		return err
	}
	return c.ValidateArgs(c.Flags().Args())
}
