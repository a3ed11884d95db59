package client

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// Over a long line one connection brings less than there is room for. Where it has
// brought bytes for a while, several are tried, side by side, which go on where they
// gain: nobody knows it before, and where they do not, they cost the service requests.
const (
	tryAfter  = 2 * time.Second // of one connection, and then of several
	laneBytes = 4 << 20         // of each request; so many wait in memory for each lane
)

// gains says whether several connections brought that much more, in bytes a second, than
// one: less is by chance.
func gains(several, one float64) bool { return several > 1.25*one }

// lanes fetch what follows a place of a download, in pieces that are on their way side
// by side, and are read in their order. One goroutine reads them.
type lanes struct {
	from int64   // where they begin
	one  float64 // bytes a second that one connection brought

	stop   context.CancelFunc
	group  sync.WaitGroup
	pieces chan chan piece
	spare  chan []byte

	current piece // what is being read
	left    []byte

	arrived atomic.Int64
	since   time.Time // of the measure; zero before
	before  int64     // that had arrived by then
	judged  bool
	narrow  atomic.Bool // no more pieces are begun
}

// piece is a piece of a download, and what kept it from being whole.
type piece struct {
	bytes []byte
	err   error
}

// newLanes has lanes fetch a download of that size from a place on, until a time. fetch
// reads one piece, and tells of what arrives.
func newLanes(
	ctx context.Context, from, size int64, one float64, until time.Time,
	fetch func(ctx context.Context, at int64, into []byte, arrived *atomic.Int64) (int, error),
) *lanes {
	ctx, stop := context.WithCancel(ctx)
	// One is read, or waited for, and the others are on their way, or wait.
	l := &lanes{
		from: from, one: one, stop: stop, pieces: make(chan chan piece, workers-1), spare: make(chan []byte, workers+1),
	}
	l.group.Go(func() {
		defer close(l.pieces)
		for at := from; at < size && !l.narrow.Load() && time.Now().Before(until); at += laneBytes {
			done := make(chan piece, 1)
			select {
			case l.pieces <- done:
			case <-ctx.Done():
				return
			}
			l.group.Go(func() {
				into := l.buffer()[:min(laneBytes, size-at)]
				n, err := fetch(ctx, at, into, &l.arrived)
				done <- piece{into[:n], err}
			})
		}
	})
	return l
}

func (l *lanes) buffer() []byte {
	select {
	case b := <-l.spare:
		return b
	default:
		return make([]byte, laneBytes)
	}
}

// Read returns the next bytes; io.EOF when no more were begun.
func (l *lanes) Read(p []byte) (int, error) {
	for len(l.left) == 0 {
		if l.current.err != nil {
			return 0, l.current.err
		}
		if l.current.bytes != nil {
			select {
			case l.spare <- l.current.bytes[:laneBytes]:
			default:
			}
			l.current = piece{}
		}
		next, more := <-l.pieces
		if !more {
			return 0, io.EOF
		}
		l.current = <-next
		l.left = l.current.bytes
		l.judge(time.Now())
	}
	n := copy(p, l.left)
	l.left = l.left[n:]
	return n, nil
}

// judge has no more pieces begun where lanes bring no more than one connection did.
func (l *lanes) judge(now time.Time) {
	switch {
	case l.judged:
	case l.since.IsZero():
		l.since, l.before = now, l.arrived.Load()
	case now.Sub(l.since) >= tryAfter:
		l.judged = true
		several := float64(l.arrived.Load()-l.before) / now.Sub(l.since).Seconds()
		l.narrow.Store(!gains(several, l.one))
	}
}

// end ends what is on its way.
func (l *lanes) end() {
	l.stop()
	l.group.Wait()
}
