package bolt

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"sgraph.ai/send/shared/send"
)

// A sweep looks at so many records and no more; the next goes on behind them, also of
// another process, until all were looked at and it begins anew.
func TestASweepIsBoundedAndGoneOnWith(t *testing.T) {
	t.Parallel()
	path, now := filepath.Join(t.TempDir(), "ledger"), time.Now()
	open := func() *Ledger {
		t.Helper()
		l, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		l.Now = func() time.Time { return now.Add(-time.Hour) } // to whom nothing here is purged
		l.file.sweepMost = 2 * sweepPage
		return l
	}
	l := open()
	const all = 5*sweepPage + 10
	fill := func() {
		t.Helper()
		for first := 0; first < all; first += send.MaxChanges {
			var changes []send.Change
			for i := first; i < min(all, first+send.MaxChanges); i++ {
				changes = append(changes, send.Change{Create: &send.Record{
					Key: send.Key{Set: fmt.Sprint("set/", i%7), ID: fmt.Sprintf("%05d", i)}, Purge: now.Add(-time.Minute),
				}})
			}
			if err := l.Apply(t.Context(), changes...); err != nil {
				t.Fatal(err)
			}
		}
	}
	for range 2 { // once through, and anew
		fill()
		for i, want := range []int{2 * sweepPage, 2 * sweepPage, sweepPage + 10} {
			if n, err := l.Sweep(t.Context(), now); n != want || err != nil {
				t.Errorf("sweep %d removed %d, %v; want %d", i, n, err, want)
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			l = open()
		}
		if n, err := l.Sweep(t.Context(), now); n != 0 || err != nil {
			t.Errorf("when all is swept, %d were removed, %v", n, err)
		}
	}

	// What stays is not looked at twice in a row.
	l.file.sweepMost = sweepPage
	l.file.db.NoSync = true // to sync each is slow
	for i := range 2 * sweepPage {
		err := l.Create(t.Context(), send.Record{Key: send.Key{Set: "a", ID: fmt.Sprintf("%05d", i)}})
		if err != nil {
			t.Fatal(err)
		}
	}
	last := send.Record{Key: send.Key{Set: "b", ID: "over"}, Purge: now.Add(-time.Minute)}
	if err := l.Create(t.Context(), last); err != nil {
		t.Fatal(err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	for i, want := range []int{0, 0, 1, 0} {
		if i == 1 { // one that is ended loses no place
			if _, err := l.Sweep(ended, now); send.CodeOf(err) != send.Unavailable {
				t.Errorf("a sweep that was ended: %v", err)
			}
		}
		if n, err := l.Sweep(t.Context(), now); n != want || err != nil {
			t.Errorf("sweep %d removed %d, %v; want %d", i, n, err, want)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}
