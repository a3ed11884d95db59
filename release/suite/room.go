package suite

import (
	"fmt"
	"os"
	"syscall"
	"time"
)

// watchRoom looks every so often at how much room there is, in bytes, until it is asked
// what was least.
func watchRoom(every time.Duration, room func() uint64) (least func() uint64) {
	stop, done := make(chan struct{}), make(chan uint64)
	go func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for l := room(); ; l = min(l, room()) {
			select {
			case <-stop:
				done <- min(l, room())
				return
			case <-tick.C:
			}
		}
	}()
	return func() uint64 {
		close(stop)
		return <-done
	}
}

// temporaryRoom is how many bytes are left where temporary files are. What a full disk
// breaks says so in a hundred ways, of which few name the disk.
func temporaryRoom() uint64 {
	var s syscall.Statfs_t
	if syscall.Statfs(os.TempDir(), &s) != nil {
		return 0
	}
	return s.Bavail * uint64(s.Bsize)
}

// gib writes a number of bytes for people.
func gib(bytes uint64) string { return fmt.Sprintf("%.1f GiB", float64(bytes)/(1<<30)) }
