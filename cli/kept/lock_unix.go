//go:build unix

package kept

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// noFollow makes the opening of a symbolic link fail.
const noFollow = unix.O_NOFOLLOW

// lock keeps every other process from a download until the file is closed,
// however this one ends. File systems without locks have none.
func lock(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return ErrBusy
	}
	return nil
}

// own says whether a file is this user's alone, and not one that another put
// there to read what will be in it.
func own(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return info.Mode().IsRegular() && (!ok || int(st.Uid) == os.Geteuid() && info.Mode().Perm()&0o077 == 0)
}
