package web

import (
	"errors"
	"io"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"
)

// deadlines keep what they are set to.
type deadlines struct{ read, write []time.Time }

func (c *deadlines) SetReadDeadline(t time.Time) error  { c.read = append(c.read, t); return nil }
func (c *deadlines) SetWriteDeadline(t time.Time) error { c.write = append(c.write, t); return nil }

func TestPatienceIsSpentByWaitingAndEarnedByBytes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // so that no time passes but what is slept
		p := Patience{First: 15 * time.Second, Most: 2 * time.Minute}
		c := &deadlines{}
		l := newLine(c, nil, &p)
		read := func(takes time.Duration, n int) { l.beforeRead(); time.Sleep(takes); l.afterRead(n) }
		left := func() time.Duration { l.beforeRead(); return time.Until(c.read[len(c.read)-1]) }
		for _, step := range []struct {
			takes time.Duration
			bytes int
			want  time.Duration
		}{
			{0, 0, 15 * time.Second},
			{5 * time.Second, 1, 10 * time.Second},
			{5 * time.Second, 1 << 10, 6 * time.Second},
			{time.Second, 10 << 10, 15 * time.Second},
			{time.Second, 1 << 20, 2 * time.Minute},
			{time.Minute, 0, time.Minute},
			{61 * time.Second, 0, 0},
		} {
			read(step.takes, step.bytes)
			if got := left().Round(time.Second); got != step.want {
				t.Errorf("after %d bytes in %v: %v left, want %v", step.bytes, step.takes, got, step.want)
			}
			time.Sleep(time.Hour) // of the service itself
		}
		if n := l.fits(1 << 30); n != 15<<10 {
			t.Errorf("at first %d bytes are written at once, which a slow client has no time for", n)
		}
		l.beforeWrite()
		l.afterWrite(1 << 20)
		if n := l.fits(1 << 30); n != 120<<10 {
			t.Errorf("at most %d bytes are written at once, which a slow client has no time for", n)
		}
		l.reply(time.Now(), true)
		if got := time.Until(c.read[len(c.read)-1]); got != p.Drain {
			t.Errorf("what nobody reads is waited for %v", got)
		}
		lambda := newLine(nil, nil, &p)
		lambda.reply(time.Now(), true) // without a connection: no panic
		if n := lambda.fits(1 << 30); n != 1<<30 {
			t.Errorf("without deadlines there are steps of %d", n)
		}
	})
}

// A deadline is set again only where that makes a difference: setting one costs more
// than the rest of a small piece.
func TestDeadlinesStayWhileTheyAreGoodEnough(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := Patience{First: 15 * time.Second, Most: 2 * time.Minute, Drain: 2 * time.Second}
		c := &deadlines{}
		l := newLine(c, nil, &p)
		for range 1000 {
			l.beforeRead()
			l.beforeWrite()
			time.Sleep(time.Millisecond)
			l.afterRead(64 << 10)
			l.afterWrite(64 << 10)
		}
		// Once at first, once when it may be waited for as long as ever, then with the time that passes.
		if r, w := len(c.read), len(c.write); r > 20 || w > 20 {
			t.Errorf("in a second the deadlines were set %d and %d times", r, w)
		}
		for name, last := range map[string]time.Time{"read": c.read[len(c.read)-1], "write": c.write[len(c.write)-1]} {
			if left := time.Until(last); left < p.Most-p.First/50 || left > p.Most {
				t.Errorf("%s: %v are left", name, left)
			}
		}
		l.endRead()
		l.beforeRead()
		if left := time.Until(c.read[len(c.read)-1]); left != p.Most {
			t.Errorf("after the deadline was taken away %v are left", left)
		}
	})
}

func TestReadDeadlineGoesWithTheBody(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for _, end := range []error{io.EOF, broken} {
		c := &deadlines{}
		conn := newLine(c, nil, &usualPatience)
		b := requestBody{
			ReadCloser: io.NopCloser(io.MultiReader(io.LimitReader(zeros{}, 3<<20), iotest.ErrReader(end))),
			line:       &conn,
		}
		if !b.unread() {
			t.Error("an untouched body is taken for read")
		}
		if _, err := io.Copy(io.Discard, struct{ io.Reader }{&b}); end == broken && err != broken {
			t.Errorf("got %v", err)
		}
		// After an error the rest must not be waited for: net/http reads on.
		if last := c.read[len(c.read)-1]; last.IsZero() != (end == io.EOF) {
			t.Errorf("after %v the deadline is %v", end, last)
		}
		if b.got != 3<<20 || b.unread() || b.broke(broken) != (end == broken) || b.broke(io.EOF) {
			t.Errorf("%+v", b)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
