package web_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/web"
)

func health(w http.ResponseWriter, r *http.Request) error {
	web.WriteJSON(w, http.StatusOK, struct {
		Status string `json:"status"`
	}{"ok"})
	return nil
}

// BenchmarkBare is the measure for BenchmarkHealth: the same reply from
// net/http alone.
func BenchmarkBare(b *testing.B) {
	benchmarkGet(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"status":"ok"}`)
	}))
}

// BenchmarkHealth is /info/health within everything: routes, ids, headers and
// the log.
func BenchmarkHealth(b *testing.B) {
	router := mux.NewRouter()
	router.Handle("/info/health", web.Handle(health)).Methods(http.MethodGet)
	for i := range 40 {
		router.Handle("/api/things"+strconv.Itoa(i)+"/{id}", web.Handle(health)).Methods(http.MethodGet)
	}
	log, flush := web.NewLog(io.Discard, slog.LevelInfo)
	defer flush()
	benchmarkGet(b,
		web.Settings{Meter: metric.Meter{Service: metric.User}, Log: log}.Wrap(router))
}

// benchmarkGet asks over loopback, with a client that costs little.
func benchmarkGet(b *testing.B, h http.Handler) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan error)
	go func() { ended <- (web.Settings{}).Serve(ctx, h, ln) }()
	request := []byte("GET /info/health HTTP/1.1\r\nHost: send.example\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n")
	b.ReportAllocs()
	b.SetParallelism(8)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		conn, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			b.Error(err)
			return
		}
		defer conn.Close()
		r := bufio.NewReader(conn)
		for pb.Next() {
			if _, err := conn.Write(request); err != nil {
				b.Error(err)
				return
			}
			for { // the body is as long in either case
				line, err := r.ReadSlice('\n')
				if err != nil {
					b.Error(err)
					return
				}
				if len(bytes.TrimSpace(line)) == 0 {
					break
				}
			}
			if _, err := r.Discard(len(`{"status":"ok"}`)); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
	stop()
	if err := <-ended; err != nil {
		b.Error(err)
	}
}

// BenchmarkFileBare is the measure for BenchmarkFile: net/http alone.
func BenchmarkFileBare(b *testing.B) {
	benchmarkFile(b, func(h http.Handler) http.Handler { return h })
}

// BenchmarkFile is a download within everything.
func BenchmarkFile(b *testing.B) {
	benchmarkFile(b, func(h http.Handler) http.Handler {
		router := mux.NewRouter()
		router.Handle("/file", h)
		return web.Settings{}.Wrap(router)
	})
}

func benchmarkFile(b *testing.B, wrap func(http.Handler) http.Handler) {
	const size = 256 << 20
	name := filepath.Join(b.TempDir(), "file")
	if err := os.WriteFile(name, make([]byte, size), 0o600); err != nil {
		b.Fatal(err)
	}
	server := httptest.NewServer(wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, err := os.Open(name)
		if err != nil {
			b.Error(err)
			return
		}
		defer f.Close()
		w.Header().Set("Content-Length", strconv.Itoa(size))
		io.Copy(w, f)
	})))
	defer server.Close()
	buf := make([]byte, 1<<20)
	b.SetBytes(size)
	for b.Loop() {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		io.WriteString(conn, "GET /file HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{conn}, buf)
		if err != nil || n < size {
			b.Fatal(n, err)
		}
		conn.Close()
	}
}
