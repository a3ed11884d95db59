//go:build unix

package command_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sgraph.ai/send/cli/internal/site"
	"sgraph.ai/send/shared/wire"
)

// sender is somebody who sends one file, again and again.
type sender struct {
	s     *site.Site
	path  string
	state string
	puts  atomicCount
}

type atomicCount struct {
	mu sync.Mutex
	n  int
}

func (c *atomicCount) add() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	return c.n
}

func (c *atomicCount) reset() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.n
	c.n = 0
	return n
}

func newSender(t *testing.T) *sender {
	t.Helper()
	x := &sender{s: site.Start(t), path: filepath.Join(t.TempDir(), "a.bin"), state: t.TempDir()}
	content := bytes.Repeat([]byte("All is well.\n"), 4<<20) // 52 MiB, in six parts
	if err := os.WriteFile(x.path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return x
}

func (x *sender) begin(t *testing.T, args ...string) *running {
	t.Helper()
	return start(t, x.s, func(p *running) {
		p.Env = append(p.Env, "XDG_STATE_HOME="+x.state)
	}, append([]string{"send"}, args...)...)
}

// at ends the process when the service is asked for something for the nth time, before
// it answers, or after.
func (x *sender) at(end func(), answered bool, nth int, meant func(*http.Request) bool) {
	var count atomicCount
	x.s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
		if r.Method == http.MethodPut {
			x.puts.add()
		}
		hit := meant(r) && count.add() == nth
		if !hit || answered {
			service.ServeHTTP(w, r)
		}
		if hit {
			end()
			panic(http.ErrAbortHandler)
		}
	})
}

// sends sends it to the end, with no more than so many parts, and receives it.
func (x *sender) sends(t *testing.T, says string, puts int, args ...string) (link string) {
	t.Helper()
	x.puts.reset()
	x.at(func() {}, false, 0, func(*http.Request) bool { return false })
	p := x.begin(t, append(args, x.path)...)
	if code := p.end(t); code != 0 || !strings.Contains(p.err.String(), says) {
		t.Fatalf("exit code %d: %s", code, &p.err)
	}
	if strings.Contains(says, "was changed") && strings.Contains(p.err.String(), "going on with") {
		t.Errorf("it says that it goes on, and does not: %s", &p.err)
	}
	if n := x.puts.reset(); n > puts {
		t.Errorf("%d parts were put, more than %d", n, puts)
	}
	link = strings.TrimSpace(p.out.String())
	dir := t.TempDir()
	q := start(t, x.s, nil, "receive", "-o", filepath.Join(dir, "b"), link)
	if code := q.end(t); code != 0 {
		t.Fatalf("exit code %d: %s", code, &q.err)
	}
	want, _ := os.ReadFile(x.path)
	if got, err := os.ReadFile(filepath.Join(dir, "b")); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes came of %d, or others: %v", len(got), len(want), err)
	}
	if names := left(t, filepath.Join(x.state, "sgsend")); len(names) > 0 {
		t.Errorf("left: %v", names)
	}
	return link
}

func puts(r *http.Request) bool { return r.Method == http.MethodPut }

// However a process ends, the next goes on with what is there, says so, and one transfer
// comes of both.
func TestSendGoesOn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sig      syscall.Signal
		answered bool
		nth      int
		meant    func(*http.Request) bool
		puts     int
	}{
		"killed at a part":         {syscall.SIGKILL, false, 5, puts, 4},
		"interrupted at a part":    {syscall.SIGINT, false, 5, puts, 4},
		"killed at the end":        {syscall.SIGKILL, false, 1, with(wire.AssembleUpload.Path()), 0},
		"killed before it is told": {syscall.SIGKILL, true, 1, with("/complete/"), 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newSender(t)
			var p *running
			ready := make(chan bool)
			x.at(func() {
				<-ready
				_ = p.Process.Signal(c.sig)
			}, c.answered, c.nth, c.meant)
			p = x.begin(t, x.path)
			close(ready)
			if code := p.end(t); code == 0 {
				t.Fatal("it was not ended")
			}
			if c.sig == syscall.SIGINT {
				for _, said := range []string{"stays until", "send --forget " + x.path, "interrupted"} {
					if !strings.Contains(p.err.String(), said) {
						t.Errorf("it did not say %q: %s", said, &p.err)
					}
				}
			}
			q := x.begin(t, "--list")
			if code := q.end(t); code != 0 || !strings.Contains(q.out.String(), x.path+"  to "+x.s.URL) {
				t.Errorf("exit code %d, listed: %s%s", code, &q.out, &q.err)
			}
			x.sends(t, "going on with what was begun ", c.puts)
		})
	}
}

