package web_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/web"
)

// ending is a service that is told to end.
type ending struct {
	t       *testing.T
	address string
	stop    context.CancelFunc
	ended   chan error
	config  *tls.Config // of its clients; nil = it speaks no TLS
}

func startToEnd(t *testing.T, set web.Settings, secured bool, routes func(*mux.Router)) *ending {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	e := &ending{t: t, address: ln.Addr().String(), ended: make(chan error, 1)}
	if secured {
		own := httptest.NewTLSServer(nil)
		defer own.Close()
		roots := x509.NewCertPool()
		roots.AddCert(own.Certificate())
		e.config = &tls.Config{RootCAs: roots, ServerName: "example.com"}
		ln = tls.NewListener(ln, &tls.Config{Certificates: own.TLS.Certificates})
	}
	r := mux.NewRouter()
	r.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if web.Ending(r) {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	if routes != nil {
		routes(r)
	}
	var ctx context.Context
	ctx, e.stop = context.WithCancel(t.Context())
	go func() { e.ended <- set.Serve(ctx, set.Wrap(r), ln) }()
	return e
}

// client is a connection on which one request follows another.
type client struct {
	net.Conn
	*bufio.Reader
}

func (e *ending) dial() (client, error) {
	var c net.Conn
	var err error
	if e.config == nil {
		c, err = net.Dial("tcp", e.address)
	} else {
		c, err = tls.Dial("tcp", e.address, e.config)
	}
	if err != nil {
		return client{}, err
	}
	e.t.Cleanup(func() { c.Close() })
	return client{c, bufio.NewReader(c)}, nil
}

func (e *ending) connect() client {
	e.t.Helper()
	c, err := e.dial()
	if err != nil {
		e.t.Fatal(err)
	}
	return c
}

// ask returns the status of a reply, and whether it is the connection's last.
func (c client) ask(t *testing.T) (status int, last bool) {
	t.Helper()
	if _, err := io.WriteString(c.Conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	return c.answer(t)
}

func (c client) answer(t *testing.T) (status int, last bool) {
	t.Helper()
	res, err := http.ReadResponse(c.Reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode, res.Close
}

// stopped waits until nobody listens any more.
func (e *ending) stopped() {
	for {
		c, err := net.Dial("tcp", e.address)
		if err != nil {
			return
		}
		c.Close()
		time.Sleep(5 * time.Millisecond)
	}
}

func eachWay(t *testing.T, test func(t *testing.T, secured bool)) {
	t.Run("plain", func(t *testing.T) { t.Parallel(); test(t, false) })
	t.Run("TLS", func(t *testing.T) { t.Parallel(); test(t, true) })
}

// A client that keeps its connection has its next request answered, and is told
// that it was the last there: whether it had one before or not.
func TestAServerThatEndsAnswersWhatStillComes(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, secured bool) {
		e := startToEnd(t, web.Settings{Patience: web.Patience{Last: time.Hour}, Shutdown: time.Hour}, secured, nil)
		used, fresh := e.connect(), e.connect()
		if status, last := used.ask(t); status != 200 || last {
			t.Errorf("before the end: %d, the last: %v", status, last)
		}
		e.stop()
		e.stopped()
		for _, c := range []client{used, fresh} {
			if status, last := c.ask(t); status != 503 || !last {
				t.Errorf("at the end: %d, the last: %v", status, last)
			}
		}
		if err := <-e.ended; err != nil {
			t.Error(err)
		}
	})
}

// Whoever asks for nothing is not waited for.
func TestAServerThatEndsLetsGoOfWhatRests(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, secured bool) {
		e := startToEnd(t, web.Settings{Patience: web.Patience{Last: time.Millisecond}, Shutdown: time.Hour}, secured, nil)
		used, fresh := e.connect(), e.connect()
		used.ask(t)
		e.stop()
		if err := <-e.ended; err != nil {
			t.Error(err)
		}
		for _, c := range []client{used, fresh} {
			if _, err := c.ReadByte(); err == nil {
				t.Error("a connection stays open")
			}
		}
	})
}

// For a load balancer that has to hear of it first, the server goes on.
func TestAServerThatDrainsGoesOn(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, secured bool) {
		e := startToEnd(t, web.Settings{Drain: time.Hour}, secured, nil)
		before := e.connect()
		before.ask(t)
		e.stop()
		for { // until it knows
			if status, last := e.connect().ask(t); status == 503 && last {
				break
			}
		}
		if status, last := before.ask(t); status != 503 || !last {
			t.Errorf("who was connected before is answered %d, the last: %v", status, last)
		}
	})
}

// What takes too long is cut off, and the error says so; what was answering already
// at the end asks for another connection, too.
func TestAServerThatEndsCutsOff(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, secured bool) {
		begun, goOn := make(chan bool, 2), make(chan bool)
		handler := func(w http.ResponseWriter, r *http.Request) {
			begun <- true
			if r.URL.Path == "/endless" {
				<-r.Context().Done()
				return
			}
			<-goOn
		}
		e := startToEnd(t, web.Settings{Shutdown: 2 * time.Second}, secured, func(r *mux.Router) {
			r.HandleFunc("/endless", handler)
			r.HandleFunc("/slow", handler)
		})
		endless, slow := e.connect(), e.connect()
		for path, c := range map[string]client{"/endless": endless, "/slow": slow} {
			if _, err := io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
			<-begun
		}
		e.stop()
		e.stopped()
		close(goOn)
		if status, last := slow.answer(t); status != 200 || !last {
			t.Errorf("what was answering: %d, the last: %v", status, last)
		}
		if err := <-e.ended; !errors.Is(err, web.ErrCut) {
			t.Errorf("ended with %v", err)
		}
		if _, err := endless.ReadByte(); err == nil {
			t.Error("a connection stays open")
		}
	})
}
