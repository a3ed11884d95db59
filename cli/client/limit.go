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
	// What may go at once is small, so that what goes is even, and nobody waits long
	// for a turn.
	burst := int(min(max(bytesPerSecond/20, 512), 64<<10))
	return &limited{next, rate.NewLimiter(rate.Limit(bytesPerSecond), burst)}
}

type limited struct {
	next  http.RoundTripper
	limit *rate.Limiter
}

// RoundTrip implements [http.RoundTripper].
func (l *limited) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil && r.Body != http.NoBody {
		body := r.Body
		r = r.Clone(r.Context())
		r.Body = &paced{body, l.limit, r.Context()}
	}
	res, err := l.next.RoundTrip(r)
	if err == nil {
		res.Body = &paced{res.Body, l.limit, r.Context()}
	}
	return res, err
}

// paced is a body that is read no faster than a limit lets.
type paced struct {
	io.ReadCloser
	limit *rate.Limiter
	ctx   context.Context
}

func (p *paced) Read(b []byte) (int, error) {
	n, err := p.ReadCloser.Read(b[:min(len(b), p.limit.Burst())])
	if waits := p.limit.WaitN(p.ctx, n); n > 0 && waits != nil && err == nil {
		err = waits
	}
	return n, err
}
