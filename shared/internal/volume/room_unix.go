//go:build linux || darwin || freebsd

package volume

import "golang.org/x/sys/unix"

// Room returns how many bytes the volume of a folder has left for this user, and
// how many it has in all.
func Room(path string) (left, all int64, err error) {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return 0, 0, err
	}
	block := int64(s.Bsize) //nolint:unconvert // of another type elsewhere
	return int64(s.Bavail) * block, int64(s.Blocks) * block, nil
}
