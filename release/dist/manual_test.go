package dist

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The manual is one that the readers of such pages find no fault with, and is the same
// whenever it is written.
func TestTheManualIsRead(t *testing.T) {
	t.Parallel()
	dirs := []string{t.TempDir(), t.TempDir()}
	for _, dir := range dirs {
		if err := WriteManual(t.Context(), filepath.Join("..", ".."), dir); err != nil {
			t.Fatal(err)
		}
	}
	pages, err := filepath.Glob(filepath.Join(dirs[0], "*"))
	if err != nil || len(pages) < 30 {
		t.Fatalf("there are %d pages, %v", len(pages), err)
	}
	for _, page := range pages {
		one, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		other, err := os.ReadFile(filepath.Join(dirs[1], filepath.Base(page)))
		if err != nil || !bytes.Equal(one, other) {
			t.Errorf("%s is another each time: %v", filepath.Base(page), err)
		}
	}
	if _, err := exec.LookPath("mandoc"); err != nil {
		t.Skip("SKIPPED, nothing was tested with it: there is no mandoc; tools/setup installs it where it can be had")
	}
	for _, page := range pages {
		if filepath.Ext(page) != ".1" {
			continue
		}
		out, _ := exec.CommandContext(t.Context(), "mandoc", "-T", "lint", "-W", "warning", page).CombinedOutput()
		for line := range strings.Lines(string(out)) {
			// A page has no date of its own: what it says is that of the version.
			if !strings.Contains(line, "missing date") {
				t.Error(strings.TrimSpace(line))
			}
		}
		shown, err := exec.CommandContext(t.Context(), "mandoc", "-T", "utf8", page).CombinedOutput()
		if err != nil || !bytes.Contains(shown, []byte("sgsend")) {
			t.Errorf("%s: %v", page, err)
		}
	}
}
