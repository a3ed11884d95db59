// Package client speaks the API of the user service: it sends and receives
// sealed files, whatever their size, with the memory of a few parts.
//
// Every error is a [send.Error] whose message says what to do, except what the
// caller's own context, reader or [Keep] ended with, and what this machine
// refuses, such as room for a temporary file.
package client

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// Client is one service. The zero value of everything but Server will do.
type Client struct {
	// Server is its origin: "https://send.example.org".
	Server string

	// Token is the access token. Only sending needs one, and only where the
	// service asks.
	Token string

	// Progress, where there is one, is called as sealed bytes go or come, from
	// one goroutine at a time. total is -1 where the service does not say.
	Progress func(done, total int64)

	// Pausing, where there is one, is told why a call is to be made again, and how
	// long it is waited before. Several goroutines may tell it.
	Pausing func(why error, wait time.Duration)

	// Claims keeps downloads that were counted until they are done; nil keeps
	// them no longer than they take.
	Claims Claims

	// Stall is how long a connection may carry nothing; 0 is a minute. What was
	// handed over may still be on its way, through buffers of this machine and
	// of proxies, and is given the time that it takes on the slowest line.
	Stall time.Duration

	// Pause changes the pause before a repetition; nil leaves it.
	Pause func(time.Duration) time.Duration

	// Transport carries the requests; nil is one that all clients share, which
	// bounds every wait that is not for bytes to come or go.
	Transport http.RoundTripper

	contact uint32 // atomically: 1 once the service, or what stands before it, has answered
}

const defaultStall = time.Minute

// slowest is the line, in bytes a second, that is waited for. The service waits
// for one of half of that.
const slowest = 2 << 10

func (c *Client) stall() time.Duration {
	if c.Stall > 0 {
		return c.Stall
	}
	return defaultStall
}

// shared is the transport of every client that has none of its own.
var shared = &http.Transport{
	Proxy:                 http.ProxyFromEnvironment,
	DialContext:           dial,
	TLSHandshakeTimeout:   15 * time.Second,
	ExpectContinueTimeout: time.Second,
	MaxIdleConnsPerHost:   workers,
	IdleConnTimeout:       time.Minute,
	ForceAttemptHTTP2:     true,
	DisableCompression:    true, // ciphertext
}

// doer follows no redirect: the access token is in a header of its own, which
// net/http would take along to another host.
func (c *Client) doer() *http.Client {
	var transport http.RoundTripper = shared
	if c.Transport != nil {
		transport = c.Transport
	}
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
}

// target is what a request is for.
type target struct{ method, path string }

// to is the target of a route, with what stands in its path.
func to(r wire.Route, values ...string) target { return target{r.Method, r.To(values...)} }

// call makes a call of the API with JSON in and out, either of which may be
// nil, and repeats it while that can help, which must do no harm. Headers come in
// pairs.
func (c *Client) call(ctx context.Context, t target, in, out any, headers ...string) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return err
		}
		headers = append(headers, wire.ContentType.Name, "application/json")
	}
	return c.repeat(ctx, func() error {
		res, done, err := c.do(ctx, t.method, c.Server+t.path, bytes.NewReader(body), headers...)
		if err != nil {
			return err
		}
		defer done()
		return decode(res.Body, out)
	})
}

// authorized are the headers of a call that only a sender may make.
func (c *Client) authorized() []string {
	if c.Token == "" {
		return nil
	}
	return []string{wire.AccessToken.Name, c.Token}
}

// place is where a link that the service gave is asked. Its own are asked where
// all else is: the name under which it knows itself may mean nothing here.
func (c *Client) place(link string) string {
	if path := wire.OwnPath(link); path != "" {
		return c.Server + path
	}
	return link
}

// do makes one request, which ends when nothing has moved for the time of a
// stall. The caller calls done when it has read the answer. A body of nil is none.
func (c *Client) do(
	ctx context.Context, method, url string, body inMemory, headers ...string,
) (res *http.Response, done func(), err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	stalled := time.AfterFunc(c.stall(), func() { cancel(errStalled) })
	moved := func(int64) { stalled.Reset(c.stall()) }
	handedOver := func(n int64) { stalled.Reset(c.stall() + time.Duration(n)*time.Second/slowest) }
	stop := func() { stalled.Stop(); cancel(nil) }

	r, err := http.NewRequestWithContext(ctx, method, url, http.NoBody)
	if err != nil {
		stop()
		return nil, nil, send.Because(send.Invalid, err, "%q is not the address of a service", url)
	}
	if body != nil && body.Len() > 0 {
		r.ContentLength = int64(body.Len())
		r.Body = &leaving{moving{body, handedOver, 0, ctx}, body}
	}
	r.Header.Set("User-Agent", "sgsend")
	r.Header.Set("Accept-Encoding", "identity") // said to proxies: silence is consent
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	if res, err = c.doer().Do(r); err != nil {
		defer stop()
		return nil, nil, c.unreachable(ctx, err)
	}
	c.reached()
	moved(0)
	if res.StatusCode/100 != 2 {
		defer stop()
		defer res.Body.Close()
		return nil, nil, refusal(res)
	}
	body2 := res.Body
	plain, err := decoded(res, &moving{body2, moved, 0, ctx})
	if err != nil {
		defer stop()
		defer body2.Close()
		return nil, nil, err
	}
	res.Body = struct {
		io.Reader
		io.Closer
	}{plain, body2}
	return res, func() { body2.Close(); stop() }, nil
}

// decoded undoes what a proxy did to a body unasked. How long it is, nobody
// says then.
func decoded(res *http.Response, body io.Reader) (io.Reader, error) {
	encoding := wire.ContentEncoding.Get(res.Header)
	switch strings.ToLower(encoding) {
	case "", "identity":
		return body, nil
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(body)
		if err != nil {
			return nil, send.Because(send.Unavailable, err, "the answer cannot be read")
		}
		res.ContentLength = -1
		return z, nil
	}
	return nil, send.Fail(send.Unavailable, "a proxy encoded the answer (%q), which was not asked for", encoding)
}

var errStalled = errors.New("the connection carried nothing for too long")

// moving is a body of which every read shows that the connection lives.
type moving struct {
	r     io.Reader
	moved func(total int64)
	total int64 // bytes read
	ctx   context.Context
}

func (m *moving) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	if n > 0 {
		m.total += int64(n)
		m.moved(m.total)
	}
	return n, m.cause(err)
}

// cause is why moving ended.
func (m *moving) cause(err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	return cmp.Or(context.Cause(m.ctx), err)
}

// inMemory is a body that net/http need not copy before it is written.
type inMemory interface {
	io.Reader
	io.WriterTo
	Len() int // bytes that are left
}

// leaving is the body of a request.
type leaving struct {
	moving
	body inMemory
}

func (l *leaving) Len() int     { return l.body.Len() }
func (l *leaving) Close() error { return nil }

// WriteTo writes what is left. Like Read it says that something moves before that is
// written, which may take long.
func (l *leaving) WriteTo(w io.Writer) (int64, error) {
	n, err := l.body.WriteTo(writer(func(p []byte) (int, error) {
		l.total += int64(len(p))
		l.moved(l.total)
		return w.Write(p)
	}))
	return n, l.cause(err)
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

// decode reads a JSON answer; no answer of the API is larger than a few MiB.
func decode(r io.Reader, out any) error {
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(io.LimitReader(r, 64<<20)).Decode(out); err != nil {
		return send.Because(send.Unavailable, err, "the service gave an answer that cannot be read")
	}
	return nil
}
