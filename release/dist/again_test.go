package dist

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"sgraph.ai/send/shared/test/nightly"
)

// All files of a release of one commit are the same again, built in another folder,
// for nobody else to read, in another language and time, by a go command that is told
// otherwise and has kept nothing. On a machine of another kind the pipeline builds it.
func TestAReleaseIsTheSameAgain(t *testing.T) {
	if !nightly.Or(false, true) {
		t.Skip("it builds a release twice, once with nothing kept of earlier builds: make nightly does")
	}
	root := filepath.Join("..", "..")
	if _, err := os.Stat(filepath.Join(root, ".git")); err != nil {
		t.Skip("this is no git checkout: there is no commit to build")
	}
	build := func(source, of, script string, env ...string) string {
		t.Helper()
		clone := exec.CommandContext(t.Context(), "git", "clone", "--quiet", of, source)
		if out, err := clone.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		cmd := exec.CommandContext(t.Context(), "bash", "-c", script+".github/scripts/build.sh")
		cmd.Dir = source
		cmd.Env = append(append(os.Environ(), "VERSION=v1.2.3", "DIR=built"), env...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		sums, err := os.ReadFile(filepath.Join(source, "built", SumsName))
		if err != nil {
			t.Fatal(err)
		}
		return string(sums)
	}
	source := filepath.Join(t.TempDir(), "source")
	one := build(source, root, "")
	// Of the same commit, whatever is committed meanwhile.
	other := build(filepath.Join(t.TempDir(), "another source"), source, "umask 077; ",
		"TZ=Pacific/Apia", "LC_ALL=tr_TR.UTF-8", "GOAMD64=v3", "GOARM64=v9.0", "GOFLAGS=-gcflags=all=-N",
		"GOEXPERIMENT=nodwarf5", "GOFIPS140=latest", "SOURCE_DATE_EPOCH=99999",
		"GOCACHE="+filepath.Join(t.TempDir(), "cache"))
	if one != other {
		t.Errorf("built once:\n%s\nand again:\n%s", one, other)
	}
}
