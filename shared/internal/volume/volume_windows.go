package volume

import (
	"errors"

	"golang.org/x/sys/windows"
)

// Full says whether an error is that there is no room left.
func Full(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL) ||
		errors.Is(err, windows.ERROR_DISK_QUOTA_EXCEEDED)
}

// SyncFolder has nothing to do: Windows cannot and need not sync a folder.
func SyncFolder(string) error { return nil }
