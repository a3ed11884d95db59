package web_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/test/pipes"
	"sgraph.ai/send/shared/web"
)

// piped is an end of a pipe with an address.
type piped struct {
	net.Conn
	from string
}

func (p piped) RemoteAddr() net.Addr { return p }
func (piped) Network() string        { return "tcp" }
func (p piped) String() string       { return p.from + ":1234" }

// large is a reply of 300 KB.
var large = bytes.Repeat([]byte("0123456789"), 30_000)

// patient runs talk with a server of the usual patience, and a clock that stands
// still while anybody has something to do.
func patient(t *testing.T, talk func(dial func(from string) net.Conn)) {
	t.Helper()
	counted(t, nil, talk)
}

// counted is patient with a registry that is told what is counted.
func counted(t *testing.T, kept metric.Registry, talk func(dial func(from string) net.Conn)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		router := mux.NewRouter()
		router.Handle("/json", web.Handle(func(w http.ResponseWriter, r *http.Request) error {
			var v map[string]any
			if err := web.ReadJSON(w, r, &v); err != nil {
				return err
			}
			return hello(w, r)
		}))
		router.Handle("/upload", web.Handle(func(w http.ResponseWriter, r *http.Request) error {
			n, err := io.Copy(io.Discard, r.Body)
			if err != nil {
				return err
			}
			time.Sleep(time.Hour) // until it is stored
			web.WriteJSON(w, http.StatusOK, n)
			return nil
		}))
		router.Handle("/download", web.Handle(func(w http.ResponseWriter, r *http.Request) error {
			w.Header().Set("Content-Length", strconv.Itoa(len(large)))
			_, err := w.Write(large)
			return err
		}))
		router.Handle("/hello", web.Handle(hello))
		set := web.Settings{
			Meter:    metric.Meter{Service: metric.User, Registry: kept},
			Patience: web.Patience{Drain: 2 * time.Second}, ClientConnections: 2, Connections: 3,
			TrustedProxies: []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")},
		}
		ln := pipes.Listen()
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- set.Serve(ctx, set.Wrap(router), ln) }()
		talk(func(from string) net.Conn {
			server, client := net.Pipe()
			ln.Take(piped{server, from})
			return client
		})
		time.Sleep(3 * time.Hour) // nobody has anything to do any more
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// ends returns all that is answered, and how long it took until the connection
// was closed.
func ends(c net.Conn) (answered string, took time.Duration) {
	start := time.Now()
	b, _ := io.ReadAll(c)
	return string(b), time.Since(start).Round(time.Second)
}

// drip sends text in pieces of n bytes, one every pause, until nobody takes them.
func drip(c net.Conn, text string, n int, pause time.Duration) {
	for len(text) > 0 {
		n = min(n, len(text))
		if _, err := io.WriteString(c, text[:n]); err != nil {
			return
		}
		text = text[n:]
		time.Sleep(pause)
	}
}

func head(method, path string, headers ...string) string {
	return method + " " + path + " HTTP/1.1\r\nHost: x\r\n" + strings.Join(append(headers, "\r\n"), "\r\n")
}

