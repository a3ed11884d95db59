//go:build unix

package volume

import (
	"errors"
	"os"
	"syscall"
)

// Full says whether an error is that there is no room left.
func Full(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// SyncFolder returns once the names in a folder will outlive a loss of power.
func SyncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
