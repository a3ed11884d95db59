package suite

import (
	"testing"
	"time"
)

func TestLeastRoomIsSeen(t *testing.T) {
	t.Parallel()
	seen, looks := make(chan struct{}), 0
	least := watchRoom(time.Millisecond, func() uint64 {
		looks++
		switch looks {
		case 2:
			return 3 << 30 // a moment, between two looks of whoever only compares the ends
		case 3:
			close(seen)
		}
		return 5 << 30
	})
	<-seen
	if got := gib(least()); got != "3.0 GiB" {
		t.Errorf("%s were left at the least", got)
	}
}