func TestSlowRequestsEnd(t *testing.T) {
	t.Parallel()
	const long = "Content-Length: 50000"
	late := func(s string) bool {
		return strings.HasPrefix(s, "HTTP/1.1 408") && strings.Contains(s, "\r\nConnection: close\r\n") &&
			strings.HasSuffix(s, failure("too_slow", "the request's body did not arrive in time; send it again"))
	}
	toldToSend := func(s string) bool {
		rest, told := strings.CutPrefix(s, "HTTP/1.1 100 Continue\r\n\r\n")
		return told && late(rest)
	}
	status := func(code string) func(string) bool {
		return func(s string) bool { return strings.HasPrefix(s, "HTTP/1.1 "+code) }
	}
	anything := func(string) bool { return true }
	silent := func(s string) bool { return s == "" }
	const chunked = "Transfer-Encoding: chunked"
	letters, fields := strings.Repeat("x", 50000), strings.Repeat("A: b\r\n", 500)
	chunks := strings.Repeat("1\r\n[\r\n", 500)
	for name, c := range map[string]struct {
		first string // is sent at once
		then  string // comes by n bytes a second
		n     int
		want  func(string) bool
		after int // seconds, at the latest
	}{
		"one byte of JSON": {head("POST", "/json", long) + "{", "", 0, late, 15},
		"JSON in drips":    {head("POST", "/json", long), letters, 1, late, 16},
		"JSON in chunks":   {head("POST", "/json", chunked), chunks, 6, late, 16},
		"JSON with a trailer": {
			head("POST", "/json", "Trailer: A", chunked) + "2\r\n{}\r\n0\r\n", fields, 1, status("400"), 16,
		},
		"JSON that is waited for": {
			head("POST", "/json", "Expect: 100-continue", long), "", 0, toldToSend, 15,
		},
		"one byte of an upload": {head("POST", "/upload", long) + "x", "", 0, late, 15},
		"an upload in drips":    {head("POST", "/upload", long), letters, 1, late, 16},
		"an upload that stops": {
			head("POST", "/upload", "Content-Length: 500000") + strings.Repeat("x", 400_000), "", 0, late, 120,
		},
		"a body that nobody reads":      {head("GET", "/hello", long) + "x", "", 0, status("200"), 2},
		"a body that is refused":        {head("POST", "/nowhere", long) + "x", "", 0, status("404"), 4},
		"a body nobody reads, in drips": {head("GET", "/hello", long), letters, 1, status("200"), 2},
		"chunks that nobody reads":      {head("GET", "/hello", chunked), chunks, 6, status("200"), 2},
		"no request":                    {"", "", 0, silent, 10},
		"headers in drips":              {"GET /hello HTTP/1.1\r\n", fields, 1, anything, 10},
		"a connection that is kept":     {head("GET", "/hello"), "", 0, status("200"), 120},
		"a connection with half a word": {head("GET", "/hello") + "GE", "", 0, status("200"), 120},
		"headers in drips, later":       {head("GET", "/hello"), "GET /hello HTTP/1.1\r\n" + fields, 1, status("200"), 14},
		"HTTP/2":                        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "", 0, status("404"), 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			patient(t, func(dial func(string) net.Conn) {
				conn := dial("192.0.2.1")
				go func() {
					if _, err := io.WriteString(conn, c.first); err == nil {
						drip(conn, c.then, c.n, time.Second)
					}
				}()
				if got, took := ends(conn); !c.want(got) || took > time.Duration(c.after)*time.Second {
					t.Errorf("after %v: %q", took, got)
				}
				conn.Close()
			})
		})
	}
}

// A slow line that is honest gets through, with the same patience.
func TestSlowLinesGetThrough(t *testing.T) {
	t.Parallel()
	const size = 300_000
	upload := head("POST", "/upload", "Connection: close", fmt.Sprintf("Content-Length: %d", size))
	body := strings.Repeat("x", size)
	for name, send := range map[string]func(net.Conn){
		"2 KB a second": func(c net.Conn) { drip(c, body, 2000, time.Second) },
		"a byte a minute after the rest": func(c net.Conn) {
			io.WriteString(c, body[:size-2])
			drip(c, body[size-2:], 1, time.Minute)
		},
		"20 KB every 15 seconds, as buffers on the way may make of it": func(c net.Conn) {
			drip(c, body[:10000], 2000, time.Second)
			drip(c, body[10000:], 20000, 15*time.Second)
		},
		"a rest of 100 seconds": func(c net.Conn) {
			io.WriteString(c, body[:150_000])
			time.Sleep(100 * time.Second)
			io.WriteString(c, body[150_000:])
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			patient(t, func(dial func(string) net.Conn) {
				conn := dial("192.0.2.1")
				go func() { io.WriteString(conn, upload); send(conn) }()
				if got, _ := ends(conn); !strings.HasSuffix(got, "\r\n\r\n300000") { // an hour later
					t.Errorf("got %q", got)
				}
			})
		})
	}
}

