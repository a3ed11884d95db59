package volume

import "golang.org/x/sys/windows"

// Room returns how many bytes the volume of a folder has left for this user, and
// how many it has in all.
func Room(path string) (left, all int64, err error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return 0, 0, err
	}
	var free, total uint64
	if err := windows.GetDiskFreeSpaceEx(name, &free, &total, nil); err != nil {
		return 0, 0, err
	}
	return int64(free), int64(total), nil
}
