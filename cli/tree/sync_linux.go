package tree

import (
	"os"

	"golang.org/x/sys/unix"
)

const syncsAll = true

// syncAll has all that is on the disk of a folder outlive a loss of power.
func syncAll(root *os.Root) error {
	f, err := root.Open(".")
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.Syncfs(int(f.Fd()))
}