func TestSlowReaders(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		take, times int // bytes, and how often
		pause       time.Duration
		whole       bool
	}{
		"2 KB a second":       {2000, 1000, time.Second, true},
		"no more after 50 KB": {50_000, 1, 0, false},
		"a byte a minute":     {1, 100, time.Minute, false},
		"a byte a second":     {1, 1000, time.Second, false},
		"nothing at all":      {0, 1, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			patient(t, func(dial func(string) net.Conn) {
				conn := dial("192.0.2.1")
				io.WriteString(conn, head("GET", "/download", "Connection: close"))
				var got bytes.Buffer
				for range c.times {
					if _, err := io.CopyN(&got, conn, int64(c.take)); err != nil {
						break
					}
					time.Sleep(c.pause)
				}
				time.Sleep(4 * time.Minute) // longer than anybody is waited for
				_, err := io.Copy(&got, conn)
				if whole := bytes.HasSuffix(got.Bytes(), large); whole != c.whole {
					t.Errorf("got %d bytes of %d, %v", got.Len(), len(large), err)
				}
			})
		})
	}
}

// Whoever sends requests and takes no answers is not waited for longer.
func TestPipelinedRequestsWhoseAnswersNobodyTakes(t *testing.T) {
	t.Parallel()
	patient(t, func(dial func(string) net.Conn) {
		conn, start := dial("192.0.2.1"), time.Now()
		drip(conn, strings.Repeat(head("GET", "/hello"), 1000), 100, 0) // ends once the server closes the connection
		if took := time.Since(start); took > time.Minute {
			t.Errorf("the connection was held for %v", took)
		}
		conn.Close()
	})
}

// Who has too many connections gives up what is still for longest, and others
// notice nothing.
func TestTheStillestConnectionGivesWay(t *testing.T) {
	t.Parallel()
	closed := func(c net.Conn) bool {
		c.SetReadDeadline(time.Now().Add(time.Millisecond))
		_, err := c.Read(make([]byte, 1))
		return errors.Is(err, io.EOF)
	}
	say := func(c net.Conn, text string) { io.WriteString(c, text); time.Sleep(time.Second) }
	answered := func(c net.Conn) bool {
		go io.WriteString(c, head("GET", "/hello"))
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		io.Copy(io.Discard, resp.Body)
		synctest.Wait() // until the connection is idle
		return resp.StatusCode == http.StatusOK
	}
	held := head("POST", "/upload", "Content-Length: 500000") + "x"
	for name, test := range map[string]func(t *testing.T, dial func(string) net.Conn){
		"of a client": func(t *testing.T, dial func(string) net.Conn) {
			first, second := dial("192.0.2.1"), dial("192.0.2.1")
			say(first, held)
			say(second, held)
			third := dial("192.0.2.1")
			if !answered(third) || !closed(first) || closed(second) {
				t.Error("not the first of three slow bodies was ended")
			}
		},
		"of one that idles and one that asks": func(t *testing.T, dial func(string) net.Conn) {
			first, second := dial("192.0.2.1"), dial("192.0.2.1")
			say(first, held)
			if !answered(second) || !answered(dial("192.0.2.1")) || closed(first) || !closed(second) {
				t.Error("an idle connection was kept in the place of a request")
			}
		},
		"of a network": func(t *testing.T, dial func(string) net.Conn) {
			first := dial("[2001:db8:1:2::1]")
			say(first, held)
			dial("[2001:db8:1:2:ffff::2]")
			dial("[2001:db8:1:2::3]")
			if !closed(first) && !answered(dial("[2001:db8:1:3::1]")) {
				t.Error("a network is more than one client")
			}
		},
		"of all": func(t *testing.T, dial func(string) net.Conn) {
			first, second := dial("192.0.2.1"), dial("192.0.2.2")
			say(first, held)
			say(second, held)
			dial("192.0.2.3")
			last := dial("192.0.2.4")
			if !answered(last) || closed(first) || closed(second) {
				t.Error("a request was ended, and not the connection without one")
			}
			say(last, held)
			if !answered(dial("192.0.2.5")) || !closed(first) || closed(second) || closed(last) {
				t.Error("not the one that is still for longest was ended")
			}
		},
		"of none that moves, or is at work": func(t *testing.T, dial func(string) net.Conn) {
			first, second := dial("192.0.2.1"), dial("192.0.2.1")
			say(first, held+strings.Repeat("x", 100_000))
			say(second, head("POST", "/upload", "Content-Length: 2")+"xx")
			third := dial("192.0.2.1")
			if closed(first) || closed(second) || !closed(third) {
				t.Error("a transfer was ended")
			}
			third.Close()
			second.Close()
			time.Sleep(2 * time.Hour)
			if !answered(dial("192.0.2.1")) {
				t.Error("the place of a connection that is closed stays taken")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			patient(t, func(dial func(string) net.Conn) {
				var all []net.Conn
				test(t, func(from string) net.Conn {
					c := dial(from)
					all = append(all, c)
					return c
				})
				for _, c := range all {
					c.Close()
				}
			})
		})
	}
}

