//go:build unix

package command_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// asked makes a request on a machine of its own, and returns its link and the folder of
// states there.
func (x *sender) asked(t *testing.T) (link, state string) {
	t.Helper()
	state = t.TempDir()
	p := start(t, x.s, func(p *running) { p.Env = append(p.Env, "XDG_STATE_HOME="+state) }, "request", "create", "Logs")
	if code := p.end(t); code != 0 {
		t.Fatalf("exit code %d: %s", code, &p.err)
	}
	return strings.TrimSpace(p.out.String()), state
}

// ends runs a command that is killed when the service is asked for something, before it
// answers or after.
func (x *sender) ends(t *testing.T, answered bool, nth int, meant func(*http.Request) bool, args ...string) {
	t.Helper()
	var p *running
	ready := make(chan bool)
	x.at(func() {
		<-ready
		_ = p.Process.Signal(syscall.SIGKILL)
	}, answered, nth, meant)
	p = x.does(t, args...)
	close(ready)
	if code := p.end(t); code == 0 {
		t.Fatal("it was not ended")
	}
	x.s.Fail(nil)
}

// does begins any command of who sends.
func (x *sender) does(t *testing.T, args ...string) *running {
	t.Helper()
	return start(t, x.s, func(p *running) { p.Env = append(p.Env, "XDG_STATE_HOME="+x.state) }, args...)
}

// What is sent to a request goes on as well, and is no other upload of the same file.
func TestSendingToARequestGoesOn(t *testing.T) {
	t.Parallel()
	x := newSender(t)
	link, state := x.asked(t)
	x.ends(t, false, 5, puts, "send", "--to", link, x.path)

	other, _ := x.asked(t) // which has nothing to do with it
	p := x.begin(t, "--to", other, x.path)
	if code := p.end(t); code != 0 || strings.Contains(p.err.String(), "going on") {
		t.Fatalf("exit code %d: %s", code, &p.err)
	}
	x.at(func() {}, false, 0, puts)
	x.puts.reset()
	p = x.begin(t, "--to", link, x.path)
	if code := p.end(t); code != 0 || !strings.Contains(p.err.String(), "going on with what was begun") {
		t.Fatalf("exit code %d: %s", code, &p.err)
	}
	if n := x.puts.reset(); n > 4 {
		t.Errorf("%d parts were put", n)
	}
	if names := left(t, filepath.Join(x.state, "sgsend")); len(names) > 0 {
		t.Errorf("left: %v", names)
	}

	q := start(t, x.s, func(p *running) { p.Env = append(p.Env, "XDG_STATE_HOME="+state) }, "request", "receive")
	if code := q.end(t); code != 0 {
		t.Fatalf("exit code %d: %s", code, &q.err)
	}
	want, _ := os.ReadFile(x.path)
	if got, err := os.ReadFile(filepath.Join(q.dir, "a.bin")); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes came of %d, or others: %v", len(got), len(want), err)
	}
}

// Of what was begun for a request that was closed meanwhile, nothing is kept.
func TestSendingToAClosedRequestEnds(t *testing.T) {
	t.Parallel()
	x := newSender(t)
	link, state := x.asked(t)
	x.ends(t, false, 4, puts, "send", "--to", link, x.path)
	// That it is closed is found out when it is gone on with.
	x.s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
		if strings.HasPrefix(r.URL.Path, wire.ResumeUpload.Path()) {
			q := start(t, x.s, func(p *running) {
				p.Env = append(p.Env, "XDG_STATE_HOME="+state)
			}, "request", "close", link)
			if code := q.end(t); code != 0 {
				t.Errorf("exit code %d: %s", code, &q.err)
			}
		}
		service.ServeHTTP(w, r)
	})
	p := x.begin(t, "--to", link, x.path)
	if code := p.end(t); code != 3 || !strings.Contains(p.err.String(), "was closed") ||
		strings.Contains(p.err.String(), "stays until") {
		t.Errorf("exit code %d: %s", code, &p.err)
	}
	if names := left(t, filepath.Join(x.state, "sgsend")); len(names) > 0 {
		t.Errorf("left: %v", names)
	}
	if parts := x.s.Payloads(t); len(parts) > 0 {
		t.Errorf("%d parts are left at the service", len(parts))
	}
}

// Whoever did not hear that a request was made asks once more, and gets that one: it is
// booked once, and what opens what is sent to it was kept before.
func TestRequestIsMadeOnce(t *testing.T) {
	t.Parallel()
	x := newSender(t)
	const token = "three-uses"
	if _, err := x.s.Tokens().Create(t.Context(), send.NewToken{Name: token, UsageLimit: 3}); err != nil {
		t.Fatal(err)
	}
	create := []string{"request", "create", "--token", token, "--transfers", "3", "Logs"}
	x.ends(t, true, 1, with(wire.CreateRequest.Path()), create...)
	p := x.does(t, create...)
	if code := p.end(t); code != 0 {
		t.Fatalf("exit code %d: %s", code, &p.err)
	}
	link := strings.TrimSpace(p.out.String())
	if names := left(t, filepath.Join(x.state, "sgsend")); len(names) != 1 {
		t.Errorf("kept: %v", names)
	}
	q := x.does(t, "send", "--to", link, "--json", file(t, 10))
	if code := q.end(t); code != 0 {
		t.Fatalf("exit code %d: %s", code, &q.err)
	}
	q = x.does(t, "request", "receive")
	if code := q.end(t); code != 0 || q.out.String() != "a.bin\n" {
		t.Fatalf("exit code %d: %s%s", code, &q.out, &q.err)
	}

	// The next is another one, for which no use is left.
	p = x.does(t, create...)
	if code := p.end(t); code == 0 || !strings.Contains(p.err.String(), "uses") {
		t.Errorf("exit code %d: %s%s", code, &p.out, &p.err)
	}
	if names := left(t, filepath.Join(x.state, "sgsend")); len(names) != 1 {
		t.Errorf("kept: %v", names)
	}
}
