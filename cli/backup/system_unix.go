//go:build unix

package backup

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// settle returns once what was written will outlive a loss of power: all at once,
// which for many files takes a fraction of what each by itself does.
func settle() error {
	unix.Sync()
	return nil
}

// giveTo gives what is in a folder to the owner of another, where root made it: it is
// that user's service that will read it.
func giveTo(owner, dir string) error {
	info, err := os.Stat(owner)
	if err != nil || os.Geteuid() != 0 {
		return err
	}
	is, ok := info.Sys().(*syscall.Stat_t)
	if !ok || is.Uid == 0 && is.Gid == 0 {
		return nil
	}
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, int(is.Uid), int(is.Gid))
	})
}
