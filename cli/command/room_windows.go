package command

import "golang.org/x/sys/windows"

// roomIn returns how many bytes the disk of a folder has left for this user.
func roomIn(dir string) (bytes int64, known bool) {
	name, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, false
	}
	var free uint64
	err = windows.GetDiskFreeSpaceEx(name, &free, nil, nil)
	return int64(free), err == nil
}
