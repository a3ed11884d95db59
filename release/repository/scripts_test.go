package repository

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// shebang is how a script for a shell begins.
var shebang = regexp.MustCompile(`^#!/\S*(/|/env )(ba|da)?sh\b`)

// templates become scripts by a program, whose tests look at what it makes of them.
var templates = []string{"infra/server/boot.sh"}

// Nothing that a shell runs has in it what shellcheck knows to go wrong.
func TestScriptsPassShellcheck(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("shellcheck"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skipf("SKIPPED, nothing was tested: shellcheck is not installed; tools/setup does it: %v", err)
	}
	var names []string
	folders := map[string]bool{}
	for _, name := range findBut(t, "", "") {
		if slices.Contains(templates, name) || !isScript(t, name) {
			continue
		}
		names = append(names, filepath.Join(root, name))
		folders[filepath.ToSlash(filepath.Dir(name))] = true
	}
	for _, folder := range []string{
		".ci", ".github/scripts", "deploy/package", "deploy/packer", "test/e2e/pipelines/testdata/bin", "tools",
	} {
		if !folders[folder] {
			t.Errorf("none of the scripts is in %s", folder)
		}
	}
	if out, err := exec.CommandContext(t.Context(), "shellcheck", names...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// isScript says whether a file is one, by its name or by how it begins.
func isScript(t *testing.T, name string) bool {
	t.Helper()
	name = filepath.Join(root, filepath.FromSlash(name))
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if !info.Mode().IsRegular() { // a link to a folder
		return false
	}
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	head, err := io.ReadAll(io.LimitReader(file, 64))
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := bytes.Cut(head, []byte("\n"))
	return strings.HasSuffix(name, ".sh") || shebang.Match(line)
}
