package web

import (
	"errors"
	"io"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"
)

// connection keeps the deadlines it is given.
type connection struct{ read, write []time.Time }

func (c *connection) SetReadDeadline(t time.Time) error  { c.read = append(c.read, t); return nil }
func (c *connection) SetWriteDeadline(t time.Time) error { c.write = append(c.write, t); return nil }

func TestDeadlinesRollWithTheTransfer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // so that no time passes
		c := &connection{}
		d := deadlines{setter: c}
		left := func() time.Duration { return time.Until(c.write[len(c.write)-1]) }
		d.beginReply(false)
		if len(c.write) != 1 || len(c.read) != 0 || left() != stallTime {
			t.Fatalf("at the beginning: %d writes, %d reads, %v left", len(c.write), len(c.read), left())
		}
		const chunk = 256 << 10
		for range 40 { // 10 MiB
			d.beforeWrite(chunk)
			if left() != stallTime && left() != 2*stallTime {
				t.Errorf("a deadline in %v", left())
			}
		}
		if n := len(c.write); n < 8 || n > 12 {
			t.Errorf("10 MiB in small pieces set %d deadlines", n)
		}
		d.beforeWrite(100 << 20)
		if left() != 101*stallTime {
			t.Errorf("100 MiB at once have %v", left())
		}
		d.beginReply(true)
		if len(c.read) != 1 {
			t.Error("a body that is owed has no deadline")
		}
		(&deadlines{}).beginReply(true) // without a connection: no panic
	})
}

func TestReadDeadlineGoesWithTheBody(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for _, end := range []error{io.EOF, broken} {
		c := &connection{}
		conn := &deadlines{setter: c}
		b := requestBody{
			ReadCloser: io.NopCloser(io.MultiReader(io.LimitReader(zeros{}, 3<<20), iotest.ErrReader(end))),
			conn:       conn,
		}
		if !b.unread() {
			t.Error("an untouched body is taken for read")
		}
		if _, err := io.Copy(io.Discard, struct{ io.Reader }{&b}); end == broken && err != broken {
			t.Errorf("got %v", err)
		}
		if n := len(c.read); n < 4 || n > 6 {
			t.Errorf("3 MiB set %d deadlines", n)
		}
		if !c.read[len(c.read)-1].IsZero() {
			t.Error("the deadline outlives the body")
		}
		if b.got != 3<<20 || b.unread() || b.broke(broken) != (end == broken) || b.broke(io.EOF) {
			t.Errorf("%+v", b)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
