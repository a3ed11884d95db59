//go:build unix

package profile

import (
	"errors"
	"os"
)

// private says whether its owner alone can read a file.
func private(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return errors.New("others on this machine may read it, or write to it, and it can hold secrets: chmod 600 it")
	}
	return nil
}
