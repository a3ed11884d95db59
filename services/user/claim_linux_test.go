package user_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"sgraph.ai/send/services/user"
)

// thin returns a client of one request, on a line on which no more than 64 KiB are on
// their way, in segments such as the Internet has.
func thin() *http.Client {
	d := net.Dialer{Control: func(_, _ string, c syscall.RawConn) (err error) {
		failed := c.Control(func(fd uintptr) {
			if err = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_MAXSEG, 1448); err == nil {
				err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 32<<10) // it takes twice that
			}
		})
		if failed != nil {
			return failed
		}
		return err
	}}
	return &http.Client{Transport: &http.Transport{DialContext: d.DialContext, DisableKeepAlives: true}}
}

// A true connection that breaks every 300 KB gets its file: what the system holds ready
// to be sent is lost each time, and must be no more than arrives.
func TestALineThatBreaksGetsItsFile(t *testing.T) {
	t.Parallel()
	s := start(t, func(set *user.Settings) { set.Rules.MaxBytes = 64 << 20 })
	ctx, stop := context.WithCancel(t.Context())
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() { ended <- s.service.Serve(ctx, ln) }()
	defer func() { stop(); <-ended }()

	ciphertext, _ := sealed(t, 16<<20)
	url, _ := s.begun(s.transfer(ciphertext, map[string]any{"max_downloads": 1}))
	url = "http://" + ln.Addr().String() + url[strings.Index(url, "/api/"):]
	var got []byte
	for requests := 0; len(got) < len(ciphertext); requests++ {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", len(got)))
		res, err := thin().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if res.StatusCode != 206 {
			t.Fatalf("request %d: %s, with %d of %d bytes", requests, res.Status, len(got), len(ciphertext))
		}
		arrived, err := io.ReadAll(io.LimitReader(res.Body, 300_000))
		res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, arrived...)
	}
	if !bytes.Equal(got, ciphertext) {
		t.Error("other bytes")
	}
}
