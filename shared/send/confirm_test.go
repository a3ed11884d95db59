package send_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sgraph.ai/send/shared/send"
)

// A download is confirmed once, by its claim or by whoever finds that again by its
// name, however often and from wherever it comes.
func TestADownloadIsConfirmedOnce(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	id := f.completed(t, send.NewTransfer{}, noise(100))
	name := strings.Repeat("0a", 16)
	claims := make([]send.Claim, 4)
	var err error
	if claims[0], err = f.Claim(t.Context(), id, name); err != nil {
		t.Fatal(err)
	}
	if claims[1], err = f.Claimed(t.Context(), id, name); err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		if claims[2+i], err = f.Claim(t.Context(), id, ""); err != nil {
			t.Fatal(err)
		}
	}
	var calls sync.WaitGroup
	var firsts atomic.Int64
	for range 4 {
		for _, c := range claims {
			calls.Go(func() {
				first, err := f.Confirm(t.Context(), c)
				if err != nil {
					t.Error(err)
				}
				if first {
					firsts.Add(1)
				}
			})
		}
	}
	calls.Wait()
	tr, err := f.Info(t.Context(), id)
	if err != nil || tr.Confirmed != 3 || tr.Downloads != 3 || firsts.Load() != 3 {
		t.Fatalf("%d downloads, of which %d are confirmed, %d of them for the first time; %v",
			tr.Downloads, tr.Confirmed, firsts.Load(), err)
	}
}

// What was given back cannot have arrived, and nothing is confirmed of what is over.
func TestWhatCannotBeConfirmed(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	id := f.completed(t, send.NewTransfer{DeleteAuthHash: hash("secret")}, noise(100))
	c, err := f.Claim(t.Context(), id, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Unclaim(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if first, err := f.Confirm(t.Context(), c); first || err != nil {
		t.Fatal(first, err)
	}
	if tr, err := f.Info(t.Context(), id); err != nil || tr.Confirmed != 0 {
		t.Fatal(tr.Confirmed, err)
	}
	if c, err = f.Claim(t.Context(), id, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Delete(t.Context(), id, "secret"); err != nil {
		t.Fatal(err)
	}
	_, err = f.Confirm(t.Context(), c)
	want(t, err, send.NotFound, "")
	if tr, err := f.Info(t.Context(), id); err != nil || tr.Confirmed != 0 || !tr.Erased {
		t.Fatal(tr.Confirmed, tr.Erased, err)
	}
}

// Confirmations that come while the last download begins do not keep the bytes.
func TestConfirmingDoesNotKeepWhatRetires(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	const most = 8
	id := f.completed(t, send.NewTransfer{MaxDownloads: most, AutoDelete: true}, noise(100))
	var calls sync.WaitGroup
	for range most {
		calls.Go(func() {
			c, err := f.Claim(t.Context(), id, "")
			if err == nil {
				_, err = f.Confirm(t.Context(), c)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	calls.Wait()
	tr, err := f.Info(t.Context(), id)
	if err != nil || tr.Confirmed != most || tr.Erased {
		t.Fatal(tr.Confirmed, tr.Erased, err)
	}
	f.clock.Advance(time.Hour + time.Minute)
	if _, err := f.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if keys := f.objects(t); len(keys) != 0 {
		t.Fatalf("%q are left", keys)
	}
	if tr, err := f.Info(t.Context(), id); err != nil || !tr.Erased {
		t.Fatal(tr.Erased, err)
	}
}
