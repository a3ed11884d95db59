package bolt_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/send"
)

// snapshot keeps one in a file.
func snapshot(t *testing.T, l *bolt.Ledger) *bolt.Ledger {
	t.Helper()
	path := filepath.Join(t.TempDir(), "snapshot")
	want(t, "", l.Snapshot(func(size int64, file io.WriterTo) error {
		f, err := os.Create(path)
		if err != nil {
			return err
		}
		n, err := file.WriteTo(f)
		if n != size {
			t.Errorf("%d bytes of %d", n, size)
		}
		return errors.Join(err, f.Close())
	}))
	return open(t, path)
}

// What was acknowledged before a snapshot is in it, as it was; of what is written
// meanwhile all records of one write are, or none.
func TestSnapshotUnderLoad(t *testing.T) {
	t.Parallel()
	l := open(t, filepath.Join(t.TempDir(), "ledger"))
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	written := make(chan string, 1000)
	for w := range 4 {
		wg.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				id := fmt.Sprintf("%d-%d", w, i)
				one := send.Record{Key: key("one", id), Data: content(id)}
				other := send.Record{Key: key("other", id), Data: content(id)}
				if l.Apply(ctx, send.Change{Create: &one}, send.Change{Create: &other}) == nil {
					select {
					case written <- id:
					default:
					}
				}
			}
		})
	}
	for range 3 {
		acked := []string{}
		for range 50 {
			acked = append(acked, <-written)
		}
		s := snapshot(t, l)
		for _, id := range acked {
			r, err := s.Get(t.Context(), key("one", id))
			want(t, "", err)
			if string(r.Data) != string(content(id)) || r.Version != 1 {
				t.Errorf("%s is %+v", id, r)
			}
		}
		sets := map[string]int{}
		for r, err := range s.All(t.Context()) {
			want(t, "", err)
			sets[r.Key.Set]++
		}
		if sets["one"] != sets["other"] || sets["one"] < len(acked) {
			t.Errorf("the snapshot has half of a write: %v", sets)
		}
	}
	stop()
	wg.Wait()
}

// Who takes a snapshot and fails is told so, and the ledger goes on.
func TestSnapshotNotTaken(t *testing.T) {
	t.Parallel()
	l := open(t, filepath.Join(t.TempDir(), "ledger"))
	away := errors.New("away")
	if err := l.Snapshot(func(int64, io.WriterTo) error { return away }); !errors.Is(err, away) {
		t.Errorf("%v", err)
	}
	want(t, "", l.Create(t.Context(), send.Record{Key: key("s", "x")}))
}
