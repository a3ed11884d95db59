package command

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// inherit gives a new file what it can have of the one that it will replace.
func inherit(f *os.File, _ string, old fs.FileInfo) error { return f.Chmod(old.Mode().Perm()) }

// stamp changes whenever a file is changed.
func stamp(f *os.File) (string, error) {
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	return fmt.Sprint(info.Size(), info.ModTime()), nil
}

// full says whether an error is that there is no room left.
func full(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL) ||
		errors.Is(err, windows.ERROR_DISK_QUOTA_EXCEEDED)
}

// tooLong says whether an error is that a file system takes no name so long.
func tooLong(err error) bool { return errors.Is(err, windows.ERROR_FILENAME_EXCED_RANGE) }
