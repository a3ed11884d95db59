//go:build unix

package command_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"sgraph.ai/send/shared/test/logtest"
)

// said waits for what a process says of a form that only this finds.
func said(t *testing.T, b *logtest.Buffer, what string) {
	t.Helper()
	select {
	case <-b.When(func(text string) bool { return strings.Contains(text, what) }):
	case <-t.Context().Done():
	}
}

// underWay is a sending of which two parts have arrived, and the rest does not until it is let.
func (x *sender) underWay(t *testing.T, args ...string) (p *running, link string, let func()) {
	t.Helper()
	var out logtest.Buffer
	var count, arrived atomicCount
	two, open := make(chan bool), make(chan bool)
	x.s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
		if r.Method == http.MethodPut && count.add() > 2 {
			<-open
		}
		service.ServeHTTP(w, r)
		if r.Method == http.MethodPut && arrived.add() == 2 {
			close(two)
		}
	})
	p = start(t, x.s, func(p *running) {
		p.Env = append(p.Env, "XDG_STATE_HOME="+x.state)
		p.Stdout = &out
	}, append([]string{"send", "--link-first"}, append(args, x.path)...)...)
	said(t, &out, "\n")
	<-two
	link = out.String()
	var as struct {
		Link     string
		Complete *bool
	}
	if json.Unmarshal([]byte(link), &as) == nil {
		if as.Complete == nil || *as.Complete {
			t.Errorf("before it is sent it says %s", link)
		}
		link = as.Link
	}
	t.Cleanup(func() {
		if text := out.String(); p.ProcessState.Success() && len(args) > 0 && !strings.Contains(text, `"complete":true`) {
			t.Errorf("it said %s", text)
		} else if len(args) == 0 && strings.Count(text, "\n") != 1 {
			t.Errorf("it printed %q", text)
		}
	})
	return p, strings.TrimSpace(link), func() { close(open) }
}

// The link is there before the file is; who has it early waits, and has the file then.
func TestLinkFirst(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{"": nil, "JSON": {"--json"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newSender(t)
			p, link, let := x.underWay(t, args...)

			early := start(t, x.s, nil, "receive", "--no-wait", link)
			if code := early.end(t); code == 0 || !strings.Contains(early.err.String(), "not all arrived") {
				t.Errorf("exit code %d: %s", code, &early.err)
			}
			var err logtest.Buffer
			waits := start(t, x.s, func(p *running) { p.Stderr = &err }, "receive", "-o", "b", "--progress", "plain", link)
			said(t, &err, "still sending")
			let()
			if code := p.end(t); code != 0 {
				t.Fatalf("exit code %d: %s", code, &p.err)
			}
			if code := waits.end(t); code != 0 {
				t.Fatalf("exit code %d: %s", code, &err)
			}
			want, _ := os.ReadFile(x.path)
			if got, err := os.ReadFile(filepath.Join(waits.dir, "b")); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d bytes came of %d, or others: %v", len(got), len(want), err)
			}
		})
	}
}

// A link that opens nothing is said to, on both sides; and it is the same when its file is
// gone on with.
func TestLinkFirstOfWhatEnds(t *testing.T) {
	t.Parallel()
	x := newSender(t)
	p, link, let := x.underWay(t)
	_ = p.Process.Signal(syscall.SIGINT)
	if code := p.end(t); code == 0 || !strings.Contains(p.err.String(), "opens nothing until the rest is sent") {
		t.Errorf("exit code %d: %s", code, &p.err)
	}
	let()
	if again := x.sends(t, "going on", 6); again != link {
		t.Errorf("gone on with, the link is %s and not %s", again, link)
	}

	p, link, let = x.underWay(t)
	var err logtest.Buffer
	waits := start(t, x.s, func(p *running) { p.Stderr = &err }, "receive", link)
	said(t, &err, "still sending")
	_ = p.Process.Signal(syscall.SIGINT)
	p.end(t)
	let()
	if q := x.begin(t, "--forget", x.path); q.end(t) != 0 {
		t.Errorf("it is not withdrawn: %s", &q.err)
	}
	if code := waits.end(t); code == 0 || !strings.Contains(err.String(), "its sender gave up") {
		t.Errorf("exit code %d: %s", code, &err)
	}
}