// A proxy has as many connections as it needs, and each of its clients as many
// requests in flight as any other has connections.
func TestRequestsOfAProxysClientAreBounded(t *testing.T) {
	t.Parallel()
	patient(t, func(dial func(string) net.Conn) {
		held := func(client string) {
			go func(c net.Conn) {
				io.WriteString(c, head("POST", "/upload", "Content-Length: 500000", "X-Forwarded-For: "+client)+"x")
				io.Copy(io.Discard, c)
			}(dial("203.0.113.1"))
		}
		held("2001:db8:1:2::1")
		held("2001:db8:1:2::2")
		synctest.Wait()
		third := dial("203.0.113.1")
		defer third.Close()
		answers := bufio.NewReader(third)
		asked := func(client string) string {
			go io.WriteString(third, head("GET", "/hello", "X-Forwarded-For: 192.0.2.77, "+client))
			resp, err := http.ReadResponse(answers, nil)
			if err != nil {
				return err.Error()
			}
			defer resp.Body.Close()
			body, _ := io.ReadAll(resp.Body)
			synctest.Wait()
			return fmt.Sprint(resp.StatusCode, " ", resp.Header.Get("Retry-After"), " ", string(body))
		}
		const crowded = "Too many requests at once; try again when one of them is done"
		if got, want := asked("2001:db8:1:2::3"), "429 1 "+failure("limited", crowded); got != want {
			t.Errorf("the third request of a client: %s, want %s", got, want)
		}
		if got := asked("2001:db8:1:3::3"); !strings.HasPrefix(got, "200") {
			t.Errorf("another client's: %s", got)
		}
		time.Sleep(time.Minute)
		if got := asked("2001:db8:1:2::3"); !strings.HasPrefix(got, "200") {
			t.Errorf("once the others are over: %s", got)
		}
	})
}

// What is over takes nobody's place, and what is closed for it is counted.
func TestConnectionsAreCounted(t *testing.T) {
	t.Parallel()
	kept := &registry{counts: map[metric.Name]float64{}}
	is := func(name metric.Name, want float64) {
		t.Helper()
		synctest.Wait()
		kept.mu.Lock()
		defer kept.mu.Unlock()
		if got := kept.counts[name]; got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	counted(t, kept, func(dial func(string) net.Conn) {
		for range 10 {
			for _, from := range []string{"192.0.2.1", "203.0.113.1"} {
				conn := dial(from)
				io.WriteString(conn, head("GET", "/hello", "Connection: close", "X-Forwarded-For: 192.0.2.3"))
				io.Copy(io.Discard, conn)
				conn.Close()
				synctest.Wait()
			}
		}
		is(metric.ConnectionsRefused, 0)
		for range 3 {
			conn := dial("192.0.2.1")
			io.WriteString(conn, head("POST", "/upload", "Content-Length: 100"))
			go io.Copy(io.Discard, conn)
		}
		is(metric.ConnectionsRefused, 1)
		time.Sleep(time.Minute)
		is(metric.ClientsTooSlow, 2)
		conn := dial("192.0.2.1")
		io.WriteString(conn, head("GET", "/download"))
		time.Sleep(time.Minute)
		is(metric.ClientsTooSlow, 3)
		conn.Close()
	})
}
