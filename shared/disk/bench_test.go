package disk_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"sgraph.ai/send/shared/send"
)

const benchSize = 64 << 20

// benchRoot is on a disk of memory where there is one, so that the code is
// measured and not the disk. BENCH_DIR is another place to measure.
func benchRoot(b *testing.B) string {
	b.Helper()
	base := os.Getenv("BENCH_DIR")
	if info, err := os.Stat("/dev/shm"); base == "" && err == nil && info.IsDir() {
		base = "/dev/shm"
	}
	root, err := os.MkdirTemp(base, "bench-disk-*") //nolint:usetesting // its place is chosen
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { os.RemoveAll(root) })
	return root
}

// BenchmarkPut is to be compared with a bare copy to a file: of memory, and of
// a socket. Every object is a new one, as in the service: replacing a file has
// ext4 write it to the disk at once.
func BenchmarkPut(b *testing.B) {
	s, bare := open(b, benchRoot(b)), benchRoot(b)
	n := 0
	toStore := func(body io.Reader, size int64) error {
		n++
		if err := s.Delete(b.Context(), fmt.Sprintf("transfers/1d/abcdef/%d", n-1)); err != nil {
			return err
		}
		_, err := s.Put(b.Context(), fmt.Sprintf("transfers/1d/abcdef/%d", n), body, size)
		return err
	}
	toFile := func(body io.Reader, _ int64) error {
		n++
		os.Remove(filepath.Join(bare, fmt.Sprint(n-1)))
		f, err := os.Create(filepath.Join(bare, fmt.Sprint(n)))
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = io.CopyBuffer(struct{ io.Writer }{f}, struct{ io.Reader }{body}, make([]byte, 256<<10))
		return err
	}
	nowhere := func(body io.Reader, _ int64) error {
		_, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{body}, make([]byte, 256<<10))
		return err
	}
	for _, sink := range []struct {
		name string
		put  func(io.Reader, int64) error
	}{{"store", toStore}, {"file", toFile}, {"nowhere", nowhere}} {
		b.Run("memory/"+sink.name, func(b *testing.B) {
			content := make([]byte, benchSize)
			b.SetBytes(benchSize)
			b.ReportAllocs()
			for b.Loop() {
				if err := sink.put(struct{ io.Reader }{bytes.NewReader(content)}, benchSize); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("http/"+sink.name, func(b *testing.B) { benchmarkUpload(b, sink.put) })
	}
	b.Run("memory/store/small", func(b *testing.B) {
		content := make([]byte, 1000)
		b.ReportAllocs()
		for b.Loop() {
			if err := toStore(bytes.NewReader(content), 1000); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// benchmarkUpload sends bodies over the loopback as cheaply as can be.
func benchmarkUpload(b *testing.B, put func(io.Reader, int64) error) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := put(r.Body, r.ContentLength); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}))
	defer srv.Close()
	conn, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	content := make([]byte, 1<<20)
	answer := make([]byte, 4096)
	b.SetBytes(benchSize)
	b.ReportAllocs()
	for b.Loop() {
		fmt.Fprintf(conn, "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", benchSize)
		for range benchSize / len(content) {
			if _, err := conn.Write(content); err != nil {
				b.Fatal(err)
			}
		}
		n, err := conn.Read(answer)
		if err != nil || !bytes.Contains(answer[:n], []byte(" 200 ")) {
			b.Fatalf("%s, %v", answer[:n], err)
		}
	}
}

// BenchmarkOpen sends an object over the loopback, as the file it is and as any
// reader.
func BenchmarkOpen(b *testing.B) {
	s := open(b, benchRoot(b))
	if _, err := s.Put(b.Context(), "k/x", bytes.NewReader(make([]byte, benchSize)), benchSize); err != nil {
		b.Fatal(err)
	}
	for _, source := range []struct {
		name string
		hide bool // that it is a file, so that the system cannot send it
	}{{"file", false}, {"reader", true}} {
		b.Run(source.name, func(b *testing.B) {
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, o, err := s.Open(r.Context(), "k/x", send.Whole)
				if err != nil {
					http.Error(w, err.Error(), http.StatusInternalServerError)
					return
				}
				defer body.Close()
				w.Header().Set("Content-Length", fmt.Sprint(o.Size))
				if source.hide {
					io.Copy(w, struct{ io.Reader }{body})
				} else {
					io.Copy(w, body)
				}
			}))
			defer srv.Close()
			client := srv.Client()
			buf := make([]byte, 1<<20)
			b.SetBytes(benchSize)
			for b.Loop() {
				resp, err := client.Get(srv.URL)
				if err != nil {
					b.Fatal(err)
				}
				n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, resp.Body, buf)
				resp.Body.Close()
				if n != benchSize || err != nil {
					b.Fatalf("%d bytes, %v", n, err)
				}
			}
		})
	}
}

// BenchmarkAssemble makes one object of eight parts.
func BenchmarkAssemble(b *testing.B) {
	s := open(b, benchRoot(b))
	part := make([]byte, benchSize/8)
	b.SetBytes(benchSize)
	for b.Loop() {
		b.StopTimer()
		id, err := s.Begin(b.Context(), "k/x")
		if err != nil {
			b.Fatal(err)
		}
		parts := make([]send.Part, 8)
		for i := range parts {
			parts[i].Number = i + 1
			if parts[i].ETag, err = s.PutPart(b.Context(), "k/x", id, i+1, bytes.NewReader(part), int64(len(part))); err != nil {
				b.Fatal(err)
			}
		}
		b.StartTimer()
		if _, err := s.Assemble(b.Context(), "k/x", id, parts); err != nil {
			b.Fatal(err)
		}
	}
}
