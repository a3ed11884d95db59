//go:build unix

package command_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sgraph.ai/send/cli/internal/site"
)

// running is sgsend as a process of its own.
type running struct {
	*exec.Cmd
	out, err  bytes.Buffer
	temporary string // its folder for temporary files
	dir       string // the one that it is in
}

// heard makes what is started from here begin with every signal at its default.
// Whoever runs the tests may ignore some, as nohup does, and as shells do for
// what they run in the background; programs that are started inherit that.
var heard = sync.OnceFunc(func() {
	for _, s := range []os.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT} {
		if signal.Ignored(s) {
			signal.Notify(make(chan os.Signal, 1), s)
		}
	}
})

// start starts sgsend, in an empty folder.
func start(t *testing.T, s *site.Site, set func(*running), args ...string) *running {
	t.Helper()
	heard()
	p := &running{Cmd: exec.Command("sgsend", args...), temporary: t.TempDir(), dir: t.TempDir()}
	p.Dir, p.Stdout, p.Stderr = p.dir, &p.out, &p.err
	p.Env = append(os.Environ(), "SGSEND_SERVER="+s.URL, "SGSEND_TOKEN="+s.Token, "TMPDIR="+p.temporary,
		"XDG_CACHE_HOME="+t.TempDir(), "XDG_STATE_HOME="+t.TempDir())
	if set != nil {
		set(p)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Process.Kill() })
	return p
}

// end waits for the process, which does not hang, and returns its exit code.
func (p *running) end(t *testing.T) int {
	t.Helper()
	hung := time.AfterFunc(5*time.Minute, func() { _ = p.Process.Kill() })
	err := p.Wait()
	if !hung.Stop() {
		t.Fatalf("it hung; it said %s", &p.err)
	}
	if e, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		t.Fatal(err)
	} else if ok {
		return e.ExitCode()
	}
	return 0
}

// left are the files in a folder.
func left(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func file(t *testing.T, size int64) string {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "a.bin"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(size); err != nil {
		t.Fatal(err)
	}
	return f.Name()
}

// sent sends a file of zeros, and returns its link.
func sent(t *testing.T, s *site.Site, size int64) string {
	t.Helper()
	return sentFor(t, s, "0", file(t, size))
}

// sentOnce sends a file of zeros that can be downloaded once.
func sentOnce(t *testing.T, s *site.Site, size int64) string {
	t.Helper()
	return sentFor(t, s, "1", file(t, size))
}

// sentFor sends a file that can be downloaded so many times.
func sentFor(t *testing.T, s *site.Site, times, path string) string {
	t.Helper()
	p := start(t, s, nil, "send", "--downloads", times, path)
	if code := p.end(t); code != 0 {
		t.Fatalf("exit code %d: %s", code, &p.err)
	}
	return strings.TrimSpace(p.out.String())
}

func fifo(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// wait is a place in which the command waits: begin starts it, and returns once
// it is there.
type wait struct {
	name  string
	begin func(t *testing.T, s *site.Site) *running
}

// stuck makes a service hold every request that is meant, and says when the
// first is held.
func stuck(s *site.Site, meant func(*http.Request) bool) (held <-chan string) {
	came := make(chan string, 100)
	s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
		if !meant(r) {
			service.ServeHTTP(w, r)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body) // else its end goes unnoticed
		came <- r.URL.Path
		<-r.Context().Done()
	})
	return came
}

func with(part string) func(*http.Request) bool {
	return func(r *http.Request) bool { return strings.Contains(r.URL.Path, part) }
}

// eventually returns when something is so.
func eventually(t *testing.T, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("never")
		}
	}
}

