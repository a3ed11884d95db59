package bolt_test

import (
	"bytes"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/send"
)

func key(set, id string) send.Key { return send.Key{Set: set, ID: id} }

func want(t *testing.T, code send.Code, err error) {
	t.Helper()
	if got := send.CodeOf(err); got != code {
		t.Fatalf("code %q of %v; want %q", got, err, code)
	}
}

func TestOnlyOneProcess(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger")
	open(t, path)
	_, err := bolt.Open(path)
	want(t, send.Unavailable, err)
	if !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "another process") {
		t.Fatalf("the message does not help: %v", err)
	}
}

func TestReopened(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger")
	l, err := bolt.Open(path)
	want(t, "", err)
	want(t, "", l.Create(t.Context(), send.Record{Key: key("s", "x"), State: "kept"}))
	want(t, "", l.Create(t.Context(), send.Record{Key: key(send.VolatilePrefix+"s", "x")}))
	want(t, "", l.Close())
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v; want 0600", info.Mode(), err)
	}

	l = open(t, path)
	r, err := l.Get(t.Context(), key("s", "x"))
	want(t, "", err)
	if r.State != "kept" {
		t.Fatalf("%+v", r)
	}
	_, err = l.Get(t.Context(), key(send.VolatilePrefix+"s", "x"))
	want(t, send.NotFound, err)
}

func TestClosedUnderLoad(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger")
	l, err := bolt.Open(path)
	want(t, "", err)
	var (
		wg     sync.WaitGroup
		mu     sync.Mutex
		acked  []send.Key
		enough = make(chan struct{})
	)
	for w := range 8 {
		wg.Go(func() {
			for i := 0; ; i++ {
				k := key("s", fmt.Sprint(w, " ", i))
				if err := l.Create(t.Context(), send.Record{Key: k}); err != nil {
					if send.CodeOf(err) != send.Unavailable {
						t.Errorf("after Close: %v", err)
					}
					return
				}
				mu.Lock()
				if acked = append(acked, k); len(acked) == 50 {
					close(enough)
				}
				mu.Unlock()
			}
		})
	}
	wg.Go(func() {
		for {
			if _, err := l.List(t.Context(), "s", "", 100); err != nil {
				return
			}
		}
	})
	<-enough
	want(t, "", l.Close())
	wg.Wait()
	_, err = l.Get(t.Context(), key("s", "x"))
	want(t, send.Unavailable, err)

	l = open(t, path)
	for _, k := range acked {
		if _, err := l.Get(t.Context(), k); err != nil {
			t.Fatalf("%v was acknowledged: %v", k, err)
		}
	}
}

