package client

import (
	"testing"
	"time"
)

// Lanes go on where they bring more than one connection did, and not by chance.
func TestLanesAreJudged(t *testing.T) {
	t.Parallel()
	begin := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		arrived int64 // in two seconds
		goOn    bool
	}{{1_900, false}, {2_400, false}, {2_600, true}, {6_000, true}} {
		l := lanes{one: 1_000}
		l.arrived.Add(50_000) // before they were all there
		l.judge(begin)
		l.arrived.Add(c.arrived)
		l.judge(begin.Add(tryAfter / 2))
		if l.judged {
			t.Fatal("they are judged too early")
		}
		l.judge(begin.Add(tryAfter))
		if l.narrow.Load() == c.goOn {
			t.Errorf("%d bytes in %v beside 1000 a second: they go on: %v", c.arrived, tryAfter, !c.goOn)
		}
		l.arrived.Add(1)
		l.judge(begin.Add(time.Hour))
		if l.narrow.Load() == c.goOn {
			t.Error("they are judged again")
		}
	}
}
