package tree_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"sgraph.ai/send/cli/tree"
)

// obey has the goroutine, whose thread ends with it, read only what permissions let: root may
// read everything.
func obey(t *testing.T) {
	t.Helper()
	runtime.LockOSThread()
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var may [2]unix.CapUserData
	if err := unix.Capget(&head, &may[0]); err != nil {
		t.Error(err)
	}
	may[0].Effective &^= 1<<unix.CAP_DAC_OVERRIDE | 1<<unix.CAP_DAC_READ_SEARCH
	if err := unix.Capset(&head, &may[0]); err != nil {
		t.Error(err)
	}
}

// That a file cannot be read is said before anything is sent.
func TestWalkFindsWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	dir := made(t)
	closed := filepath.Join(dir, "a", "deep", "b.txt")
	if err := os.Chmod(closed, 0); err != nil {
		t.Fatal(err)
	}
	var err error
	var group sync.WaitGroup
	group.Go(func() {
		obey(t)
		_, err = tree.Walk([]string{dir})
	})
	group.Wait()
	if p, ok := errors.AsType[*fs.PathError](err); !ok || p.Path != closed || !errors.Is(err, fs.ErrPermission) {
		t.Errorf("it says %v", err)
	}
}
