package disk

import (
	"errors"
	"os"
	"path/filepath"
	"sync"

	"sgraph.ai/send/shared/send"
)

var errHeld = errors.New("another process holds the lock")

// owned are the locks of the folders that this process uses. It keeps them until
// it ends.
var (
	owning sync.Mutex
	owned  = map[string]*os.File{}
)

// own makes a folder this process's; first says whether it was not before.
// Unavailable when it is another's.
func own(root string) (first bool, err error) {
	root, err = filepath.Abs(root)
	if err != nil {
		return false, failed(err)
	}
	owning.Lock()
	defer owning.Unlock()
	if owned[root] != nil {
		return false, nil
	}
	f, err := os.OpenFile(filepath.Join(root, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return false, failed(err)
	}
	if err := lock(f); err != nil {
		f.Close()
		if errors.Is(err, errHeld) {
			return false, send.Because(send.Unavailable, err,
				"the folder %s is in use: another process holds it, such as a service or `sgsend serve` that is still running",
				root)
		}
		return false, failed(err)
	}
	owned[root] = f
	return true, nil
}