var waits = []wait{
	{"for its standard input", func(t *testing.T, s *site.Site) *running {
		r, w := pipe(t)
		p := start(t, s, func(p *running) { p.Stdin = r }, "send", "-")
		if _, err := w.Write(make([]byte, 1<<20)); err != nil { // more than a pipe holds: it reads
			t.Fatal(err)
		}
		return p
	}},
	{"for a long standard input", func(t *testing.T, s *site.Site) *running {
		r, w := pipe(t)
		p := start(t, s, func(p *running) { p.Stdin = r }, "send", "-")
		if _, err := w.Write(make([]byte, 36<<20)); err != nil {
			t.Fatal(err)
		}
		return p
	}},
	{"for somebody to write into a pipe", func(t *testing.T, s *site.Site) *running {
		p := start(t, s, nil, "send", fifo(t))
		opening(t, p)
		return p
	}},
	{"for somebody to read a pipe", func(t *testing.T, s *site.Site) *running {
		p := start(t, s, nil, "receive", "-o", fifo(t), sent(t, s, 10))
		opening(t, p)
		return p
	}},
	{"for somebody to take the link", func(t *testing.T, s *site.Site) *running {
		r, w := pipe(t)
		filled(t, w)
		var completed sync.Once
		done := make(chan bool)
		s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
			service.ServeHTTP(w, r)
			if strings.Contains(r.URL.Path, "/complete/") {
				completed.Do(func() { close(done) })
			}
		})
		p := start(t, s, func(p *running) { p.Stdout = w }, "send", file(t, 10))
		<-done
		_ = r
		return p
	}},
	{"for what comes through a pipe", func(t *testing.T, s *site.Site) *running {
		path := fifo(t)
		p := start(t, s, nil, "send", path)
		w, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { w.Close() })
		if _, err := w.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
		return p
	}},
	{"for somebody to take its output", func(t *testing.T, s *site.Site) *running {
		link := sent(t, s, 4<<20)
		r, w := pipe(t)
		p := start(t, s, func(p *running) { p.Stdout = w }, "receive", "-o", "-", link)
		w.Close()
		if _, err := io.ReadFull(r, make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		return p
	}},
	{"for somebody to take what it writes into a pipe", func(t *testing.T, s *site.Site) *running {
		path := fifo(t)
		p := start(t, s, nil, "receive", "-o", path, sent(t, s, 4<<20))
		r, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { r.Close() })
		if _, err := io.ReadFull(r, make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		return p
	}},
	{"between repetitions", func(t *testing.T, s *site.Site) *running {
		asked := make(chan bool, 100)
		s.Fail(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusServiceUnavailable)
			asked <- true
		})
		p := start(t, s, nil, "send", file(t, 10))
		<-asked
		return p
	}},
	{"for an answer", func(t *testing.T, s *site.Site) *running {
		held := stuck(s, with("/info/"))
		p := start(t, s, nil, "info", "000000000000")
		<-held
		return p
	}},
	{"for an upload", func(t *testing.T, s *site.Site) *running {
		held := stuck(s, with("/upload/"))
		p := start(t, s, nil, "send", file(t, 1<<20))
		<-held
		return p
	}},
	{"for the parts of an upload", func(t *testing.T, s *site.Site) *running {
		held := stuck(s, func(r *http.Request) bool { return r.Method == http.MethodPut })
		p := start(t, s, nil, "send", file(t, 40<<20))
		<-held
		return p
	}},
	{"for a service that answers nothing any more", func(t *testing.T, s *site.Site) *running {
		var made atomic.Bool
		held := stuck(s, func(r *http.Request) bool { return made.Swap(true) })
		p := start(t, s, nil, "send", file(t, 1<<20))
		<-held
		return p
	}},
	{"for a download", func(t *testing.T, s *site.Site) *running {
		link := sent(t, s, 8<<20)
		began := make(chan bool, 100)
		s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
			if !strings.Contains(r.URL.Path, "/bytes/") {
				service.ServeHTTP(w, r)
				return
			}
			service.ServeHTTP(&stopping{ResponseWriter: w, r: r, left: 2 << 20, stopped: began}, r)
		})
		p := start(t, s, nil, "receive", link)
		<-began
		return p
	}},
}

