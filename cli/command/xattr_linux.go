package command

import (
	"io/fs"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

const accessList = "system.posix_acl_access"

// inheritAttributes gives a new file the access control list and the extended
// attributes of the one at path that it will replace. Where the list cannot be
// kept, what its mode allows the group was for others than the group.
func inheritAttributes(f *os.File, path string, mode fs.FileMode) error {
	for _, name := range attributesOf(path) {
		if name != accessList && !strings.HasPrefix(name, "user.") {
			continue
		}
		value := make([]byte, 64<<10) // as long as any can be
		n, err := unix.Getxattr(path, name, value)
		if err == nil {
			err = unix.Fsetxattr(int(f.Fd()), name, value[:n], 0)
		}
		if err != nil && name == accessList {
			return f.Chmod(mode &^ 0o070)
		}
	}
	return nil
}

func attributesOf(path string) []string {
	names := make([]byte, 64<<10)
	n, err := unix.Listxattr(path, names)
	if err != nil {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(names[:n]), "\x00"), "\x00")
}
