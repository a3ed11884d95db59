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

// own says whether a file that is there already was made by this user, as the
// one that was made beside it just now: another could have put it there to read
// what will be in it, or a second name of a file to have it overwritten. Some
// file systems have owners of their own.
func own(info, made fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	other, known := made.Sys().(*syscall.Stat_t)
	return info.Mode().IsRegular() && (!ok || !known || st.Uid == other.Uid && st.Nlink == 1)
}
