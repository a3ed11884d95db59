package traffic

import (
	"context"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// timed carries requests, and tells the report how long each took, to the last byte of its answer.
type timed struct {
	next   http.RoundTripper
	report *Report
	cut    *cutting
}

func (t *timed) RoundTrip(r *http.Request) (*http.Response, error) {
	began, route := time.Now(), routeOf(r)
	resp, err := t.next.RoundTrip(r)
	if err != nil {
		if r.Context().Err() == nil {
			t.report.answered(route, 0, time.Since(began), false)
		}
		return resp, err
	}
	expected, _ := r.Context().Value(expectation{}).([]int)
	isMeant := resp.StatusCode < 400 || slices.Contains(expected, resp.StatusCode)
	done := sync.OnceFunc(func() { t.report.answered(route, resp.StatusCode, time.Since(began), isMeant) })
	body := io.Reader(resp.Body)
	if r.Method == http.MethodGet && resp.StatusCode < 300 {
		body = t.cut.of(body)
	}
	resp.Body = &closing{body, resp.Body, done}
	return resp, nil
}

// closing tells that a body was read to its end, or that nobody wants the rest.
type closing struct {
	io.Reader
	body io.Closer
	done func()
}

func (c *closing) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if err == io.EOF {
		c.done()
	}
	return n, err
}

func (c *closing) Close() error {
	c.done()
	return c.body.Close()
}

type expectation struct{}

// expecting is a context of requests that may be answered so.
func expecting(ctx context.Context, statuses ...int) context.Context {
	return context.WithValue(ctx, expectation{}, statuses)
}

// cutting cuts the line of who receives, once.
type cutting struct {
	mu      sync.Mutex
	left    int64
	isMeant bool
}

func (c *cutting) of(body io.Reader) io.Reader { return &cut{body, c} }

type cut struct {
	io.Reader
	*cutting
}

func (c *cut) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isMeant && c.left < int64(n) {
		c.isMeant = false
		return int(max(c.left, 0)), io.ErrUnexpectedEOF
	}
	c.left -= int64(n)
	return n, err
}

var (
	ids   = regexp.MustCompile(`/[0-9a-f]{12}(/|$)`)
	place = regexp.MustCompile(`/presigned/bytes/.*`)
	parts = regexp.MustCompile(`/presigned/cancel/.*`)
)

// routeOf names the route of a request, without what differs from one to the next.
func routeOf(r *http.Request) string {
	if !strings.HasPrefix(r.URL.Path, "/api/") {
		return r.Method + " the bucket"
	}
	path := ids.ReplaceAllString(r.URL.Path, "/{id}$1")
	path = place.ReplaceAllString(path, "/presigned/bytes/{link}")
	path = parts.ReplaceAllString(path, "/presigned/cancel/{id}/{upload}")
	return r.Method + " " + path
}
