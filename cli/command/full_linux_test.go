package command_test

import (
	"io"
	"net/http"
	"os"
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
		s := site.Start(t)
		link := sent(t, s, 8<<20)
		p := start(t, s, func(p *running) { small(t, p.dir) }, "receive", link)
		if code := p.end(t); code != 1 || !strings.Contains(p.err.String(), "the disk of this machine has no room left") {
			t.Errorf("exit code %d: %s", code, &p.err)
		}
		if names := left(t, p.dir); len(names) > 0 {
			t.Errorf("left %v", names)
		}
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
