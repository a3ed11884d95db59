package command_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"sgraph.ai/send/cli/internal/site"
)

// small makes a folder a disk of a few MiB.
func small(t *testing.T, dir string) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("SKIPPED, nothing was tested: a small disk to fill can be mounted by root only")
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=4m,mode=0700"); err != nil {
		t.Skipf("SKIPPED, nothing was tested: no disk to fill could be mounted: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
}

// Whose disk is full is said, and what did not fit is not left.
func TestFullDisks(t *testing.T) {
	t.Parallel()
	t.Run("where a file is kept", func(t *testing.T) {
		t.Parallel()
		r := newRecipient(t, "a.bin", 8<<20)
		small(t, r.dir)
		r.fails(t, 1, "the disk of this machine has no room left for this")
		if names := left(t, r.dir); len(names) > 0 || r.counted(t) != 0 {
			t.Errorf("left %v, and %d downloads were counted", names, r.counted(t))
		}
	})
	t.Run("where the standard output is kept", func(t *testing.T) {
		t.Parallel()
		r := newRecipient(t, "a.bin", 8<<20)
		small(t, r.dir)
		out, err := os.Create(filepath.Join(r.dir, "out"))
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		p := start(t, r.s, func(p *running) { p.Stdout = out }, "receive", "-o", "-", r.link)
		if code := p.end(t); code != 1 || !strings.Contains(p.err.String(), "no room left for this") || r.counted(t) != 0 {
			t.Errorf("exit code %d: %s, and %d downloads were counted", code, &p.err, r.counted(t))
		}
	})
	t.Run("that fills while a file arrives", func(t *testing.T) {
		t.Parallel()
		r := newRecipient(t, "a.bin", 1<<20)
		small(t, r.dir)
		filler := filepath.Join(r.dir, "filler")
		r.s.Fail(func(w http.ResponseWriter, req *http.Request, service http.Handler) {
			if strings.Contains(req.URL.Path, "/bytes/") {
				_ = os.WriteFile(filler, make([]byte, 8<<20), 0o600) // as much as there is
				_ = os.Truncate(filler, 3<<20)
			}
			service.ServeHTTP(w, req)
		})
		r.fails(t, 1, "the disk of this machine has no room left")
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
		r.s.Fail(nil)
		r.gets(t, "a.bin")
	})
	t.Run("of temporary files", func(t *testing.T) {
		t.Parallel()
		s := site.Start(t)
		p := start(t, s, func(p *running) {
			small(t, p.temporary)
			p.Stdin = io.LimitReader(zeros{}, 40<<20)
		}, "send", "-")
		if code := p.end(t); code != 1 || !strings.Contains(p.err.String(), "temporary files of this machine") ||
			!strings.Contains(p.err.String(), "no space left") {
			t.Errorf("exit code %d: %s", code, &p.err)
		}
		if names := left(t, p.temporary); len(names) > 0 {
			t.Errorf("left %v", names)
		}
	})
	for name, body := range map[string]string{
		"of the service":              `{"code":"full","detail":"the disk is full"}`,
		"of a service without codes":  `{"detail":"no space left on device"}`,
		"of something before service": `<html>`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := site.Start(t)
			s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
				if strings.Contains(r.URL.Path, "/upload/") {
					w.WriteHeader(http.StatusInsufficientStorage)
					_, _ = io.WriteString(w, body)
					return
				}
				service.ServeHTTP(w, r)
			})
			p := start(t, s, nil, "send", file(t, 10))
			if code := p.end(t); code != 6 || !strings.Contains(p.err.String(), "the service has no room left") ||
				!strings.Contains(p.err.String(), "not this machine's") {
				t.Errorf("exit code %d: %s", code, &p.err)
			}
		})
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
