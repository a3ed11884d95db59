package client

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// told is a body in memory that counts how much of it was copied.
type told struct {
	*bytes.Reader
	copied int
}

func (b *told) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	b.copied += n
	return n, err
}

// What is in memory goes out from where it is, but for what goes with the request's head:
// net/http hands on what it takes.
func TestABodyInMemoryIsNotCopied(t *testing.T) {
	t.Parallel()
	text := bytes.Repeat([]byte("0123456789abcdef"), 1<<18)
	var arrived atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if b, err := io.ReadAll(r.Body); err != nil || !bytes.Equal(b, text) {
			t.Errorf("%d bytes came, %v", len(b), err)
		}
		arrived.Add(1)
	}))
	defer s.Close()
	body := &told{Reader: bytes.NewReader(text)}
	_, done, err := (&Client{Server: s.URL}).do(t.Context(), http.MethodPut, s.URL, body)
	if err != nil {
		t.Fatal(err)
	}
	done()
	if arrived.Load() != 1 || body.copied > 64<<10 {
		t.Errorf("%d bytes of %d were copied", body.copied, len(text))
	}
}

// A connection takes no more of a body than was said.
func TestALineTakesWhatIsLimited(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	came := make(chan string)
	go func() {
		conn, err := ln.Accept()
		if err != nil {
			t.Error(err)
			close(came)
			return
		}
		b, _ := io.ReadAll(conn)
		came <- string(b)
	}()
	conn, err := dial(t.Context(), "tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, limit := range []int64{2, 3, 7} {
		n, err := io.Copy(conn, io.LimitReader(strings.NewReader("abc"), limit))
		if err != nil || n != min(limit, 3) {
			t.Errorf("limited to %d: %d, %v", limit, n, err)
		}
	}
	conn.Close()
	if got := <-came; got != "ab"+"abc"+"abc" {
		t.Errorf("%q came", got)
	}
}

// When a body has ended nobody is reading it, or will: what it was made of may become
// something else, and that is for a while a content that was not sealed yet.
func TestAnEndedBodyIsNotRead(t *testing.T) {
	t.Parallel()
	memory := bytes.Repeat([]byte{'c'}, 3*atOnce)
	body := (&meter{}).leaving(memory)
	r, w := net.Pipe() // whose writer is at it until all was read, or it is closed
	writing := make(chan error)
	go func() {
		_, err := body.WriteTo(w)
		writing <- err
	}()
	if _, err := io.ReadFull(r, make([]byte, atOnce+10)); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		body.end()
		close(ended)
	}()
	select {
	case <-ended:
		t.Fatal("it ended while it was written")
	case <-time.After(20 * time.Millisecond):
	}
	w.Close()
	<-ended
	clear(memory)
	if err := <-writing; err == nil {
		t.Error("all was written")
	}
	for name, read := range map[string]func() (int64, error){
		"Read":    func() (int64, error) { n, err := body.Read(make([]byte, 10)); return int64(n), err },
		"WriteTo": func() (int64, error) { return body.WriteTo(io.Discard) },
	} {
		if n, err := read(); n != 0 || err == nil || err == io.EOF {
			t.Errorf("%s after the end: %d bytes, %v", name, n, err)
		}
	}
}

// What is counted of a body is what went, and is taken back where that was in vain.
func TestABodyIsCounted(t *testing.T) {
	t.Parallel()
	var done int64
	m := &meter{tell: func(d, _ int64) { done = d }}
	body := m.leaving(make([]byte, 3*atOnce))
	if _, err := io.ReadFull(body, make([]byte, 100)); err != nil || done != 100 {
		t.Errorf("%d bytes, %v", done, err)
	}
	if n, err := body.WriteTo(io.Discard); err != nil || n != 3*atOnce-100 || done != 3*atOnce || body.Len() != 0 {
		t.Errorf("%d more and %d bytes, %v", n, done, err)
	}
	if n, err := body.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("behind its end: %d bytes, %v", n, err)
	}
	if body.undo(); done != 0 {
		t.Errorf("%d bytes of what was in vain", done)
	}
}
