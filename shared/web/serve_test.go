package web_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/test/logtest"
	"sgraph.ai/send/shared/web"
)

func TestServeCompletesWhatIsInFlight(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	started, release := make(chan bool), make(chan bool)
	ended := make(chan error)
	go func() {
		ended <- (web.Settings{}).Serve(ctx, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			started <- true
			<-release
			io.WriteString(w, "complete")
		}), ln)
	}()
	answer := make(chan string)
	go func() {
		resp, err := asking.Client.Get("http://" + ln.Addr().String())
		if err != nil {
			answer <- err.Error()
			return
		}
		defer resp.Body.Close()
		b, _ := io.ReadAll(resp.Body)
		answer <- string(b)
	}()
	<-started
	stop()
	for { // until nobody listens any more
		conn, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			break
		}
		conn.Close()
		time.Sleep(5 * time.Millisecond)
	}
	close(release)
	if got := <-answer; got != "complete" {
		t.Errorf("in flight: %s", got)
	}
	if err := <-ended; err != nil {
		t.Errorf("ended with %v", err)
	}
}

func TestServeRefusesHugeHeaders(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go (web.Settings{}).Serve(t.Context(), http.NotFoundHandler(), ln)
	conn := dial(t, "http://"+ln.Addr().String(),
		"GET / HTTP/1.1\r\nHost: x\r\nX: "+strings.Repeat("x", 40<<10)+"\r\n\r\n")
	if b, _ := io.ReadAll(conn); !strings.HasPrefix(string(b), "HTTP/1.1 431") {
		t.Errorf("got %.40q", b)
	}
}

func TestLogIsWrittenInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &logtest.Buffer{}
		log, flush := web.NewLog(l, slog.LevelInfo)
		log = log.With("a", 1).WithGroup("g")
		log.Debug("not at this level")
		log.Info("one")
		if l.String() != "" {
			t.Error("written at once")
		}
		time.Sleep(time.Second)
		if !strings.Contains(l.String(), "one") {
			t.Error("not written in time")
		}
		log.Info("two")
		flush()
		if !strings.Contains(l.String(), "two") {
			t.Error("not flushed")
		}
		log.Info("three")
		log.Error("four")
		if !strings.Contains(l.String(), "three") || !strings.Contains(l.String(), "four") {
			t.Error("an error waits")
		}
		for range 1000 {
			log.Info(strings.Repeat("x", 1000))
		}
		if n := len(l.String()); n < 900_000 {
			t.Errorf("only %d bytes of a million are written: the rest is held", n)
		}
		flush()
		l.Records(t, 1004)
	})
}

func TestOrigin(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ scheme, asked, at, want string }{
		{"http", ":80", "[::]:80", "http://localhost"},
		{"http", ":8080", "[::]:8080", "http://localhost:8080"},
		{"http", "0.0.0.0:80", "0.0.0.0:80", "http://localhost"},
		{"http", "[::]:8080", "[::]:8080", "http://localhost:8080"},
		{"http", "127.0.0.1:0", "127.0.0.1:4711", "http://127.0.0.1:4711"},
		{"http", "[::1]:80", "[::1]:80", "http://[::1]"},
		{"http", "send.example.org:80", "192.0.2.1:80", "http://send.example.org"},
		{"http", "[fe80::1%eth0]:8080", "[fe80::1%eth0]:8080", "http://[fe80::1%25eth0]:8080"},
		{"http", "192.0.2.1:8000", "192.0.2.1:8000", "http://192.0.2.1:8000"},
		{"https", ":443", "[::]:443", "https://localhost"},
		{"https", "send.example.org:0", ":443", "https://send.example.org"}, // before anything listens
		{"http", ":8080", ":8080", "http://localhost:8080"},
		{"https", "send.example.org:0", "[::]:443", "https://send.example.org"},
		{"https", "127.0.0.1:80", "127.0.0.1:80", "https://127.0.0.1:80"},
	} {
		if got := web.Origin(c.scheme, c.at, c.asked); got != c.want {
			t.Errorf("asked to listen at %s: %s, want %s", c.asked, got, c.want)
		}
	}
}
