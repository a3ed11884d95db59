package repository

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// most is how large a file may be that is kept here, in bytes. What is built is
// larger, and can be built again.
const most = 1 << 20

func TestNothingLargeIsKept(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(filepath.Join(root, ".git")); err != nil {
		t.Skip("this is no git checkout: nothing says what is kept")
	}
	list, err := exec.CommandContext(t.Context(), "git", "-C", root, "ls-files", "-z").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.SplitSeq(strings.Trim(string(list), "\x00"), "\x00") {
		info, err := os.Lstat(filepath.Join(root, name))
		if err == nil && info.Size() > most {
			t.Errorf("%s has %d bytes: nothing that is built, or larger than %d, belongs here", name, info.Size(), most)
		}
	}
}
