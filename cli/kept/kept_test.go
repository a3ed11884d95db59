package kept_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/cli/internal/site"
	"sgraph.ai/send/cli/kept"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/nightly"
)

// place is a folder into which one transfer is received, that can be downloaded
// once.
type place struct {
	t       *testing.T
	s       *site.Site
	dir     string
	link    envelope.Link
	content []byte
	line    *site.Line
	end     atomic.Pointer[context.CancelFunc] // of the process that is at it
	did     []error                            // of processes that did not get it
}

// sizes are of all kinds: in version 1 and 2, kept sealed and opened.
var sizes = []struct{ size, said int64 }{
	{0, 0}, {1000, 1000}, {300_000, 300_000}, {300_000, envelope.Unknown}, {2 << 20, envelope.Unknown},
	{36 << 20, 36 << 20},
}

func newPlace(t *testing.T, size, said int64) *place {
	t.Helper()
	return newPlaceAt(t, site.Start(t), size, said, false)
}

func newPlaceAt(t *testing.T, s *site.Site, size, said int64, noURL bool) *place {
	t.Helper()
	p := &place{t: t, s: s, dir: t.TempDir(), content: make([]byte, size)}
	for i := range p.content {
		p.content[i] = byte(i % 251)
	}
	p.s.Fail(nil)
	c := &client.Client{Server: p.s.URL, Token: p.s.Token}
	sent, err := c.Send(t.Context(), client.File{
		Meta: envelope.Meta{Filename: "a.bin"}, Content: bytes.NewReader(p.content), Size: said,
	}, client.Options{MaxDownloads: 1})
	if err != nil {
		t.Fatal(err)
	}
	p.link = sent.Link
	info, err := c.Info(t.Context(), p.link.ID)
	if err != nil {
		t.Fatal(err)
	}
	p.line = p.s.NewLine(info.PayloadBytes, noURL)
	return p
}

// try is a process that receives it with a key, until it is killed.
func (p *place) try(key envelope.Key) ([]byte, error) {
	p.t.Helper()
	ctx, cancel := context.WithCancel(p.t.Context())
	p.end.Store(&cancel)
	defer p.line.Rest()
	defer cancel()
	d, err := kept.Open(p.dir, p.s.URL, p.link.ID, key)
	if err != nil {
		p.t.Fatal(err)
	}
	c := client.Client{Server: p.s.URL, Pause: func(time.Duration) time.Duration { return 0 }}
	if err := d.Fetch(ctx, c); err != nil {
		d.Close()
		return nil, err
	}
	_, content, _, err := d.Content()
	if err != nil {
		d.Close()
		return nil, err
	}
	got, err := io.ReadAll(content)
	if err != nil {
		d.Close()
		return nil, err
	}
	d.Remove()
	return got, nil
}

// kill ends the process that is at it.
func (p *place) kill() { (*p.end.Load())() }

// breaksOff tries it over a line that carries too little.
func (p *place) breaksOff(carries int64) {
	p.t.Helper()
	p.line.Cut(carries)
	if _, err := p.try(p.link.Key); err == nil {
		p.t.Fatalf("it came over a line that broke after %d bytes of %d", carries, len(p.content))
	}
}

// arrives tries it over a line that carries enough.
func (p *place) arrives(carries int64) {
	p.t.Helper()
	p.line.Cut(carries)
	if got, err := p.try(p.link.Key); err != nil {
		p.t.Errorf("%d bytes: %v", len(p.content), err)
	} else {
		p.receivedOnce(got)
	}
}

// receivedOnce says that the content came, that it was counted once and cannot be had
// again, and that nothing is left.
func (p *place) receivedOnce(got []byte) {
	p.t.Helper()
	if !bytes.Equal(got, p.content) {
		p.t.Errorf("%d bytes came, or other ones than the %d that were sent", len(got), len(p.content))
	}
	c := client.Client{Server: p.s.URL}
	if info, err := c.Info(p.t.Context(), p.link.ID); err != nil || info.DownloadCount != 1 {
		p.t.Errorf("%d downloads counted, %v", info.DownloadCount, err)
	}
	if _, err := c.Download(p.t.Context(), p.link.ID); send.ReasonOf(err) != send.ReasonExhausted {
		p.t.Errorf("another download: %v", err)
	}
	if entries, err := os.ReadDir(p.dir); err != nil || len(entries) > 0 {
		p.t.Errorf("left %v, %v", entries, err)
	}
}

