package client

import (
	"context"
	"io"
	"net/http"

	"golang.org/x/time/rate"
)

// SlowestLimit is the least that may go in a second, in bytes: a service waits for no
// slower line, and each of the parts that go at once has a share of it.
const SlowestLimit = 2 * workers * slowest

// Limited is a transport by which no more goes, or comes, in a second than so many
// bytes, over all its requests: each has its turn. next carries them; nil is the one
// that all clients share.
func Limited(next http.RoundTripper, bytesPerSecond int64) http.RoundTripper {
	if next == nil {
		next = shared
	}
	// A step is small, so that what goes is even, and nobody waits long for a turn. On a busy
	// machine steps are late, and between two parts nothing goes: that is made up for.
	step := max(bytesPerSecond/20, 512)
	credit := max(bytesPerSecond/credits, step)
	return &limited{next, pace{int(min(step, 64<<10)), rate.NewLimiter(rate.Limit(bytesPerSecond), int(credit))}}
}

// credits is the share of a second of which what did not go may go later, beyond the limit.
const credits = 4

type limited struct {
	next http.RoundTripper
	pace pace
}

// pace is how fast bodies are read, all of them together.
type pace struct {
	step  int // bytes that are read at once, at most
	limit *rate.Limiter
}

// RoundTrip implements [http.RoundTripper].
func (l *limited) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil && r.Body != http.NoBody {
		body := r.Body
		r = r.Clone(r.Context())
		r.Body = &paced{body, l.pace, r.Context()}
	}
	res, err := l.next.RoundTrip(r)
	if err == nil {
		res.Body = &paced{res.Body, l.pace, r.Context()}
	}
	return res, err
}

// paced is a body that is read no faster than a limit lets.
type paced struct {
	io.ReadCloser
	pace
	ctx context.Context
}

func (p *paced) Read(b []byte) (int, error) {
	n, err := p.ReadCloser.Read(b[:min(len(b), p.step)])
	if waits := p.limit.WaitN(p.ctx, n); n > 0 && waits != nil && err == nil {
		err = waits
	}
	return n, err
}
