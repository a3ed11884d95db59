//go:build unix

package command

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// inherit gives a new file the owner, the permissions and the attributes of the
// one at path that it will replace. Where the group cannot be kept, the new one may no more than
// others may.
func inherit(f *os.File, path string, old fs.FileInfo) error {
	mode := old.Mode().Perm()
	if was, ok := old.Sys().(*syscall.Stat_t); ok {
		if f.Chown(int(was.Uid), int(was.Gid)) != nil && f.Chown(-1, int(was.Gid)) != nil {
			mode = mode&^0o070 | mode&0o007<<3
		}
	}
	if err := f.Chmod(mode); err != nil {
		return err
	}
	return inheritAttributes(f, path, mode)
}

// stamp changes whenever a file is changed, also where its size and its time
// of modification are put back.
func stamp(f *os.File) (string, error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return "", err
	}
	var st unix.Stat_t
	var failed error
	if err := raw.Control(func(fd uintptr) { failed = unix.Fstat(int(fd), &st) }); err != nil {
		return "", err
	}
	return fmt.Sprint(st.Size, st.Mtim, st.Ctim), failed
}

// full says whether an error is that there is no room left.
func full(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// tooLong says whether an error is that a file system takes no name so long.
func tooLong(err error) bool { return errors.Is(err, syscall.ENAMETOOLONG) }
