package web

import (
	"cmp"
	"errors"
	"io"
	"net"
	"os"
	"time"
)

// Patience is how long a server waits for its clients. What is zero is as usual.
type Patience struct {
	Header time.Duration // for the headers of a request: 10 s
	Idle   time.Duration // for the next request on a connection: 2 min
	Drain  time.Duration // for what is left of a body that nobody reads: 2 s

	// Last is how long, when the server is to end, a request is waited for on a
	// connection that rests: 1 s; on one that is new five times as long.
	Last time.Duration

	// A body that is read, and a reply that is to be taken, may take as long as
	// they take, as long as they move. At first a client is waited for as long as
	// First says, 15 s; each slowest bytes that move earn it a second, but no
	// more than Most, 2 min, is waited at a time.
	First, Most time.Duration
}

// slowest is how many bytes have to move in a second.
const slowest = 1 << 10

var usualPatience = Patience{
	Header: 10 * time.Second, Idle: 2 * time.Minute, Drain: 2 * time.Second, Last: time.Second,
	First: 15 * time.Second, Most: 2 * time.Minute,
}

func (p Patience) orUsual() Patience {
	return Patience{
		Header: cmp.Or(p.Header, usualPatience.Header),
		Idle:   cmp.Or(p.Idle, usualPatience.Idle),
		Drain:  cmp.Or(p.Drain, usualPatience.Drain),
		Last:   cmp.Or(p.Last, usualPatience.Last),
		First:  cmp.Or(p.First, usualPatience.First),
		Most:   cmp.Or(p.Most, usualPatience.Most),
	}
}

// deadlineSetter is a reply's writer whose connection has deadlines. The
// writer of a Lambda event has none; there the event has one.
type deadlineSetter interface {
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// line is the way to the client of an exchange, with what the client has left of
// the server's patience. Only the waiting for it is spent of that, and not what
// the service itself takes.
type line struct {
	setter   deadlineSetter // nil where there are no deadlines
	conn     *connection    // nil where nobody counts connections
	patience *Patience

	in, out time.Duration // what is left
	since   time.Time     // the waiting began

	readBy, writeBy time.Time // the deadlines that are set
}

func newLine(w any, conn *connection, p *Patience) line {
	l := line{conn: conn, patience: p, in: p.First, out: p.First}
	l.setter, _ = w.(deadlineSetter)
	return l
}

// beforeRead is called before the client is waited for to send.
func (l *line) beforeRead() {
	if l.setter != nil {
		l.wait(l.in)
		l.endReadAt(l.since.Add(l.in))
	}
}

// afterRead is called once n bytes came, or none.
func (l *line) afterRead(n int) {
	if l.setter != nil {
		l.in = l.left(l.in, int64(n))
	}
}

// beforeWrite is called before the client is waited for to take bytes: as many
// as it has time for at most.
func (l *line) beforeWrite() {
	if l.setter != nil {
		l.wait(l.out)
		l.endWriteAt(l.since.Add(l.out))
	}
}

// afterWrite is called once n bytes were taken, or none.
func (l *line) afterWrite(n int64) {
	if l.setter != nil {
		l.out = l.left(l.out, n)
	}
}

// fits returns how many of n bytes the client has time to take, however slow it
// may be.
func (l *line) fits(n int64) int64 {
	const least = 4 << 10
	if l.setter == nil {
		return n
	}
	return min(n, max(least, int64(l.out/(time.Second/slowest))))
}

func (l *line) wait(left time.Duration) {
	l.since = time.Now()
	l.conn.waits(l.since.Add(max(0, left-l.patience.First)))
}

func (l *line) left(left time.Duration, moved int64) time.Duration {
	l.conn.works()
	left += time.Duration(moved) * (time.Second / slowest)
	return min(max(0, left-time.Since(l.since)), l.patience.Most)
}

// rest is called when nothing is waited for any more but the client.
func (l *line) rest(owed bool) {
	now := time.Now()
	l.conn.waits(now)
	l.reply(now, owed)
}

// reply gives the client time to take what is ready of the reply. Where it still
// owes a part of its body the server reads that first, and has little patience
// with it: nobody needs it.
func (l *line) reply(now time.Time, owed bool) {
	if l.setter == nil {
		return
	}
	l.endWriteAt(now.Add(l.out))
	if owed {
		l.endReadAt(now.Add(l.patience.Drain))
	}
}

func (l *line) endReadAt(t time.Time) {
	if l.moves(l.readBy, t) {
		l.readBy = t
		_ = l.setter.SetReadDeadline(t)
	}
}

func (l *line) endWriteAt(t time.Time) {
	if l.moves(l.writeBy, t) {
		l.writeBy = t
		_ = l.setter.SetWriteDeadline(t)
	}
}

// moves says whether a deadline is worth to be set anew, which costs as much as all
// else that is done for a small piece: there are thousands of those a second.
func (l *line) moves(from, to time.Time) bool {
	return to.Sub(from).Abs() > l.patience.First/100
}

// endRead takes the deadline away once the body is read: the server goes on
// watching the connection for the client to leave, and would take a deadline
// that passes for just that.
func (l *line) endRead() {
	if l.setter != nil {
		l.readBy = time.Time{}
		_ = l.setter.SetReadDeadline(l.readBy)
	}
}

// requestBody is a request's body: counted, waited for with patience, and with
// its error kept, so that a client's broken upload is not taken for a fault of
// the service.
type requestBody struct {
	io.ReadCloser // nil where there is no body
	line          *line
	got           int64
	err           error // io.EOF once all is read
}

func (b *requestBody) Read(p []byte) (n int, err error) {
	if b.err != nil {
		return 0, b.err
	}
	b.line.beforeRead()
	n, b.err = b.ReadCloser.Read(p)
	b.line.afterRead(n)
	b.got += int64(n)
	if b.err == io.EOF {
		b.line.endRead()
	}
	return n, b.err
}

// unread says whether the client may still have a part of the body to send.
func (b *requestBody) unread() bool { return b.ReadCloser != nil && b.err == nil }

// broke says whether the error is that of the body: it did not arrive as a
// whole, which its client may still be there to hear.
func (b *requestBody) broke(err error) bool {
	return b.err != nil && b.err != io.EOF && errors.Is(err, b.err) && !isClosed(err)
}

// isSlow says whether an error is that a client was waited for long enough.
func isSlow(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }

// isClosed says whether an error is that the connection gave way to another.
func isClosed(err error) bool { return errors.Is(err, net.ErrClosed) }
