//go:build linux || darwin || freebsd

package command

import "golang.org/x/sys/unix"

// roomIn returns how many bytes the disk of a folder has left for this user.
func roomIn(dir string) (bytes int64, known bool) {
	var s unix.Statfs_t
	if unix.Statfs(dir, &s) != nil || s.Blocks == 0 { // as some file systems of networks say
		return 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), true //nolint:unconvert // of other types elsewhere
}
