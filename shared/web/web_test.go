package web_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/web"
)

// logged is a request log that a test reads.
type logged struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// lines waits until there are n lines, and returns them.
func (l *logged) lines(t *testing.T, n int) []map[string]any {
	t.Helper()
	for range 500 {
		text := strings.TrimSpace(l.String())
		if got := strings.Split(text, "\n"); text != "" && len(got) >= n {
			var lines []map[string]any
			for _, line := range got {
				var m map[string]any
				if err := json.Unmarshal([]byte(line), &m); err != nil {
					t.Fatalf("a line is not JSON: %s", line)
				}
				lines = append(lines, m)
			}
			if len(lines) > n {
				t.Fatalf("%d lines, want %d:\n%s", len(lines), n, text)
			}
			return lines
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("not %d lines:\n%s", n, l)
	return nil
}

// site starts a server of one service.
func site(t testing.TB, s web.Settings, routes func(*mux.Router)) (*httptest.Server, *logged) {
	t.Helper()
	l := &logged{}
	log, flush := web.NewLog(l, slog.LevelInfo)
	s.Meter.Service, s.Log = "test", log
	if s.Secret == nil {
		s.Secret = send.Secret("a secret of the tests")
	}
	router := mux.NewRouter()
	routes(router)
	server := httptest.NewServer(s.Wrap(router))
	t.Cleanup(flush)
	t.Cleanup(server.Close)
	return server, l
}

func route(pattern string, h web.HandlerFunc) func(*mux.Router) {
	return func(r *mux.Router) { r.Handle(pattern, web.Handle(h)) }
}

func hello(w http.ResponseWriter, r *http.Request) error {
	web.WriteJSON(w, http.StatusOK, map[string]string{"hello": "world"})
	return nil
}

func do(t *testing.T, method, url string, header map[string]string, body string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(b)
}

func get(t *testing.T, url string, header map[string]string) (*http.Response, string) {
	t.Helper()
	return do(t, http.MethodGet, url, header, "")
}
