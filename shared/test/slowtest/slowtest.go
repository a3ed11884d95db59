// Package slowtest asks a service as slow and hostile clients do.
package slowtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

// Impatient is a server's patience in tests that wait for its end. Headers come whole in
// them, and are waited for until even a busy machine has read them; and it has time to
// answer all that are asked at once.
var Impatient = web.Patience{
	Header: time.Minute, Idle: time.Second, First: 10 * time.Second, Most: 10 * time.Second,
	Drain: 100 * time.Millisecond,
}

// Serve runs serve at an address of its own until the test ends.
func Serve(t testing.TB, serve func(context.Context, net.Listener) error) (address string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, ln) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return ln.Addr().String()
}

// Answer sends the text of a request, and nothing after it, and returns all that is
// answered until the server closes the connection.
func Answer(t testing.TB, address, request string) string {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(2 * time.Minute))
	answer := []byte{}
	if _, err = io.WriteString(conn, request); err == nil {
		answer, err = io.ReadAll(conn)
	}
	if err != nil {
		t.Errorf("%.60q: %q, %v", request, answer, err)
	}
	return string(answer)
}

// Head is the head of a request.
func Head(method, path string, headers ...string) string {
	return method + " " + path + " HTTP/1.1\r\nHost: x\r\n" + strings.Join(append(headers, "\r\n"), "\r\n")
}

// filled is a path of the contract with values in the place of its parameters.
func filled(template string, values map[string]string) string {
	return wire.Filled(template, func(parameter string) string {
		return cmp.Or(values[parameter], "ffffffffffff")
	})
}

// EveryRoute asks a service of [Impatient] patience at every route of the contract,
// with a body that does not come. Each has to answer and close the connection; those
// that read a body have to say that it did not come in time. values are those of the
// parameters in paths.
func EveryRoute(
	t *testing.T, of wire.Service, address string, headers []string, values map[string]string, read ...wire.Route,
) {
	t.Helper()
	reads := func(r wire.Route) bool {
		return slices.ContainsFunc(read, func(o wire.Route) bool { return o.Method == r.Method && o.Path() == r.Path() })
	}
	var all sync.WaitGroup
	defer all.Wait()
	for _, r := range wire.Routes() {
		if r.Service&of == 0 {
			continue
		}
		for _, template := range r.Paths {
			path := filled(template, values)
			for _, body := range []struct{ header, comes string }{
				{"Content-Length: 1000", "{"},
				{"Transfer-Encoding: chunked", "1\r\n{\r\n"},
				{"Content-Length: 1000\r\nExpect: 100-continue", ""},
			} {
				all.Go(func() {
					text := Head(r.Method, path, append(slices.Clone(headers), body.header)...) + body.comes
					answer := strings.TrimPrefix(Answer(t, address, text), "HTTP/1.1 100 Continue\r\n\r\n")
					late := strings.HasPrefix(answer, fmt.Sprintf("HTTP/1.1 %d ", http.StatusRequestTimeout)) &&
						strings.HasSuffix(answer, fmt.Sprintf(`"code":%q}`, send.TooSlow))
					if !strings.HasPrefix(answer, "HTTP/1.1 ") || late != reads(r) {
						t.Errorf("%s %s with %s: answered %q", r.Method, template, body.header, answer)
					}
				})
			}
		}
	}
}

// narrow lets little wait on its connections for who does not take it.
type narrow struct{ net.Listener }

func (n narrow) Accept() (net.Conn, error) {
	conn, err := n.Listener.Accept()
	if err == nil {
		err = conn.(*net.TCPConn).SetWriteBuffer(4 << 10)
	}
	return conn, err
}

// NoneTaken asks a service of [Impatient] patience at every route of the contract, again
// and again on one connection, and takes nothing of what is answered: the service has to
// end each. It is the one that serve serves.
func NoneTaken(
	t *testing.T, of wire.Service, serve func(context.Context, net.Listener) error, headers []string,
	values map[string]string,
) {
	t.Helper()
	address := Serve(t, func(ctx context.Context, ln net.Listener) error { return serve(ctx, narrow{ln}) })
	var all sync.WaitGroup
	defer all.Wait()
	for _, r := range wire.Routes() {
		if r.Service&of == 0 {
			continue
		}
		for _, template := range r.Paths {
			request := Head(r.Method, filled(template, values), append(slices.Clone(headers), "Content-Length: 0")...)
			all.Go(func() {
				if err := ends(address, request); err != nil {
					t.Errorf("%s %s: %v", r.Method, template, err)
				}
			})
		}
	}
}

// ends asks until the connection ends.
func ends(address, request string) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.(*net.TCPConn).SetReadBuffer(4 << 10)
	_ = conn.SetDeadline(time.Now().Add(2 * time.Minute))
	for many := strings.Repeat(request, 100); err == nil; {
		_, err = io.WriteString(conn, many)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return errors.New("the service still waits for who takes no answer")
	}
	return nil
}
