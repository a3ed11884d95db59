package web_test

import (
	"bytes"
	"crypto/rand"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/test/logtest"
	"sgraph.ai/send/shared/web"
)

// watched tells which readers its connections were asked to send from.
type watched struct {
	net.Listener
	mu    sync.Mutex
	files int
	bytes int64
}

func (w *watched) Accept() (net.Conn, error) {
	c, err := w.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return watchedConn{c.(*net.TCPConn), w}, nil
}

type watchedConn struct {
	*net.TCPConn
	w *watched
}

func (c watchedConn) ReadFrom(r io.Reader) (int64, error) {
	_, file := r.(syscall.Conn)
	if l, ok := r.(*io.LimitedReader); ok {
		_, file = l.R.(syscall.Conn)
	}
	n, err := c.TCPConn.ReadFrom(r)
	c.w.mu.Lock()
	defer c.w.mu.Unlock()
	if file {
		c.w.files++
		c.w.bytes += n
	}
	return n, err
}

// A file must leave by the kernel: the connection itself has to be asked to
// read from it.
func TestFilesAreSentFromTheFile(t *testing.T) {
	t.Parallel()
	content := make([]byte, 5<<20+12345)
	rand.Read(content)
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	serve := func(transfer func(w io.Writer, f *os.File) error, length int) http.Handler {
		return web.Handle(func(w http.ResponseWriter, r *http.Request) error {
			f, err := os.Open(name)
			if err != nil {
				return err
			}
			defer f.Close()
			w.Header().Set("Content-Length", strconv.Itoa(length))
			return transfer(w, f)
		})
	}
	const some = 3<<20 + 1
	router := mux.NewRouter()
	router.Handle("/whole",
		serve(func(w io.Writer, f *os.File) error { _, err := io.Copy(w, f); return err }, len(content)))
	router.Handle("/some", serve(func(w io.Writer, f *os.File) error { _, err := io.CopyN(w, f, some); return err }, some))
	router.Handle("/twice", serve(func(w io.Writer, f *os.File) error {
		l := &io.LimitedReader{R: f, N: some}
		if _, err := io.Copy(w, l); err != nil || l.N != 0 {
			t.Errorf("left %d, %v", l.N, err)
		}
		_, err := io.Copy(w, f)
		return err
	}, len(content)))
	router.Handle("/over", serve(func(w io.Writer, f *os.File) error {
		l := &io.LimitedReader{R: f, N: int64(len(content)) + 100}
		_, err := io.Copy(w, l)
		if l.N != 100 {
			t.Errorf("left %d, want 100", l.N)
		}
		return err
	}, len(content)))
	l := &logtest.Buffer{}
	log, flush := web.NewLog(l, nil)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &watched{Listener: ln}
	server := &httptest.Server{Listener: w, Config: &http.Server{Handler: web.Settings{Log: log}.Wrap(router)}}
	server.Start()
	defer server.Close()

	for i, c := range []struct {
		path string
		size int
	}{{"/whole", len(content)}, {"/some", some}, {"/twice", len(content)}, {"/over", len(content)}} {
		w.mu.Lock()
		w.files, w.bytes = 0, 0
		w.mu.Unlock()
		_, body := get(t, server.URL+c.path, nil)
		if !bytes.Equal([]byte(body), content[:c.size]) {
			t.Errorf("%s: other bytes arrived (%d)", c.path, len(body))
		}
		flush()
		if got := l.Records(t, i+1)[i]["bytes_out"]; got != float64(c.size) {
			t.Errorf("%s: %v bytes logged, want %d", c.path, got, c.size)
		}
		w.mu.Lock()
		if w.files == 0 || w.bytes < int64(c.size)-4096 {
			t.Errorf("%s: only %d bytes in %d steps came straight from the file", c.path, w.bytes, w.files)
		}
		w.mu.Unlock()
	}
	if resp, body := do(t, http.MethodHead, server.URL+"/whole", nil, ""); body != "" ||
		resp.ContentLength != int64(len(content)) {
		t.Errorf("HEAD: %d bytes, length %d", len(body), resp.ContentLength)
	}
	flush()
	if got := l.Records(t, 5)[4]["bytes_out"]; got != 0.0 {
		t.Errorf("HEAD: %v bytes logged", got)
	}
}

func TestReadFromWithoutAReaderFrom(t *testing.T) {
	t.Parallel()
	router := mux.NewRouter()
	router.Handle("/", web.Handle(func(w http.ResponseWriter, r *http.Request) error {
		n, err := w.(io.ReaderFrom).ReadFrom(bytes.NewReader(make([]byte, 100_000)))
		if n != 100_000 {
			t.Errorf("%d, %v", n, err)
		}
		return err
	}))
	rec := httptest.NewRecorder()
	web.Settings{}.Wrap(router).ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/", nil))
	if rec.Body.Len() != 100_000 {
		t.Errorf("%d bytes", rec.Body.Len())
	}
}

// A client that leaves in the middle of a download is no fault of the service.
func TestDownloadThatNobodyTakes(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "file")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const size = 64 << 20
	if err := f.Truncate(size); err != nil {
		t.Fatal(err)
	}
	server, l := site(t, web.Settings{}, func(r *mux.Router) {
		r.Handle("/{how}", web.Handle(func(w http.ResponseWriter, r *http.Request) error {
			w.Header().Set("Content-Length", strconv.Itoa(size))
			src := io.Reader(io.NewSectionReader(f, 0, size))
			if mux.Vars(r)["how"] == "file" {
				own, err := os.Open(name)
				if err != nil {
					return err
				}
				defer own.Close()
				src = own
			}
			_, err := io.Copy(w, src)
			return err
		}))
	})
	for i, how := range []string{"file", "copy"} {
		conn := dial(t, server.URL, "GET /"+how+" HTTP/1.1\r\nHost: x\r\n\r\n")
		io.CopyN(io.Discard, conn, 100_000)
		conn.Close()
		line := l.Records(t, i+1)[i]
		if sent, _ := line["bytes_out"].(float64); line["status"] != 499.0 || line["level"] != "INFO" || sent == 0 ||
			sent >= size {
			t.Errorf("%s: logged %v", how, line)
		}
	}
}

// broken is the writer of a connection that broke, which the request's context
// does not know yet.
type broken struct{ *httptest.ResponseRecorder }

func (broken) Write([]byte) (int, error) { return 0, syscall.EPIPE }

func (broken) ReadFrom(io.Reader) (int64, error) {
	return 0, &net.OpError{Op: "readfrom", Err: os.NewSyscallError("sendfile", syscall.ECONNRESET)}
}

func TestConnectionThatBreaks(t *testing.T) {
	t.Parallel()
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for name, src := range map[string]io.Reader{"file": f, "copy": io.MultiReader(bytes.NewReader([]byte("x")))} {
		l := &logtest.Buffer{}
		log, flush := web.NewLog(l, nil)
		router := mux.NewRouter()
		router.Handle("/", web.Handle(func(w http.ResponseWriter, r *http.Request) error {
			_, err := w.(io.ReaderFrom).ReadFrom(src)
			return err
		}))
		func() {
			defer func() {
				if v := recover(); v != http.ErrAbortHandler {
					t.Errorf("%s: panic %v", name, v)
				}
			}()
			web.Settings{Log: log}.Wrap(router).
				ServeHTTP(broken{httptest.NewRecorder()}, httptest.NewRequest(http.MethodGet, "/", nil))
		}()
		flush()
		if line := l.Records(t, 1)[0]; line["status"] != 499.0 || line["level"] != "INFO" {
			t.Errorf("%s: logged %v", name, line)
		}
	}
}
