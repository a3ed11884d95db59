package repository

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What others run as root, or the pipelines with their rights, has nothing that
// shellcheck knows to go wrong.
func TestScriptsThatAreShippedPassShellcheck(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("shellcheck"); err != nil {
		t.Skipf("SKIPPED, nothing was tested: shellcheck is not installed; tools/setup does it: %v", err)
	}
	var scripts []string
	for _, name := range find(t, ".sh") {
		if strings.HasPrefix(name, "deploy/") || strings.HasPrefix(name, ".github/scripts/") {
			scripts = append(scripts, filepath.Join(root, name))
		}
	}
	if len(scripts) < 20 {
		t.Errorf("the scripts are %v", scripts)
	}
	if out, err := exec.CommandContext(t.Context(), "shellcheck", scripts...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
