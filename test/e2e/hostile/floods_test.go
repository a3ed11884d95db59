package hostile

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// flood is much of something at once, within what a machine bears.
type flood struct {
	name, answer string
	of           func(t *testing.T, s *service) (answer string)
}

// floods are what is tried of them. A client may have a hundred connections.
var floods = []flood{
	{"300 connections of one address that say nothing", "the oldest are closed", silent("")},
	{"300 connections of one address with half a request", "the oldest are closed",
		silent("GET / HTTP/1.1\r\nHost: x\r\nX-A: ")},
	{"300 connections of one address with half a body", "the oldest are closed",
		silent("POST /api/transfers/create HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{")},
	{"1,000 connections, one after the other", "1,000 answers", func(t *testing.T, s *service) string {
		t.Helper()
		answered := 0
		for range 1000 {
			s.recovers(t)
			answered++
		}
		return count(answered)
	}},
	{"1,000 requests on one connection, before any answer is taken", "1,000 answers",
		func(t *testing.T, s *service) string {
			t.Helper()
			conn := s.dial(t)
			defer conn.Close()
			go func() { _, _ = io.WriteString(conn, strings.Repeat(get+"\r\n", 1000)) }()
			answered, from := 0, bufio.NewReader(conn)
			for range 1000 {
				res, err := http.ReadResponse(from, nil)
				if err != nil {
					break
				}
				if _, err := io.Copy(io.Discard, res.Body); err == nil && res.StatusCode == http.StatusOK {
					answered++
				}
			}
			return count(answered)
		}},
}

func count(n int) string {
	if n == 1000 {
		return "1,000 answers"
	}
	return fmt.Sprint(n, " answers")
}

// silent opens connections, says as much on each, and no more.
func silent(text string) func(*testing.T, *service) string {
	return func(t *testing.T, s *service) string {
		t.Helper()
		var open []net.Conn
		for range 300 {
			conn := s.dial(t)
			defer conn.Close()
			_, _ = io.WriteString(conn, text) // one may be closed already
			open = append(open, conn)
		}
		s.recovers(t)
		if _, err := io.ReadAll(open[0]); err == nil || !isTimeout(err) {
			return "the oldest are closed"
		}
		return "the oldest are still open"
	}
}

// recovers asks what an honest client does, and again for as long as all that its
// address may have is at work and gives way to nobody.
func (s *service) recovers(t *testing.T) {
	t.Helper()
	for until := time.Now().Add(patience); s.hear(t, "", false) != "honest"; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("no honest request is answered any more")
		}
	}
}

// TestFloods sends one after the other to both services, which are well afterwards.
func TestFloods(t *testing.T) {
	t.Parallel()
	p := served(t)
	for _, f := range floods {
		for _, s := range []*service{p.user, p.admin} {
			if got := f.of(t, s); got != f.answer {
				t.Errorf("%s: %s: %q, want %q", s.name, f.name, got, f.answer)
			}
			s.recovers(t)
		}
	}
}
