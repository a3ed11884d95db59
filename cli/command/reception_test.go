//go:build unix

package command_test

import (
	"bytes"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/cli/internal/site"
	"sgraph.ai/send/cli/kept"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/wire"
)

// recipient is somebody who has the link of a file that can be downloaded once.
type recipient struct {
	s           *site.Site
	link        string
	content     []byte
	dir, caches string
}

func newRecipient(t *testing.T, name string, size int) *recipient {
	t.Helper()
	return newRecipientAt(t, site.Start(t), name, size)
}

func newRecipientAt(t *testing.T, s *site.Site, name string, size int) *recipient {
	t.Helper()
	r := &recipient{s: s, content: make([]byte, size), dir: t.TempDir(), caches: t.TempDir()}
	for i := range r.content {
		r.content[i] = byte(i % 251)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, r.content, 0o600); err != nil {
		t.Fatal(err)
	}
	r.link = sentFor(t, r.s, "1", path)
	return r
}

// withoutLabels makes a service one that knows no labels.
func withoutLabels(s *site.Site) {
	s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
		if r.URL.Path == wire.CreateTransfer.To() {
			var in map[string]any
			if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
				panic(err)
			}
			delete(in, "label")
			b, err := json.Marshal(in)
			if err != nil {
				panic(err)
			}
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
		}
		service.ServeHTTP(w, r)
	})
}

// begin starts to receive the file with these flags.
func (r *recipient) begin(t *testing.T, flags ...string) *running {
	t.Helper()
	return start(t, r.s, func(p *running) {
		p.Dir = r.dir
		p.Env = append(p.Env, "XDG_CACHE_HOME="+r.caches)
	}, append(append([]string{"receive"}, flags...), r.link)...)
}

// fails receives the file, which fails with that code and says that.
func (r *recipient) fails(t *testing.T, code int, says string, flags ...string) {
	t.Helper()
	p := r.begin(t, flags...)
	if got := p.end(t); got != code || !strings.Contains(p.err.String(), says) {
		t.Errorf("receive %q: exit code %d, not %d: %s", flags, got, code, &p.err)
	}
}

// counted says how many downloads were.
func (r *recipient) counted(t *testing.T) int64 {
	t.Helper()
	link, err := envelope.ParseLink(r.link)
	if err != nil {
		t.Fatal(err)
	}
	info, err := (&client.Client{Server: r.s.URL}).Info(t.Context(), link.ID)
	if err != nil {
		t.Fatal(err)
	}
	return info.DownloadCount
}

// gets receives the file into the folder, where it is then, under that name, and
// nothing else of ours; it was counted once.
func (r *recipient) gets(t *testing.T, name string, flags ...string) {
	t.Helper()
	p := r.begin(t, flags...)
	if code := p.end(t); code != 0 {
		t.Fatalf("receive %q: exit code %d: %s", flags, code, &p.err)
	}
	r.has(t, name)
}

func (r *recipient) has(t *testing.T, name string) {
	t.Helper()
	if got, err := os.ReadFile(filepath.Join(r.dir, name)); err != nil || !bytes.Equal(got, r.content) {
		t.Errorf("%d bytes came, of %d, or others: %v", len(got), len(r.content), err)
	}
	if n := r.counted(t); n != 1 {
		t.Errorf("%d downloads were counted", n)
	}
	hidden := func(name string) bool { return strings.HasPrefix(name, ".sgsend-") }
	for _, dir := range []string{r.dir, filepath.Join(r.caches, "sgsend")} {
		if names := left(t, dir); slices.ContainsFunc(names, hidden) {
			t.Errorf("left in %s: %v", dir, names)
		}
	}
}