// Whatever happens on the way, in whatever order: the line breaks, the process is killed, the
// service starts anew, the time of a URL is over, the key is wrong, there is no place for
// what arrives, or what is kept is cut, damaged or lost: who has the right key in the
// end, within the hour, gets the file, and it counts once.
func TestAnyInterleaving(t *testing.T) {
	t.Parallel()
	for _, of := range sizes {
		for _, noURL := range []bool{false, true} {
			rounds := nightly.Or(12, 500)
			if of.size > 16<<20 {
				rounds = nightly.Or(2, 50)
			}
			t.Run(fmt.Sprintf("%d of %d bytes, no URL: %v", of.size, of.said, noURL), func(t *testing.T) {
				t.Parallel()
				s := site.Start(t)
				for range rounds {
					seed := rand.Uint64()
					p := newPlaceAt(t, s, of.size, of.said, noURL)
					if p.interleave(rand.New(rand.NewPCG(seed, 0))); t.Failed() {
						t.Fatalf("seed %d", seed)
					}
				}
			})
		}
	}
}

func (p *place) interleave(r *rand.Rand) {
	restart := func() {
		if err := p.s.Restart(); err != nil {
			p.t.Error(err)
		}
	}
	for range r.IntN(6) {
		p.line.Some(r, p.kill, p.kill, restart, p.line.Outlive, nil)
		key, place := p.link.Key, func() {}
		switch r.IntN(7) {
		case 0:
			if p.line.Plan(); p.line.Spare() > p.line.Size { // all of it comes before that is known
				key = envelope.NewKey()
			}
		case 1:
			spoil(p.t, r, p.dir)
		case 2:
			p.line.Outlive()
		case 3:
			p.line.Pass(r)
		case 4:
			restart()
		case 5:
			place = noPlace(p.t, p.dir)
		}
		got, err := p.try(key)
		place()
		if err == nil {
			p.receivedOnce(got)
			return
		}
		p.did = append(p.did, err)
	}
	p.line.Plan()
	got, err := p.try(p.link.Key)
	if err != nil {
		p.t.Fatalf("%v, after %q", err, p.did)
	}
	p.receivedOnce(got)
}

