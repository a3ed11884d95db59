package server

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/wire"
)

// strict carries requests, and notes each that failed: what a client would have
// done about it is nothing that it hides.
type strict struct {
	http.RoundTripper
	t *testing.T
}

func (s strict) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := s.RoundTripper.RoundTrip(r)
	switch {
	case r.Context().Err() != nil: // it is the test that ended it
	case err != nil:
		s.t.Errorf("%s %s: %v", r.Method, r.URL, err)
	case resp.StatusCode >= 400:
		s.t.Errorf("%s %s: %s", r.Method, r.URL, resp.Status)
	}
	return resp, err
}

// gate lets the first bytes of a connection pass, and then none until it opens.
type gate struct {
	first   int
	reached chan struct{}
	open    chan struct{}
}

func newGate(first int) *gate {
	return &gate{first: first, reached: make(chan struct{}), open: make(chan struct{})}
}

type dial func(ctx context.Context, network, address string) (net.Conn, error)

// through is a dial whose connections have to pass the gate, all together.
func (g *gate) through(dial dial) dial {
	var mu sync.Mutex
	passed := 0
	pass := func(n int) {
		mu.Lock()
		before := passed
		passed += n
		shut := passed >= g.first
		if shut && before < g.first {
			close(g.reached)
		}
		mu.Unlock()
		if shut {
			<-g.open
		}
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		return gated{conn, pass}, err
	}
}

type gated struct {
	net.Conn
	pass func(int)
}

func (c gated) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.pass(n)
	return n, err
}

func (c gated) Write(p []byte) (int, error) {
	c.pass(len(p))
	return c.Conn.Write(p)
}

// sent is a transfer that was made, and what is in it.
type sent struct {
	content []byte
	link    envelope.Link
}

// give sends a content.
func give(ctx context.Context, c *client.Client, content []byte) (sent, error) {
	s, err := c.Send(ctx, client.File{
		Meta: envelope.Meta{Filename: "a"}, Content: bytes.NewReader(content), Size: int64(len(content)),
	}, client.Options{})
	return sent{content, s.Link}, err
}

// arrives receives it, and compares.
func (s sent) arrives(ctx context.Context, c *client.Client) error {
	var got bytes.Buffer
	if _, err := c.Receive(ctx, s.link, client.Into(&got)); err != nil {
		return err
	}
	if !bytes.Equal(got.Bytes(), s.content) {
		return fmt.Errorf("%d of %d bytes came, or others", got.Len(), len(s.content))
	}
	return nil
}

// has says what has become of the machine, which has the transfer all the same.
func (m *machine) has(t *testing.T, s sent, what string) {
	t.Helper()
	t.Log(what)
	c := &client.Client{Server: userURL, Transport: strict{m.transport(t), t}}
	if err := s.arrives(t.Context(), c); err != nil {
		t.Errorf("%s: %v", what, err)
	}
}

// load asks the services from several clients at once, on connections that are
// kept and on new ones, until ctx ends. Whatever fails is the test's fault.
func load(ctx context.Context, t *testing.T, m *machine, token string) (wait func() (rounds int)) {
	t.Helper()
	var all sync.WaitGroup
	rounds := make(chan int, 4)
	for range cap(rounds) {
		kept, fresh := m.transport(t), m.transport(t)
		fresh.DisableKeepAlives = true
		all.Go(func() {
			n := 0
			for ; ctx.Err() == nil && !t.Failed(); n++ {
				if err := round(ctx, t, kept, fresh, token); err != nil && ctx.Err() == nil {
					t.Error(err)
				}
			}
			rounds <- n
		})
	}
	return func() (done int) {
		all.Wait()
		for range cap(rounds) {
			done += <-rounds
		}
		return done
	}
}

func round(ctx context.Context, t *testing.T, kept, fresh http.RoundTripper, token string) error {
	for _, transport := range []http.RoundTripper{kept, fresh} {
		c := &client.Client{Server: userURL, Token: token, Transport: strict{transport, t}}
		s, err := give(ctx, c, bytes.Repeat([]byte("sealed "), 9000))
		if err == nil {
			err = s.arrives(ctx, c)
		}
		if err != nil {
			return err
		}
		for _, url := range []string{userURL + "/", userURL + wire.Health.Path(), adminURL + wire.Health.Path()} {
			if _, err := fetch(ctx, strict{transport, t}, url); err != nil {
				return err
			}
		}
	}
	return nil
}

func fetch(ctx context.Context, transport http.RoundTripper, url string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}
