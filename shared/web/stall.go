package web

import (
	"errors"
	"io"
	"time"
)

// A transfer may take as long as it takes, as long as it moves: for each
// stallStep the client has up to twice stallTime, which is 4 KB a second.
const (
	stallStep = 1 << 20
	stallTime = 2 * time.Minute
)

// deadlineSetter is a reply's writer whose connection has deadlines. The
// writer of a Lambda event has none; there the event has one.
type deadlineSetter interface {
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// deadlines rolls a connection's deadlines along with a transfer.
type deadlines struct {
	setter      deadlineSetter // nil where there are none
	read, write int64          // bytes still covered by the deadline that is set
}

// beginReply replaces the write deadline that an earlier request may have left
// on the connection. Where the client still owes a part of its body the server
// reads that before it replies, so that gets a deadline, too.
func (d *deadlines) beginReply(owed bool) {
	if d.setter == nil {
		return
	}
	deadline := time.Now().Add(stallTime)
	d.setter.SetWriteDeadline(deadline)
	d.write = stallStep
	if owed {
		d.setter.SetReadDeadline(deadline)
	}
}

// beforeWrite covers the next n bytes.
func (d *deadlines) beforeWrite(n int64) {
	d.write -= n
	if d.write >= 0 || d.setter == nil {
		return
	}
	d.write = max(n, stallStep)
	d.setter.SetWriteDeadline(time.Now().Add(stallTime * time.Duration(1+d.write/stallStep)))
	d.write -= n
}

// beforeRead covers the next read, which is of at most n bytes.
func (d *deadlines) beforeRead(n int64) {
	if d.read > 0 || d.setter == nil {
		return
	}
	d.read = max(n, stallStep)
	d.setter.SetReadDeadline(time.Now().Add(stallTime * time.Duration(1+d.read/stallStep)))
}

// endRead takes the deadline away once the body is read: the server goes on
// watching the connection for the client to leave, and would take a deadline
// that passes for just that.
func (d *deadlines) endRead() {
	if d.setter != nil {
		d.setter.SetReadDeadline(time.Time{})
	}
}

// requestBody is a request's body: counted, with a rolling deadline, and with
// its error kept, so that a client's broken upload is not taken for a fault of
// the service.
type requestBody struct {
	io.ReadCloser // nil where there is no body
	conn          *deadlines
	got           int64
	err           error // io.EOF once all is read
}

func (b *requestBody) Read(p []byte) (int, error) {
	b.conn.beforeRead(int64(len(p)))
	n, err := b.ReadCloser.Read(p)
	b.got += int64(n)
	b.conn.read -= int64(n)
	if err != nil {
		if b.err == nil {
			b.err = err
		}
		b.conn.endRead()
	}
	return n, err
}

// unread says whether the client may still have a part of the body to send.
func (b *requestBody) unread() bool { return b.ReadCloser != nil && b.err == nil }

// broke says whether the error is that of the body: it did not arrive as a
// whole, which its client may still be there to hear.
func (b *requestBody) broke(err error) bool {
	return b.err != nil && b.err != io.EOF && errors.Is(err, b.err)
}