func TestDamaged(t *testing.T) {
	t.Parallel()
	made := filepath.Join(t.TempDir(), "ledger")
	l, err := bolt.Open(made)
	want(t, "", err)
	var wg sync.WaitGroup
	for i := range 500 {
		wg.Go(func() {
			if err := l.Create(t.Context(), send.Record{Key: key("s", fmt.Sprint(i)), Data: make([]byte, 100)}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for i := range 10 { // so that the last page is not one that opening reads
		want(t, "", l.Create(t.Context(), send.Record{Key: key("t", fmt.Sprint(i))}))
	}
	want(t, "", l.Close())
	whole, err := os.ReadFile(made)
	want(t, "", err)

	for name, content := range map[string][]byte{
		"another file": bytes.Repeat([]byte("no ledger "), 5000),
		"short file":   []byte("x"),
		"truncated":    whole[:len(whole)/3],
		"cut short":    whole[:len(bytes.TrimRight(whole, "\x00"))-4096],
		"header only":  whole[:8192],
		"no headers":   append(make([]byte, 8192), whole[8192:]...),
	} {
		path := filepath.Join(t.TempDir(), "ledger")
		want(t, "", os.WriteFile(path, content, 0o600))
		l, err := bolt.Open(path)
		if err == nil {
			l.Close()
			t.Fatalf("%s: it opens", name)
		}
		want(t, send.Internal, err)
		if !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "damaged") {
			t.Errorf("%s: the message does not help: %v", name, err)
		}
		if after, _ := os.ReadFile(path); !bytes.Equal(after, content) {
			t.Errorf("%s: the file was changed", name)
		}
	}

	// Damage that opening does not find ends no process, whatever it is.
	random := rand.New(rand.NewSource(1))
	for range 10 {
		damaged := bytes.Clone(whole)
		for range 200 {
			damaged[8192+random.Intn(len(damaged)-8192)] ^= byte(1 + random.Intn(255))
		}
		path := filepath.Join(t.TempDir(), "ledger")
		want(t, "", os.WriteFile(path, damaged, 0o600))
		l, err := bolt.Open(path)
		if err != nil {
			continue
		}
		for i := 0; i < 500; i += 20 {
			_, err := l.Get(t.Context(), key("s", fmt.Sprint(i)))
			if code := send.CodeOf(err); code != "" && code != send.Internal && code != send.NotFound {
				t.Fatalf("Get: %v", err)
			}
		}
		l.List(t.Context(), "s", "", 1000)
		l.Close()
	}
}

func TestSweep(t *testing.T) {
	t.Parallel()
	l := open(t, filepath.Join(t.TempDir(), "ledger"))
	now := time.Now()
	l.Now = func() time.Time { return now.Add(-time.Hour) } // to whom nothing here is purged
	for _, set := range []string{"a", "b", send.VolatilePrefix + "a"} {
		var wg sync.WaitGroup
		for i := range 1200 { // more than a page
			wg.Go(func() {
				r := send.Record{Key: key(set, fmt.Sprint(i)), Purge: now.Add(-time.Minute)}
				if i%3 == 0 {
					r.Purge = now.Add(time.Minute)
				}
				if i%5 == 0 {
					r.Purge = time.Time{}
				}
				if err := l.Create(t.Context(), r); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	const over = 1200 - 400 - 240 + 80
	if n, err := l.Sweep(t.Context(), now); n != 3*over || err != nil {
		t.Fatalf("Sweep removed %d, %v; want %d", n, err, 3*over)
	}
	for _, set := range []string{"a", "b", send.VolatilePrefix + "a"} {
		rs, err := l.List(t.Context(), set, "", 2000)
		want(t, "", err)
		if len(rs) != 1200-over {
			t.Fatalf("%d records of %s are left; want %d", len(rs), set, 1200-over)
		}
	}
	if n, err := l.Sweep(t.Context(), now); n != 0 || err != nil {
		t.Fatalf("a second Sweep removed %d, %v", n, err)
	}
}

func TestNoKeys(t *testing.T) {
	t.Parallel()
	l := open(t, filepath.Join(t.TempDir(), "ledger"))
	long := strings.Repeat("x", 1<<10)
	for _, k := range []send.Key{{}, key("", "x"), key("s", ""), key("s\x00t", "x"), key("s", long)} {
		want(t, send.Invalid, l.Create(t.Context(), send.Record{Key: k}))
		_, err := l.Get(t.Context(), k)
		want(t, send.Invalid, err)
	}
	// A NUL in an ID cannot be taken for the end of a set.
	want(t, "", l.Create(t.Context(), send.Record{Key: key("s", "a\x00b")}))
	rs, err := l.List(t.Context(), "s", "a", 9)
	want(t, "", err)
	if len(rs) != 1 || rs[0].Key != key("s", "a\x00b") {
		t.Fatalf("%v", rs)
	}
}

func TestMarkElsewhere(t *testing.T) {
	t.Parallel()
	l := open(t, filepath.Join(t.TempDir(), "ledger"))
	want(t, "", l.Create(t.Context(), send.Record{Key: key("s", "x")}))
	_, err := l.Spend(t.Context(), key("s", "x"), send.Spend{
		Now: time.Now(), Once: &send.Record{Key: key(send.VolatilePrefix+"s", "m")},
	})
	want(t, send.Internal, err)
}
