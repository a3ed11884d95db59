package command

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"sgraph.ai/send/cli/internal/site"
)

const root = "../.."

// The documentation's commands exist and take the flags and arguments that are
// shown. The scripts of this folder run what they do, and test/e2e/documented runs those
// of other programs.
func TestDocumentedCommands(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	commands := 0
	for page, text := range pages(t) {
		in := root // where the block's commands are
		for _, line := range shellLines(text) {
			commands++
			if err := check(line, &in, string(makefile)); err != nil {
				t.Errorf("%s: %s: %v", page, line, err)
			}
		}
		for _, m := range inText.FindAllStringSubmatch(text, -1) {
			commands++
			in := root
			if m[1] == "sgsend" { // perhaps without the arguments it needs
				err = known(strings.Fields(unquoted(m[2])))
			} else {
				err = check(m[1]+" "+m[2], &in, string(makefile))
			}
			if err != nil {
				t.Errorf("%s: %s: %v", page, m[0], err)
			}
		}
	}
	if commands < 20 {
		t.Errorf("only %d commands were found", commands)
	}
}

// What the README shows to begin with does what it says: with the service, the
// token and the link of this test in the place of those that are shown.
func TestTheFirstCommandsWork(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	s := site.Start(t)
	dir := t.TempDir()
	report, received := filepath.Join(dir, "report.pdf"), filepath.Join(dir, "received.pdf")
	if err := os.WriteFile(report, []byte("the report"), 0o600); err != nil {
		t.Fatal(err)
	}
	var printed bytes.Buffer
	env := Env{In: strings.NewReader(""), Out: &printed, Err: t.Output(), Getenv: func(name string) string {
		return map[string]string{"SGSEND_SERVER": s.URL, "SGSEND_TOKEN": s.Token}[name]
	}}
	ran, link := map[string]bool{}, ""
	for _, line := range shellLines(pages(t)[filepath.Join(root, "README.md")]) {
		args := strings.Fields(unquoted(line))
		if args[0] != "sgsend" {
			continue
		}
		ran[args[1]] = true
		for i, arg := range args {
			switch {
			case arg == "report.pdf":
				args[i] = report
			case strings.HasPrefix(arg, "http"):
				args[i] = link
			}
		}
		if args[1] == "receive" {
			args = append(args, "-o", received)
		}
		printed.Reset()
		if code := Run(t.Context(), New(env), args[1:]); code != exitOK {
			t.Fatalf("%s: exit code %d", line, code)
		}
		if args[1] == "send" {
			link = strings.TrimSpace(printed.String())
		}
	}
	if got, err := os.ReadFile(received); err != nil || string(got) != "the report" || !ran["send"] {
		t.Errorf("received %q, %v", got, err)
	}
}

// pages are the texts of all pages of the repository, by their paths.
func pages(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("nothing matches %s (%v)", pattern, err)
		}
		for _, page := range found {
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			all[page] = string(text)
		}
	}
	return all
}

// inText are commands that stand within a sentence.
var inText = regexp.MustCompile("`(sgsend|make) ([^`\n]+)`")

// check says whether a command, given in a folder, is one that could be run.
func check(line string, in *string, makefile string) error {
	name, rest, _ := strings.Cut(keeping.ReplaceAllString(line, ""), " ")
	args := strings.Fields(unquoted(rest))
	switch {
	case name == "sgsend":
		return accepts(args)
	case name == "make":
		return makes(args, makefile)
	case name == "cd":
		*in = filepath.Join(*in, args[0])
		return there(*in)
	case name == "go" || strings.Contains(name, "/"):
		for _, arg := range append(args, name) {
			if path, ok := strings.CutPrefix(arg, "./"); ok || arg == name && name != "go" {
				if err := there(filepath.Join(*in, strings.TrimSuffix(path, "..."))); err != nil {
					return err
				}
			}
		}
		return nil
	}
	return nil
}

// keeping is what a command's output is kept in.
var keeping = regexp.MustCompile(`^[a-z_]+=\$\(`)

// makes says whether the Makefile has the targets, and the packages are there.
func makes(args []string, makefile string) error {
	for _, arg := range args {
		if variable, value, set := strings.Cut(arg, "="); set {
			if !strings.Contains(makefile, "$("+variable) {
				return fmt.Errorf("the Makefile does not look at %s", variable)
			}
			if path, ok := strings.CutPrefix(value, "./"); ok {
				if err := there(filepath.Join(root, strings.TrimSuffix(path, "..."))); err != nil {
					return err
				}
			}
			continue
		}
		if !strings.Contains(makefile, "\n"+arg+":") {
			return fmt.Errorf("there is no target %s", arg)
		}
	}
	return nil
}

func there(path string) error {
	_, err := os.Stat(path)
	return err
}

var shellBlock = regexp.MustCompile("(?s)```(?:sh|bash|console)\n(.*?)```")

// setting is one that stands before a command.
var setting = regexp.MustCompile(`^[A-Z_]+=\S* `)

// redirection is where a command's output goes, or its input comes from.
var redirection = regexp.MustCompile(` [<>] \S+`)

// shellLines returns the commands of a page's shell blocks, without comments.
func shellLines(page string) (lines []string) {
	for _, block := range shellBlock.FindAllStringSubmatch(page, -1) {
		text := strings.ReplaceAll(block[1], "\\\n", " ")
		for line := range strings.SplitSeq(text, "\n") {
			line, _, _ = strings.Cut(line, "  #")
			line = strings.TrimPrefix(strings.TrimSpace(line), "$ ")
			for setting.MatchString(line) {
				_, line, _ = strings.Cut(line, " ")
			}
			for command := range strings.SplitSeq(line, " | ") {
				if command = redirection.ReplaceAllString(command, ""); command != "" {
					lines = append(lines, command)
				}
			}
		}
	}
	return lines
}

func unquoted(s string) string { return strings.NewReplacer("'", "", `"`, "").Replace(s) }

// accepts says whether the command line is one that would be run.
func accepts(args []string) error {
	c, rest, err := find(args)
	if err != nil {
		return err
	}
	if err := c.ParseFlags(rest); err != nil {
		return err
	}
	return c.ValidateArgs(c.Flags().Args())
}

// known says whether there is such a command, with these flags.
func known(args []string) error {
	c, rest, err := find(args)
	if err != nil {
		return err
	}
	return c.ParseFlags(rest)
}

func find(args []string) (*cobra.Command, []string, error) {
	top := New(Env{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard, Getenv: func(string) string { return "" }})
	top.InitDefaultVersionFlag()
	top.InitDefaultHelpCmd()
	top.InitDefaultCompletionCmd()
	return top.Find(args)
}