// What can be known to fail is said before a download is counted for it.
func TestNothingIsSpentForNothing(t *testing.T) {
	t.Parallel()
	const name = "a.bin"
	r := newRecipient(t, name, 100_000)
	if err := os.WriteFile(filepath.Join(r.dir, "there"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r.fails(t, 1, "there is no folder", "-o", "nowhere/a.bin")
	r.fails(t, 1, "there is no folder", "-o", "nowhere/")
	r.fails(t, 1, "is there already", "-o", "there")
	r.fails(t, 1, "not a directory", "-o", "there/a.bin")
	r.fails(t, 1, "too long", "-o", strings.Repeat("x", 256))
	if _, err := os.Stat("/proc/self"); err == nil { // root may write elsewhere whatever the permissions
		r.fails(t, 1, "no file can be kept in /proc", "-o", "/proc")
		r.fails(t, 1, "no file can be kept in /proc", "-o", "/proc/a.bin")
	}
	if n := r.counted(t); n != 0 {
		t.Fatalf("%d downloads were counted", n)
	}
	r.gets(t, name)
}

// A name that is as long as can be, and taken, is numbered.
func TestLongNameThatIsTaken(t *testing.T) {
	t.Parallel()
	name := strings.Repeat("x", 251) + ".bin"
	r := newRecipient(t, name, 1000)
	if err := os.WriteFile(filepath.Join(r.dir, name), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r.gets(t, strings.Repeat("x", 247)+" (2).bin")
}

// A wrong key, however often, and then the right one; for a file, and for the
// standard output. Where there is a label, nothing is counted to find out; where
// there is none, nothing is kept of what goes to the standard output, and the
// service hands it out three times.
func TestWrongKeyAndThenTheRightOne(t *testing.T) {
	t.Parallel()
	for _, labels := range []bool{true, false} {
		for _, size := range []int{1000, 36 << 20} {
			for _, output := range []string{".", "-"} {
				s := site.Start(t)
				if !labels {
					withoutLabels(s)
				}
				r := newRecipientAt(t, s, "a.bin", size)
				right := r.link
				r.link = right[:len(right)-43] + envelope.NewKey().String()
				tries := 3
				if !labels && output == "-" {
					tries = 2
				}
				for range tries {
					r.fails(t, 5, "the key does not fit", "-o", output)
				}
				if n := r.counted(t); labels == (n > 0) {
					t.Errorf("labels: %v: %d downloads were counted", labels, n)
				}
				r.link = right
				if output == "." {
					r.gets(t, "a.bin", "-o", output)
					continue
				}
				p := r.begin(t, "-o", "-")
				if code := p.end(t); code != 0 || !bytes.Equal(p.out.Bytes(), r.content) || r.counted(t) != 1 {
					t.Errorf("exit code %d, %d bytes, %d counted: %s", code, p.out.Len(), r.counted(t), &p.err)
				}
			}
		}
	}
}

// What was begun for one target goes on for another.
func TestAnotherTarget(t *testing.T) {
	t.Parallel()
	r := newRecipient(t, "a.bin", 100_000)
	r.fails(t, 1, "receive it again", "-o", "/dev/full")
	if err := os.Mkdir(filepath.Join(r.dir, "elsewhere"), 0o700); err != nil {
		t.Fatal(err)
	}
	r.gets(t, "elsewhere/b.bin", "-o", "elsewhere/b.bin")
}

// One at a time receives a transfer in a folder.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	r := newRecipient(t, "a.bin", 8<<20)
	began := make(chan bool, 100)
	var once sync.Once
	release := make(chan bool)
	r.s.Fail(func(w http.ResponseWriter, req *http.Request, service http.Handler) {
		if strings.Contains(req.URL.Path, "/bytes/") {
			once.Do(func() { close(began); <-release })
		}
		service.ServeHTTP(w, req)
	})
	first := r.begin(t)
	<-began
	r.fails(t, 1, "another sgsend is receiving this transfer")
	close(release)
	if code := first.end(t); code != 0 {
		t.Fatalf("exit code %d: %s", code, &first.err)
	}
	r.has(t, "a.bin")
}

// A process that is killed, at whatever byte and however often, loses nothing:
// the next one goes on.
func TestKilled(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	for n, size := range []int{200_000, 8 << 20, 40 << 20} {
		for _, output := range []string{"", "b.bin"} {
			at := rand.New(rand.NewPCG(seed, uint64(n)))
			r := newRecipient(t, "a.bin", size)
			var process atomic.Pointer[running]
			kill := func() {
				if p := process.Load(); p != nil { // else it asks again
					_ = p.Process.Kill()
				}
			}
			line := r.s.NewLine(int64(size), false)
			flags, name := []string(nil), "a.bin"
			if output != "" {
				flags, name = []string{"-o", output}, output
			}
			for range 4 {
				happens := site.Happening{After: 1 + at.Int64N(int64(size)/4), Do: kill}
				line.Plan(slices.Repeat([]site.Happening{happens}, 9)...)
				p := r.begin(t, flags...)
				process.Store(p)
				if code := p.end(t); code != -1 {
					t.Errorf("exit code %d: %s", code, &p.err)
				}
				line.Rest()
			}
			line.Plan()
			r.gets(t, name, flags...)
		}
	}
}

// A process that is killed between giving the file its name and forgetting the
// download leaves it done: the next one says where the file is, and fetches nothing.
// What was changed since is another file.
func TestKilledWhenItWasPlaced(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1000, 40 << 20} {
		for _, change := range []string{"", "twice", "appended", "touched"} {
			r := newRecipient(t, "a.bin", size)
			link, err := envelope.ParseLink(r.link)
			if err != nil {
				t.Fatal(err)
			}
			d, err := kept.Open(r.dir, r.s.URL, link.ID, link.Key)
			if err == nil {
				err = d.Fetch(t.Context(), client.Client{Server: r.s.URL})
			}
			if err != nil {
				t.Fatal(err)
			}
			d.Naming("a.bin")
			part, placed := filepath.Join(r.dir, ".sgsend-"+link.ID+".part"), filepath.Join(r.dir, "a.bin")
			switch {
			case size == 1000:
				err = os.WriteFile(placed, r.content, 0o644)
			case change == "twice":
				err = os.Link(part, placed)
			default:
				err = os.Rename(part, placed)
			}
			if err == nil {
				err = os.Chmod(placed, 0o644)
			}
			if err != nil {
				t.Fatal(err)
			}
			d.Close()
			name := "a.bin"
			switch change {
			case "appended":
				name = "a (2).bin"
				changed := append(slices.Clone(r.content), 'x')
				if err := os.WriteFile(placed, changed, 0o644); err != nil {
					t.Fatal(err)
				}
			case "touched":
				name = "a (2).bin"
				changed := slices.Clone(r.content)
				changed[size/2] ^= 1
				if err := os.WriteFile(placed, changed, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			var asked atomic.Int64
			r.s.Fail(func(w http.ResponseWriter, req *http.Request, service http.Handler) {
				asked.Add(1)
				service.ServeHTTP(w, req)
			})
			r.gets(t, name)
			if name != "a.bin" {
				continue
			}
			if n := asked.Load(); n != 1 { // ours, for how many were counted
				t.Errorf("%d bytes, %q: asked the service %d times", size, change, n-1)
			}
			info, err := os.Stat(placed)
			if err != nil || info.Mode() != 0o644 || len(left(t, r.dir)) != 1 {
				t.Errorf("%d bytes, %q: %v, %v, %v", size, change, info, err, left(t, r.dir))
			}
		}
	}
}

// What the service goes on with no more is forgotten, at whatever time it says so,
// and nobody is told to go on with it.
func TestPermitIsSpent(t *testing.T) {
	t.Parallel()
	for _, begun := range []int64{0, 100_000} {
		r := newRecipient(t, "a.bin", 300_000)
		spent := func() {
			r.s.Fail(func(w http.ResponseWriter, req *http.Request, service http.Handler) {
				if !strings.Contains(req.URL.Path, "/bytes/") {
					service.ServeHTTP(w, req)
					return
				}
				w.WriteHeader(http.StatusGone)
				_, _ = io.WriteString(w, `{"detail":"x","code":"permit_spent"}`)
			})
		}
		if begun == 0 {
			spent()
		} else {
			r.s.NewLine(int64(len(r.content)), false).Plan(site.Happening{After: begun, Do: spent})
		}
		p := r.begin(t)
		if code := p.end(t); code != 3 || !strings.Contains(p.err.String(), "ask its sender") ||
			strings.Contains(p.err.String(), "is kept until") {
			t.Errorf("after %d bytes: exit code %d: %s", begun, code, &p.err)
		}
		if names := left(t, r.dir); len(names) > 0 {
			t.Errorf("after %d bytes there is %v", begun, names)
		}
	}
}
