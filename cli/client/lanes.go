package client

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"sgraph.ai/send/shared/wire"
)

// Over a long line one connection brings less than there is room for. Where it has
// brought bytes for a while, several are tried, side by side, which go on where they
// gain: nobody knows it before, and where they do not, they cost the service requests.
const (
	tryAfter  = 2 * time.Second // of one connection, and then of several
	laneBytes = 4 << 20         // of each request; so many wait in memory for each lane
	oneAgain  = 2 * time.Minute // before a transfer ends there is to be one connection
	askAgain  = time.Minute     // when that is: its sender may have changed it
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

// newLanes has lanes fetch a download of that size from a place on, until a time, which is
// asked for again from time to time; zero changes nothing. fetch reads one piece, and tells
// of what arrives.
func newLanes(
	ctx context.Context, from, size int64, one float64, until time.Time, again func() time.Time,
	fetch func(ctx context.Context, at int64, into []byte, arrived *atomic.Int64) (int, error),
) *lanes {
	ctx, stop := context.WithCancel(ctx)
	// One is read, or waited for, and the others are on their way, or wait.
	l := &lanes{
		from: from, one: one, stop: stop, pieces: make(chan chan piece, workers-1), spare: make(chan []byte, workers+1),
	}
	l.group.Go(func() {
		defer close(l.pieces)
		asked := time.Now()
		for at := from; at < size; at += laneBytes {
			if time.Since(asked) >= askAgain {
				asked = time.Now()
				if now := again(); !now.IsZero() {
					until = now
				}
			}
			if l.narrow.Load() || !time.Now().Before(until) {
				return
			}
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

// common is the claim of a download of which pieces are fetched side by side.
type common struct {
	mu    sync.Mutex
	claim Claim
}

func (c *common) now() Claim {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.claim
}

// widen has several connections fetch what follows, when one has brought bytes for a
// while and much is left.
func (b *Body) widen() {
	if b.tried || b.end > 0 {
		return
	}
	switch now := time.Now(); {
	case b.since.IsZero():
		b.since, b.first = now, b.at
	case now.Sub(b.since) >= tryAfter:
		b.tried = true
		from := b.at + laneBytes // what the first brings while the others begin
		if !b.resumable() || b.claim.ETag == "" || b.Size-from < 4*workers*laneBytes || now.After(b.claim.wide()) {
			return
		}
		one := float64(b.at-b.first) / now.Sub(b.since).Seconds()
		until := b.until(b.claim, one)
		if !time.Now().Before(until) {
			return
		}
		shared := &common{claim: b.claim}
		b.common = shared
		again := func() time.Time { return b.until(shared.now(), one) }
		b.lanes = newLanes(b.ctx, from, b.Size, one, until, again, b.fetch)
	}
}

// until returns until when pieces are begun. The service is asked for each, while one
// connection goes on when the claim's time is over, or the transfer's: there has to be
// one by then. Where the service does not say when that is, none is begun.
func (b *Body) until(claim Claim, one float64) time.Time {
	ctx, stop := context.WithTimeout(b.ctx, passing)
	defer stop()
	var info wire.TransferInfoReply
	now, err := b.c.getDated(ctx, wire.TransferInfo.To(claim.ID), &info)
	if err != nil {
		return time.Time{}
	}
	until := claim.wide()
	if ends := info.ExpiresAt.Time; !ends.IsZero() {
		// Those that are on their way then may come no faster than one connection did.
		rest := time.Duration(workers * laneBytes / one * float64(time.Second))
		if narrow := time.Now().Add(ends.Sub(now) - rest - oneAgain); narrow.Before(until) {
			until = narrow
		}
	}
	return until
}

// fetch fetches a piece of the download, beside others.
func (b *Body) fetch(ctx context.Context, at int64, into []byte, arrived *atomic.Int64) (n int, err error) {
	part := &Body{
		Size: b.Size, c: b.c, ctx: ctx, meter: b.meter, at: at, end: at + int64(len(into)),
		common: b.common, piece: true, claim: b.common.now(),
	}
	if err := part.open(); err != nil {
		return 0, err
	}
	defer part.Close()
	for n < len(into) && err == nil {
		var m int
		m, err = part.Read(into[n:])
		n += m
		arrived.Add(int64(m))
	}
	switch {
	case n == len(into):
		return n, nil
	case err == io.EOF:
		return n, io.ErrUnexpectedEOF
	}
	return n, err
}

// readLanes reads what several connections fetch. Where they have come to their end,
// which may be before that of the download, there is one again; so it is where they fail:
// whether the download goes on, and if not, why, one connection finds out.
func (b *Body) readLanes(p []byte) int {
	b.done()
	b.done = func() {}
	n, err := b.lanes.Read(p)
	b.at += int64(n)
	if err == nil {
		return n
	}
	b.lanes.end()
	b.claim = b.common.now()
	b.lanes, b.common = nil, nil
	switch {
	case b.ctx.Err() != nil:
		b.err = context.Cause(b.ctx)
	case err == io.EOF && b.at == b.Size:
		b.err = io.EOF
	default:
		b.err = b.open()
	}
	if b.claim.ended(b.err) {
		b.c.claims().Drop(b.c.Server, b.claim.ID)
	}
	return n
}
