package serve_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/shared/test/slowtest"
)

// While one client holds a thousand requests that do not come to an end, others are
// served, and so is another program at its address; and then all of them are gone.
func TestAThousandSlowBodies(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir(), "SEND__METRICS_ADDR=127.0.0.1:0")
	metrics := regexp.MustCompile(`Metrics\s+(\S+)`).FindStringSubmatch(s.out.String())[1]
	shown := func(name string) int {
		_, text := s.call("GET", metrics, nil)
		m := regexp.MustCompile(`(?m)^` + name + `(?:\{service="user"\})? (\d+)$`).FindSubmatch(text)
		if m == nil {
			t.Fatalf("%s is not shown:\n%s", name, text)
		}
		n, _ := strconv.Atoi(string(m[1]))
		return n
	}
	sendAndReceive := func() {
		t.Helper()
		content := sealed(300_000)
		status, m := s.send("POST", "/api/transfers/create", nil)
		if status != 200 {
			t.Fatalf("create: %d %v", status, m)
		}
		id := m["transfer_id"].(string)
		if status, m := s.send("POST", "/api/transfers/upload/"+id, content); status != 200 {
			t.Fatalf("upload: %d %v", status, m)
		}
		if status, m := s.send("POST", "/api/transfers/complete/"+id, nil); status != 200 {
			t.Fatalf("complete: %d %v", status, m)
		}
		status, got := s.call("GET", s.user+"/api/transfers/download/"+id, nil)
		if status != 200 || !bytes.Equal(got, content) {
			t.Fatalf("download: %d, %d bytes", status, len(got))
		}
	}
	sendAndReceive()
	goroutines, descriptors := shown("go_goroutines"), 0
	if runtime.GOOS == "linux" {
		descriptors = shown("process_open_fds")
	}

	var held []net.Conn
	for i := range 1000 {
		path := []string{"/api/transfers/create", "/api/transfers/upload/ffffffffffff", "/nowhere"}[i%3]
		text := slowtest.Head("POST", path, "X-Sgraph-Access-Token: "+s.token, "Content-Length: 1000") + "{"
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.user, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, text) // the connection may be closed already
		held = append(held, conn)
	}
	// What served those that gave way may still be ending.
	eventually(t, "too many work for one client", func() bool { return shown("go_goroutines") <= goroutines+250 })
	sendAndReceive()
	if n := shown("sgraph_send_connections_refused_total"); n < 800 {
		t.Errorf("only %d of 1,000 connections had to give way", n)
	}

	answers := map[string]int{}
	for _, conn := range held {
		_ = conn.SetDeadline(time.Now().Add(2 * time.Minute))
		answer, err := io.ReadAll(conn)
		if e, ok := err.(net.Error); ok && e.Timeout() {
			t.Fatal("a request is held without end")
		}
		answers[fmt.Sprintf("%.12s", answer)]++
	}
	if answers["HTTP/1.1 408"] == 0 {
		t.Errorf("answered %v", answers)
	}
	eventually(t, "what served them stays", func() bool { return shown("go_goroutines") <= goroutines+5 })
	if runtime.GOOS == "linux" {
		eventually(t, "their descriptors stay open", func() bool { return shown("process_open_fds") <= descriptors+5 })
	}
	sendAndReceive()
}
