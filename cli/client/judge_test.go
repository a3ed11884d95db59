package client

import (
	"context"
	"io"
	"sync/atomic"
	"testing"
	"testing/synctest"
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

// Until when pieces are begun is asked again: who sent may have it end sooner, and then
// there is to be one connection before. What cannot be told changes nothing.
func TestLanesAskAgainUntilWhen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const size, each = 1000 * laneBytes, time.Second // of a piece
		begin := time.Now()
		asked := 0
		again := func() time.Time {
			if asked++; asked < 3 {
				return time.Time{}
			}
			return begin.Add(3*askAgain + 30*each)
		}
		l := newLanes(t.Context(), 0, size, 1, begin.Add(time.Hour), again,
			func(_ context.Context, _ int64, into []byte, arrived *atomic.Int64) (int, error) {
				time.Sleep(each)
				arrived.Add(int64(len(into)))
				return len(into), nil
			})
		defer l.end()
		n, err := io.Copy(io.Discard, l)
		took := time.Since(begin)
		if err != nil || n >= size || took < 3*askAgain+30*each || took > 3*askAgain+40*each || asked != 3 {
			t.Errorf("asked %d times, ended after %v with %d bytes, %v", asked, took, n, err)
		}
	})
}