// stopping carries some bytes, and then nothing until the request ends.
type stopping struct {
	http.ResponseWriter
	r       *http.Request
	left    int
	stopped chan bool
}

func (s *stopping) Write(p []byte) (int, error) {
	if s.left -= len(p); s.left > 0 {
		return s.ResponseWriter.Write(p)
	}
	s.stopped <- true
	<-s.r.Context().Done()
	panic(http.ErrAbortHandler)
}

// opening returns once a process waits for the other end of a pipe.
func opening(t *testing.T, p *running) {
	t.Helper()
	waits := func() bool {
		threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/wchan", p.Process.Pid))
		for _, thread := range threads {
			if at, _ := os.ReadFile(thread); strings.Contains(string(at), "partner") || strings.Contains(string(at), "fifo") {
				return true
			}
		}
		return false
	}
	for end := time.Now().Add(20 * time.Second); !waits(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Skip("SKIPPED, nothing was tested: this system does not say what a process waits for")
		}
	}
}

// filled fills a pipe, so that who writes to it waits.
func filled(t *testing.T, w *os.File) {
	t.Helper()
	if err := w.SetWriteDeadline(time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := w.Write(make([]byte, 4096)); err != nil {
			return
		}
	}
}

func pipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close(); w.Close() })
	return r, w
}

// One signal ends the command wherever it waits, and nothing is left: no file
// on this machine but what is kept of a download, nothing at the service.
func TestSignals(t *testing.T) {
	t.Parallel()
	signals := []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}
	for i, w := range waits {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			s := site.Start(t)
			sig := signals[i%len(signals)]
			p := w.begin(t, s)
			if err := p.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			if code := p.end(t); code != 128+int(sig) || !strings.Contains(p.err.String(), "interrupted") {
				t.Errorf("%v: exit code %d, and it said %q", sig, code, &p.err)
			}
			if names := append(left(t, p.dir), left(t, p.temporary)...); len(names) > 0 && w.name != "for a download" {
				t.Errorf("%v left %v", sig, names)
			}
			s.Fail(nil)
			if p.Args[1] != "send" || strings.Contains(w.name, "nothing any more") || strings.Contains(w.name, "the link") {
				return
			}
			s.End()
			if kept := s.Payloads(t); len(kept) > 0 {
				t.Errorf("%v left %d objects or parts at the service", sig, len(kept))
			}
		})
	}
}

// Every signal to end does the same: what has come of a download that was
// counted is kept from all others, and gone on with.
func TestEverySignal(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			s := site.Start(t)
			link := sentOnce(t, s, 40<<20) // in version 2, which is opened as it comes
			began := make(chan bool, 100)
			s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
				if !strings.Contains(r.URL.Path, "/bytes/") {
					service.ServeHTTP(w, r)
					return
				}
				service.ServeHTTP(&stopping{ResponseWriter: w, r: r, left: 10 << 20, stopped: began}, r)
			})
			p := start(t, s, nil, "receive", link)
			<-began
			eventually(t, func() bool { return len(left(t, p.dir)) > 0 })
			if err := p.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			if code := p.end(t); code != 128+int(sig) || !strings.Contains(p.err.String(), "receive it again") {
				t.Errorf("exit code %d: %s", code, &p.err)
			}
			names := left(t, p.dir)
			for _, name := range names {
				info, err := os.Stat(filepath.Join(p.dir, name))
				if err != nil || info.Mode() != 0o600 || !strings.HasPrefix(name, ".sgsend-") {
					t.Errorf("left %s: %v, %v", name, info.Mode(), err)
				}
			}
			if len(names) != 2 {
				t.Errorf("left %v", names)
			}
			s.Fail(nil)
			again := start(t, s, func(next *running) { next.Dir = p.dir }, "receive", link)
			if code := again.end(t); code != 0 || !strings.Contains(again.err.String(), "going on with the download") {
				t.Errorf("exit code %d: %s", code, &again.err)
			}
			if names := left(t, p.dir); !slices.Equal(names, []string{"a.bin"}) {
				t.Errorf("there is %v", names)
			}
		})
	}
}

