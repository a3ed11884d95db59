//go:build unix

package backup

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"sgraph.ai/send/cli/internal/machine"
)

// Where root restores, all is the user's whose folder it is: that user's service will
// read it.
func TestRestoredByRoot(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("SKIPPED, nothing was tested: only root gives files away")
	}
	m := machine.New(t)
	m.Sent(t, machine.Noise(100))
	dir := t.TempDir()
	if err := os.Chown(dir, 4711, 4712); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Restore(t.Context(), bytes.NewReader(backup(t, m)), dir, false, silent); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if is, ok := info.Sys().(*syscall.Stat_t); ok && (is.Uid != 4711 || is.Gid != 4712) {
			t.Errorf("%s is of %d:%d", path, is.Uid, is.Gid)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
