package snapshot

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/send"
)

func ledger(t *testing.T, dir string) *bolt.Ledger {
	t.Helper()
	l, err := bolt.Open(filepath.Join(dir, LedgerName))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

var key = send.Key{Set: "s", ID: "x"}

// has checks that a copy can be taken, that it has the record, and that nothing is
// left of it.
func has(t *testing.T, dir string, want string) {
	t.Helper()
	c, err := Take(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := c.Get(t.Context(), key); err != nil || string(r.Data) != want {
		t.Errorf("the copy has %q, %v; want %q", r.Data, err, want)
	}
	if info, err := os.Stat(c.Path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the copy is %v, %v", info, err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, copies+"*")); len(left) > 0 {
		t.Errorf("left are %v", left)
	}
}

// A ledger is copied whether a process holds it or not, however long its path is.
func TestTake(t *testing.T) {
	t.Parallel()
	for name, dir := range map[string]string{"short": "", "long": strings.Repeat("long/", 30)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), dir)
			if err := os.MkdirAll(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			if _, err := Take(t.Context(), dir); send.CodeOf(err) != send.NotFound {
				t.Errorf("of no ledger: %v", err)
			}
			l := ledger(t, dir)
			if err := l.Create(t.Context(), send.Record{Key: key, Data: []byte("one")}); err != nil {
				t.Fatal(err)
			}
			if _, err := Take(t.Context(), dir); send.CodeOf(err) != send.Unavailable {
				t.Errorf("of one that is held: %v", err)
			}
			offered, err := Offer(dir, l)
			if err != nil {
				t.Fatal(err)
			}
			has(t, dir, "one")
			if err := l.Replace(t.Context(), send.Record{Key: key, Version: 1, Data: []byte("two")}); err != nil {
				t.Fatal(err)
			}
			has(t, dir, "two")
			if err := offered.Close(); err != nil {
				t.Error(err)
			}
			l.Close()
			has(t, dir, "two")
		})
	}
}

// What a killed process left keeps neither the next one from handing out, nor who
// asks from the ledger.
func TestWhatAKilledProcessLeft(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := ledger(t, dir)
	if err := l.Create(t.Context(), send.Record{Key: key, Data: []byte("one")}); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, folder), 0o755); err != nil {
		t.Fatal(err)
	}
	ln, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dir, folder, socket), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	ln.SetUnlinkOnClose(false)
	ln.Close()
	old := filepath.Join(dir, copies+"old")
	if err := os.Mkdir(old, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(old, time.Time{}, time.Now().Add(-2*stale)); err != nil {
		t.Fatal(err)
	}
	offered, err := Offer(dir, l)
	if err != nil {
		t.Fatal(err)
	}
	has(t, dir, "one")
	if info, err := os.Stat(filepath.Join(dir, folder)); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("who may ask: %v, %v", info.Mode(), err)
	}
	offered.Close()
	l.Close()
	has(t, dir, "one")
}

// Who asks and takes nothing is not waited for: the ledger can be closed, which waits
// for whoever reads it.
func TestNobodyIsWaitedFor(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := ledger(t, dir)
	for i := range 40 { // more than is sent without being taken
		r := send.Record{Key: send.Key{Set: "s", ID: string(rune('a' + i))}, Data: make([]byte, 1<<20)}
		if err := l.Create(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	offered, err := offer(dir, l, 100*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	defer offered.Close()
	at, release, err := address(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	c, err := net.Dial("unix", at)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "GET "+route+" HTTP/1.1\r\nHost: ledger\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, make([]byte, 1000)); err != nil { // it has begun
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

// A copy that ends early is none.
func TestACopyThatEndsEarly(t *testing.T) {
	t.Parallel()
	err := write(filepath.Join(t.TempDir(), "x"), 10, func(f io.Writer) (int64, error) {
		n, err := io.WriteString(f, "short")
		return int64(n), err
	})
	if send.CodeOf(err) != send.Unavailable {
		t.Errorf("%v", err)
	}
}