// What is to survive the end of a terminal, as by nohup, does.
func TestIgnoredSignalsStayIgnored(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	r, w := pipe(t)
	p := start(t, s, func(p *running) {
		p.Stdin = r
		p.Path, p.Args = "/bin/sh", append([]string{"sh", "-c", `trap "" HUP INT; exec "$@"`, "sh"}, p.Args...)
	}, "send", "-")
	content := make([]byte, 1<<20)
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	for _, sig := range []syscall.Signal{syscall.SIGHUP, syscall.SIGINT} {
		if err := p.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Write(content); err != nil {
		t.Error(err)
	}
	w.Close()
	if code := p.end(t); code != 0 || !strings.HasPrefix(p.out.String(), s.URL) {
		t.Errorf("exit code %d: %s", code, &p.err)
	}
}

// While it is written nobody else can read a file, also where it replaces one
// that everybody can.
func TestNobodyReadsWhatIsNotWhole(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	link := sent(t, s, 40<<20) // in version 2, which is opened as it comes
	for _, replaces := range []bool{false, true} {
		began := make(chan bool, 100)
		s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
			if !strings.Contains(r.URL.Path, "/bytes/") {
				service.ServeHTTP(w, r)
				return
			}
			service.ServeHTTP(&stopping{ResponseWriter: w, r: r, left: 10 << 20, stopped: began}, r)
		})
		p := start(t, s, func(p *running) {
			if replaces {
				if err := os.WriteFile(filepath.Join(p.dir, "a.bin"), nil, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}, "receive", "--force", link)
		<-began
		var partial os.FileInfo
		eventually(t, func() bool {
			for _, name := range left(t, p.dir) {
				if strings.HasSuffix(name, ".part") {
					partial, _ = os.Stat(filepath.Join(p.dir, name))
				}
			}
			return partial != nil && partial.Size() > 0
		})
		if mode := partial.Mode(); mode != 0o600 {
			t.Errorf("replaces %v: the mode is %v", replaces, mode)
		}
		_ = p.Process.Signal(os.Interrupt)
		p.end(t)
	}
}

// A file that changes while it is sent is noticed, whatever of it stays the
// same, and nothing of it can be received.
func TestChangedWhileSent(t *testing.T) {
	t.Parallel()
	const size = 60 << 20
	writeAt := func(path string) error {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = f.WriteAt([]byte("x"), 0)
		return err
	}
	for name, change := range map[string]func(path string) error{
		"in place": writeAt,
		"with its time put back": func(path string) error {
			info, err := os.Stat(path)
			if err != nil {
				return err
			}
			if err := writeAt(path); err != nil {
				return err
			}
			return os.Chtimes(path, time.Time{}, info.ModTime())
		},
		"by another of its name": func(path string) error {
			other := path + ".new"
			if err := os.WriteFile(other, make([]byte, size), 0o600); err != nil {
				return err
			}
			return os.Rename(other, path)
		},
		"to be shorter": func(path string) error { return os.Truncate(path, size-1) },
		"to be longer":  func(path string) error { return os.Truncate(path, size+1) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := site.Start(t)
			path := file(t, size)
			var once sync.Once
			s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
				if r.Method == http.MethodPut { // a part; those after the next few are not read yet
					once.Do(func() {
						if err := change(path); err != nil {
							t.Error(err)
						}
					})
				}
				service.ServeHTTP(w, r)
			})
			p := start(t, s, nil, "send", path)
			if code := p.end(t); code != 1 || !strings.Contains(p.err.String(), "while it was read") {
				t.Errorf("exit code %d: %s%s", code, &p.out, &p.err)
			}
			s.End()
			if kept := s.Payloads(t); len(kept) > 0 {
				t.Errorf("left: %v", slices.Collect(maps.Keys(kept)))
			}
		})
	}
}
