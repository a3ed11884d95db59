package backup

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"maps"
	"os"
	"testing"

	"sgraph.ai/send/cli/internal/machine"
	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/storage"
)

// recorder is a place that remembers what it was given.
type recorder struct {
	look
	got map[string]string
}

func (r recorder) record(name string, body io.Reader) error {
	b, err := io.ReadAll(body)
	r.got[name] = string(b)
	return err
}

func (r recorder) ledger(body io.Reader) (func() (*bolt.Ledger, error), error) {
	var b bytes.Buffer
	open, err := r.look.ledger(io.TeeReader(body, &b))
	r.got[ledgerName] = b.String()
	return open, err
}

func (r recorder) secret(name string, body io.Reader) error { return r.record(name, body) }

func (r recorder) trail(_ context.Context, key string, body io.Reader, _ int64) error {
	return r.record(key, body)
}

func (r recorder) object(_ context.Context, key string, body io.Reader, _ int64) error {
	return r.record(key, body)
}

// first returns a backup that the first version made, of two transfers, one of them
// complete, and two batches of the trail.
func first(t testing.TB) []byte {
	t.Helper()
	f, err := os.Open("testdata/first.tar.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A backup can be restored with every later version, however old it is.
func TestAnOldBackup(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	sum, _, err := Restore(t.Context(), bytes.NewReader(first(t)), dir, false, silent)
	if err != nil || sum.Transfers != 1 || sum.Lost != 0 {
		t.Fatalf("%+v, %v", sum, err)
	}
	transfers, trail := storage.View(dir)
	if a, b := machine.Objects(t, transfers), machine.Objects(t, trail); len(a) != 3 || len(b) != 2 {
		t.Errorf("%d objects, and %d of the trail", len(a), len(b))
	}
}

// Whatever is read, it ends; and what is taken for a backup has the content of the
// one that was made.
func FuzzRead(f *testing.F) {
	b := first(f)
	content := func(t testing.TB, b []byte) (map[string]string, error) {
		r := recorder{look{t.TempDir()}, map[string]string{}}
		_, err := read(t.Context(), bytes.NewReader(b), r, silent)
		return r.got, err
	}
	want, err := content(f, b)
	if err != nil || len(want) < 6 {
		f.Fatalf("%d files, %v", len(want), err)
	}
	f.Add(b)
	f.Add(b[:len(b)/2])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, err := content(t, b); err == nil && !maps.Equal(got, want) {
			t.Errorf("%d bytes are taken for a backup", len(b))
		}
	})
}
