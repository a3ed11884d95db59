//go:build unix

package command

import (
	"os"

	"golang.org/x/sys/unix"
)

// closed says whether a standard file was closed when the process began: Go
// puts the null device in its place, open both for reading and for writing,
// which no shell's redirection is.
func closed(f *os.File) bool {
	info, err := f.Stat()
	if err != nil {
		return true
	}
	null, err := os.Stat(os.DevNull)
	if err != nil || !os.SameFile(info, null) {
		return false
	}
	raw, err := f.SyscallConn()
	if err != nil {
		return true
	}
	both := false
	err = raw.Control(func(fd uintptr) {
		flags, err := unix.FcntlInt(fd, unix.F_GETFL, 0)
		both = err == nil && flags&unix.O_ACCMODE == unix.O_RDWR
	})
	return err != nil || both
}