// noPlace has nothing be kept in a folder of what arrives, until it is given back.
func noPlace(t *testing.T, dir string) (back func()) {
	t.Helper()
	parts, _ := filepath.Glob(filepath.Join(dir, ".sgsend-*.claim"))
	if len(parts) == 0 {
		return func() {}
	}
	part := strings.TrimSuffix(parts[0], ".claim") + ".part"
	away := filepath.Join(t.TempDir(), "part")
	moved := os.Rename(part, away) == nil
	if err := os.MkdirAll(filepath.Join(part, "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := os.RemoveAll(part); err != nil {
			t.Fatal(err)
		}
		if moved {
			if err := os.Rename(away, part); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// spoil does to what is kept what a loss of power can, but for the claim, which
// was made sure of.
func spoil(t *testing.T, r *rand.Rand, dir string) {
	t.Helper()
	parts, _ := filepath.Glob(filepath.Join(dir, ".sgsend-*.part"))
	journals, _ := filepath.Glob(filepath.Join(dir, ".sgsend-*.claim"))
	for _, path := range parts {
		b, err := os.ReadFile(path)
		if err != nil || len(b) == 0 {
			continue
		}
		switch at := r.IntN(len(b)); r.IntN(3) {
		case 0:
			b = b[:at]
		case 1:
			b[at] ^= 1
		case 2:
			clear(b[at:])
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range journals {
		b, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		switch r.IntN(3) {
		case 0:
			b = append(b, make([]byte, 100)...)
		case 1:
			b = append(b, "chunk 65536 00"...)
		case 2:
			b = append(b, "nonsense\n"...)
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// What has arrived is not fetched again.
func TestGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	for _, of := range sizes[2:] {
		p := newPlace(t, of.size, of.said)
		half := of.size / 2
		p.breaksOff(half)
		// A segment may have been on its way.
		p.arrives(of.size - half + 1<<20 + 10_000)
	}
}

// All that is kept, others cannot read, and the key is not in it.
func TestNobodyElseReadsIt(t *testing.T) {
	t.Parallel()
	for _, of := range sizes[2:] {
		p := newPlace(t, of.size, of.said)
		p.breaksOff(of.size - 1000)
		entries, err := os.ReadDir(p.dir)
		if err != nil || len(entries) != 2 {
			t.Fatalf("%v, %v", entries, err)
		}
		for _, e := range entries {
			info, err := e.Info()
			if err != nil || info.Mode() != 0o600 {
				t.Errorf("%s: %v, %v", e.Name(), info.Mode(), err)
			}
			b, err := os.ReadFile(filepath.Join(p.dir, e.Name()))
			if err != nil || bytes.Contains(b, []byte(p.link.Key.String())) || bytes.Contains(b, p.link.Key[:]) {
				t.Errorf("%s has the key, or %v", e.Name(), err)
			}
		}
	}
}

// One process is at a download in a folder, and another is told so.
func TestBusy(t *testing.T) {
	t.Parallel()
	dir, key := t.TempDir(), envelope.NewKey()
	d, err := kept.Open(dir, "http://127.0.0.1:1", "000000000000", key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kept.Open(dir, "http://127.0.0.1:1", "000000000000", key); !errors.Is(err, kept.ErrBusy) {
		t.Errorf("got %v", err)
	}
	d.Close()
	d, err = kept.Open(dir, "http://127.0.0.1:1", "000000000000", key)
	if err != nil {
		t.Fatal(err)
	}
	d.Close()
	if entries, _ := os.ReadDir(dir); len(entries) > 0 {
		t.Errorf("left %v", entries)
	}
}

// A claim is not shown to another service that has a transfer of that ID.
func TestAnotherService(t *testing.T) {
	t.Parallel()
	dir, key := t.TempDir(), envelope.NewKey()
	d, err := kept.Open(dir, "http://one", "000000000000", key)
	if err != nil {
		t.Fatal(err)
	}
	d.Save(client.Claim{Server: "http://one", ID: "000000000000", Permit: "secret", Begun: time.Now()})
	d.Close()
	_, err = kept.Open(dir, "http://two", "000000000000", key)
	if err == nil || !strings.Contains(err.Error(), "http://one") {
		t.Errorf("got %v", err)
	}
}

// Where two folders share a claim, either has it.
func TestShare(t *testing.T) {
	t.Parallel()
	open := func(dir string) *kept.Download {
		d, err := kept.Open(dir, "http://one", "000000000000", envelope.Key{})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	one, two, third := t.TempDir(), t.TempDir(), t.TempDir()
	d := open(one)
	d.Share(open(two))
	d.Save(client.Claim{Server: "http://one", ID: "000000000000", Permit: "secret", Begun: time.Now()})
	d.Close()
	d = open(third)
	d.Share(open(two))
	if claim, ok := d.Load("http://one", "000000000000"); !ok || claim.Permit != "secret" {
		t.Errorf("%+v", claim)
	}
	later := client.Claim{Server: "http://one", ID: "000000000000", Permit: "later", Begun: time.Now().Add(time.Second)}
	d.Save(later)
	d.Close()
	d = open(one)
	d.Share(open(two))
	if claim, _ := d.Load("http://one", "000000000000"); claim.Permit != "later" {
		t.Errorf("of two, the claim is %q", claim.Permit)
	}
	d.Close()
	d = open(third)
	d.Share(open(two))
	d.Remove()
	for _, dir := range []string{two, third} {
		if entries, _ := os.ReadDir(dir); len(entries) > 0 {
			t.Errorf("left %v", entries)
		}
	}
}

// A claim that no service goes on with is none; what has arrived is used with
// another.
func TestStale(t *testing.T) {
	t.Parallel()
	for _, of := range sizes[2:5] {
		p := newPlace(t, of.size, of.said)
		p.breaksOff(of.size / 2)
		d, err := kept.Open(p.dir, p.s.URL, p.link.ID, p.link.Key)
		if err != nil {
			t.Fatal(err)
		}
		claim, ok := d.Load(p.s.URL, p.link.ID)
		if !ok {
			t.Fatal("there is no claim")
		}
		valid := claim.Begun
		claim.Begun = valid.Add(-3 * time.Hour)
		d.Save(claim)
		d.Close()
		if d, err = kept.Open(p.dir, p.s.URL, p.link.ID, p.link.Key); err != nil {
			t.Fatal(err)
		}
		if _, counted := d.Begun(); counted {
			t.Error("it is taken for one that can be gone on with")
		}
		if n, whole := d.Arrived(); n == 0 || whole {
			t.Errorf("%d bytes are here, all: %v", n, whole)
		}
		claim.Begun = valid // as if there were another
		d.Save(claim)
		d.Close()
		p.arrives(1 << 40)
	}
}

// Where ranges are not to be had all of it is fetched again.
func TestWithoutRanges(t *testing.T) {
	t.Parallel()
	for _, of := range sizes[2:] {
		p := newPlace(t, of.size, of.said)
		p.breaksOff(of.size / 2)
		p.s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
			r.Header.Del("Range")
			service.ServeHTTP(w, r)
		})
		p.arrives(1 << 40)
	}
}

// What no service goes on with is removed, and nothing else.
func TestClear(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a[b]*")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-3 * time.Hour)
	for _, name := range []string{"1.claim", "1.part", "2.claim", "2.part", "x.part"} {
		path := filepath.Join(dir, ".sgsend-"+name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(name, "1") {
			if err := os.Chtimes(path, old, old); err != nil {
				t.Fatal(err)
			}
		}
	}
	kept.Clear(dir)
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 3 || entries[0].Name() != ".sgsend-2.claim" {
		t.Errorf("%v, %v", entries, err)
	}
}

// What another user could have planted is not written to.
func TestPlanted(t *testing.T) {
	t.Parallel()
	dir, elsewhere := t.TempDir(), filepath.Join(t.TempDir(), "planted")
	path := filepath.Join(dir, ".sgsend-000000000000.claim")
	if err := os.WriteFile(elsewhere, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	plant := map[string]func() error{
		"a symbolic link": func() error { return os.Symlink(elsewhere, path) },
		"a second name":   func() error { return os.Link(elsewhere, path) },
		"a folder":        func() error { return os.Mkdir(path, 0o700) },
		"another's":       func() error { return errors.Join(os.WriteFile(path, nil, 0o666), os.Chown(path, 12345, -1)) },
	}
	for name, plant := range plant {
		if err := plant(); err != nil {
			t.Logf("SKIPPED, not tested: %s: %v", name, err)
			os.Remove(path)
			continue
		}
		if _, err := kept.Open(dir, "http://one", "000000000000", envelope.Key{}); err == nil {
			t.Errorf("%s was used", name)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(elsewhere); err != nil || string(got) != "mine" {
		t.Errorf("%q, %v", got, err)
	}
}

// A file that others may read is closed to them; where modes cannot be, as on a
// memory card, it is used nevertheless.
func TestModes(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 300_000, 300_000)
	p.breaksOff(100_000)
	found, _ := filepath.Glob(filepath.Join(p.dir, ".sgsend-*"))
	for _, path := range found {
		if err := os.Chmod(path, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	p.breaksOff(100_000)
	for _, path := range found {
		if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
			t.Errorf("%v, %v", info.Mode(), err)
		}
	}
	p.arrives(1 << 40)
}

// Whatever a journal holds, it is read or passed over.
func FuzzJournal(f *testing.F) {
	f.Add([]byte(`sgsend download 1
claim {"server":"http://one","transfer":"000000000000"}
sealed
chunk 10 00
`))
	f.Add([]byte("sgsend download 1\nopened U0dTRU5EAAI=\nmeta U0dN\nlast 3 00000000000000000000000000000000\nback 0\n"))
	f.Add([]byte("sgsend download 1\nsealed\nchunk 2147483647 00000000000000000000000000000000\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		dir := t.TempDir()
		for _, name := range []string{"claim", "part"} {
			if err := os.WriteFile(filepath.Join(dir, ".sgsend-000000000000."+name), text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		d, err := kept.Open(dir, "http://one", "000000000000", envelope.Key{})
		if err != nil {
			return // of another service
		}
		if n, _ := d.Arrived(); n > int64(len(text)) {
			t.Errorf("%d bytes of %d have arrived", n, len(text))
		}
		d.Close()
	})
}

// An interrupted download ends as its context did.
func TestCancelled(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 300_000, 300_000)
	d, err := kept.Open(p.dir, p.s.URL, p.link.ID, p.link.Key)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	why := errors.New("why")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	if err := d.Fetch(ctx, client.Client{Server: p.s.URL}); !errors.Is(err, why) {
		t.Errorf("got %v", err)
	}
}