// What was begun can be given up, and begun anew; what changed is.
func TestSendStartsOver(t *testing.T) {
	t.Parallel()
	x := newSender(t)
	begin := func() {
		t.Helper()
		var p *running
		ready := make(chan bool)
		x.at(func() {
			<-ready
			_ = p.Process.Kill()
		}, false, 4, puts)
		p = x.begin(t, x.path)
		close(ready)
		if code := p.end(t); code != -1 {
			t.Fatalf("exit code %d: %s", code, &p.err)
		}
		x.s.Fail(nil)
	}
	nothing := func(what string) {
		t.Helper()
		for end := time.Now().Add(time.Minute); len(x.s.Payloads(t)) > 0; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				t.Errorf("%s: %d objects or parts are left at the service", what, len(x.s.Payloads(t)))
				return
			}
		}
	}
	begin()
	p := x.begin(t, "--forget", x.path)
	if code := p.end(t); code != 0 || p.err.String() != "withdrawn\n" {
		t.Errorf("exit code %d: %s", code, &p.err)
	}
	nothing("forgotten")
	begin()
	p = x.begin(t, "--forget", "--json", x.path)
	one := regexp.MustCompile(`^{"withdrawn":\["[0-9a-f]{12}"\]}\n$`)
	if code := p.end(t); code != 0 || !one.MatchString(p.out.String()) {
		t.Errorf("exit code %d: %s%s", code, &p.out, &p.err)
	}
	p = x.begin(t, "--forget", x.path)
	if code := p.end(t); code != 1 || !strings.Contains(p.err.String(), "nothing that was begun") {
		t.Errorf("exit code %d: %s", code, &p.err)
	}

	begin()
	x.sends(t, "expires", 6, "--fresh")

	begin()
	f, err := os.OpenFile(x.path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte("Not"), 0); err != nil {
		t.Fatal(err)
	}
	f.Close()
	x.sends(t, "what is sent was changed since it was begun", 12)
}

// Two at once do not meet: the second is sent by itself.
func TestTwoSendAtOnce(t *testing.T) {
	t.Parallel()
	x := newSender(t)
	held := make(chan bool, 10)
	release := make(chan bool)
	x.s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
		if puts(r) {
			held <- true
			<-release
		}
		service.ServeHTTP(w, r)
	})
	p := x.begin(t, x.path)
	<-held
	x.s.Fail(nil)
	q := x.begin(t, x.path)
	if code := q.end(t); code != 0 || !strings.Contains(q.err.String(), "another sgsend is sending this file") {
		t.Errorf("exit code %d: %s", code, &q.err)
	}
	close(release)
	if code := p.end(t); code != 0 || p.out.String() == q.out.String() {
		t.Errorf("exit code %d: %s", code, &p.err)
	}
}

// Another passphrase than before is said, and what was begun stays.
func TestSendGoesOnByTheSamePassphrase(t *testing.T) {
	t.Parallel()
	x := newSender(t)
	begin := func(words string, args ...string) *running {
		return start(t, x.s, func(p *running) {
			p.Env = append(p.Env, "XDG_STATE_HOME="+x.state, "SGSEND_PASSPHRASE="+words)
		}, append([]string{"send"}, args...)...)
	}
	var p *running
	ready := make(chan bool)
	x.at(func() {
		<-ready
		_ = p.Process.Kill()
	}, false, 5, puts)
	p = begin("open sesame", x.path)
	close(ready)
	if code := p.end(t); code == 0 {
		t.Fatal("it was not ended")
	}
	x.at(func() {}, false, 0, puts)
	x.puts.reset()
	for words, want := range map[string]string{"open barley": "with another passphrase", "": "with a passphrase"} {
		p = begin(words, x.path)
		if code := p.end(t); code != 5 || !strings.Contains(p.err.String(), want) {
			t.Errorf("exit code %d of %q: %s", code, words, &p.err)
		}
	}
	if n := x.puts.reset(); n > 0 {
		t.Errorf("%d parts were put", n)
	}
	p = begin("open sesame", x.path)
	if code := p.end(t); code != 0 || !strings.Contains(p.err.String(), "going on with what was begun") {
		t.Errorf("exit code %d: %s", code, &p.err)
	}
	if n := x.puts.reset(); n > 4 {
		t.Errorf("%d parts were put", n)
	}
}

// Several files and folders are gone on with as one file is; and begun anew where one of
// them was changed.
func TestSendingFoldersGoesOn(t *testing.T) {
	t.Parallel()
	x := newSender(t)
	folder := filepath.Join(t.TempDir(), "folder")
	other := filepath.Join(folder, "b.txt")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(other, []byte("All is well.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	interrupted := func() {
		t.Helper()
		x.ends(t, false, 5, puts, "send", folder, x.path)
		x.at(func() {}, false, 0, puts)
		x.puts.reset()
	}
	interrupted()
	if p := x.begin(t, "--list"); p.end(t) != 0 || !strings.HasPrefix(p.out.String(), folder+" "+x.path+"  to ") {
		t.Errorf("listed: %s", &p.out)
	}
	p := x.begin(t, folder, x.path)
	if code := p.end(t); code != 0 || !strings.Contains(p.err.String(), "going on with what was begun") {
		t.Fatalf("exit code %d: %s", code, &p.err)
	}
	if n := x.puts.reset(); n > 4 {
		t.Errorf("%d parts were put", n)
	}
	q := x.does(t, "receive", strings.TrimSpace(p.out.String()))
	if code := q.end(t); code != 0 {
		t.Fatalf("exit code %d: %s", code, &q.err)
	}
	want, _ := os.ReadFile(x.path)
	if got, err := os.ReadFile(filepath.Join(q.dir, "a.bin")); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes came of %d, or others: %v", len(got), len(want), err)
	}

	interrupted()
	if err := os.WriteFile(other, []byte("All is not.\n\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p = x.begin(t, folder, x.path)
	if code := p.end(t); code != 0 || !strings.Contains(p.err.String(), "was changed since it was begun") {
		t.Errorf("exit code %d: %s", code, &p.err)
	}

	interrupted()
	p = x.begin(t, "--forget", folder, x.path)
	if code := p.end(t); code != 0 || p.err.String() != "withdrawn\n" {
		t.Errorf("exit code %d: %s", code, &p.err)
	}
	if names := left(t, filepath.Join(x.state, "sgsend")); len(names) > 0 {
		t.Errorf("left: %v", names)
	}
}
