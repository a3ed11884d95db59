package send_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/shared/send"
)

func stamp(when time.Time) string { return when.UTC().Format(time.RFC3339) }

// Whoever has the delete secret ends a transfer sooner or later than was said, and
// everything that is kept of it goes with it then.
func TestExpiryIsChanged(t *testing.T) {
	t.Parallel()
	for name, days := range map[string]int{"sooner": 1, "later": 20} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := setUp(t)
			begun := f.clock.Now()
			label := []byte("what is waiting")
			id := f.completed(t, send.NewTransfer{
				DeleteAuthHash: hash("secret"), ExpiresAt: stamp(begun.AddDate(0, 0, 10)), Label: label,
			}, noise(100))
			c, err := f.Claim(t.Context(), id, "")
			if err != nil {
				t.Fatal(err)
			}
			end := begun.AddDate(0, 0, days)
			tr, err := f.ChangeExpiry(t.Context(), id, "secret", stamp(end))
			if err != nil || !tr.ExpiresAt.Equal(end.Truncate(time.Second)) {
				t.Fatal(tr.ExpiresAt, err)
			}
			f.clock.Advance(end.Sub(f.clock.Now()) - time.Minute)
			sweep := func() (keys []string) {
				t.Helper()
				for range 2 {
					if _, err := f.Sweep(t.Context()); err != nil {
						t.Fatal(err)
					}
					if _, err := f.ledger.Sweep(t.Context(), f.clock.Now()); err != nil {
						t.Fatal(err)
					}
				}
				return f.objects(t)
			}
			if keys := sweep(); len(keys) != 1 {
				t.Fatalf("before its end there are %q", keys)
			}
			if tr, err = f.Available(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			if got, err := f.Label(t.Context(), tr); err != nil || !slices.Equal(got, label) {
				t.Fatalf("the label is %q, %v", got, err)
			}
			f.clock.Advance(2 * time.Minute)
			_, err = f.Available(t.Context(), id)
			want(t, err, send.Gone, "expired")
			_, err = f.Confirm(t.Context(), c)
			want(t, err, send.Gone, "expired")
			if keys := sweep(); len(keys) != 0 {
				t.Fatalf("after its end there are %q", keys)
			}
			if n := sets(t, f, send.LabelSets); n != 0 {
				t.Errorf("%d labels are left", n)
			}
			_, err = f.ChangeExpiry(t.Context(), id, "secret", stamp(end.AddDate(0, 0, 1)))
			want(t, err, send.Gone, "expired")
			f.clock.Advance(6 * 24 * time.Hour)
			if tr, err := f.Info(t.Context(), id); err != nil || !tr.Erased { // it can still be told why
				t.Fatal(tr.Erased, err)
			}
		})
	}
}

// sets counts the records of all sets whose names begin so.
func sets(t *testing.T, f *fixture, prefix string) (n int) {
	t.Helper()
	for r, err := range f.ledger.(send.Movable).All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(r.Key.Set, prefix) {
			n++
		}
	}
	return n
}

func TestExpiryIsChangedWithinTheRules(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.Rules.MaxTTL = 7 * 24 * time.Hour
	begun := f.clock.Now()
	id := f.completed(t, send.NewTransfer{DeleteAuthHash: hash("secret")}, noise(100))
	f.clock.Advance(12 * time.Hour)
	for _, c := range []struct {
		secret, expires string
		code            send.Code
	}{
		{"secret", stamp(begun.AddDate(0, 0, 7)), ""},
		{"secret", stamp(begun.AddDate(0, 0, 7).Add(time.Hour)), send.Invalid}, // though it is no longer than that from now
		{"secret", stamp(f.clock.Now().Add(-time.Second)), send.Invalid},
		{"secret", "", send.Invalid},
		{"secret", "tomorrow", send.Invalid},
		{"another", stamp(begun.AddDate(0, 0, 1)), send.Forbidden},
		{"secret", stamp(begun.AddDate(0, 0, 1)), ""},
	} {
		_, err := f.ChangeExpiry(t.Context(), id, c.secret, c.expires)
		if send.CodeOf(err) != c.code {
			t.Errorf("%s, %q: %v, want %q", c.secret, c.expires, err, c.code)
		}
	}
	tr, err := f.Info(t.Context(), id)
	if err != nil || !tr.ExpiresAt.Equal(begun.AddDate(0, 0, 1).Truncate(time.Second)) {
		t.Fatal(tr.ExpiresAt, err)
	}
	_, err = f.ChangeExpiry(t.Context(), "ffffffffffff", "secret", stamp(begun.AddDate(0, 0, 1)))
	want(t, err, send.NotFound, "")
	undeletable := f.completed(t, send.NewTransfer{}, noise(100))
	_, err = f.ChangeExpiry(t.Context(), undeletable, "", stamp(begun.AddDate(0, 0, 1)))
	want(t, err, send.Conflict, "")
	if _, err := f.Delete(t.Context(), id, "secret"); err != nil {
		t.Fatal(err)
	}
	_, err = f.ChangeExpiry(t.Context(), id, "secret", stamp(begun.AddDate(0, 0, 2)))
	if send.ReasonOf(err) != send.ReasonDeleted {
		t.Fatal(err)
	}
}

// The rules of a bucket end a payload by the class that its key names, which nobody
// changes: so who can extend a transfer has it in the longest, and what an earlier
// version put into another lives no longer than that.
func TestAStoresRulesOutliveEveryExpiry(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	begun := f.clock.Now()
	for _, n := range []send.NewTransfer{{DeleteAuthHash: hash("secret"), ExpiresAt: stamp(begun.Add(time.Hour))}, {}} {
		f.completed(t, n, noise(100))
	}
	keys := f.objects(t)
	slices.Sort(keys)
	if len(keys) != 2 || !strings.HasPrefix(keys[0], "transfers/1d/") || !strings.HasPrefix(keys[1], "transfers/30d/") {
		t.Fatalf("the keys are %q", keys)
	}
	earlier := send.Record{
		Key: send.Key{Set: "transfer/aa", ID: "aabbccddeeff"}, State: "completed", Expires: begun.Add(time.Hour),
		Data: []byte(`{"created_at":"` + stamp(begun) + `","delete_auth_hash":"` + hash("secret") +
			`","payload":{"key":"transfers/1d/aabbccddeeff/00","size":1}}`),
	}
	if err := f.ledger.Create(t.Context(), earlier); err != nil {
		t.Fatal(err)
	}
	_, err := f.ChangeExpiry(t.Context(), earlier.Key.ID, "secret", stamp(begun.Add(25*time.Hour)))
	want(t, err, send.Invalid, "too far ahead")
	if _, err := f.ChangeExpiry(t.Context(), earlier.Key.ID, "secret", stamp(begun.Add(23*time.Hour))); err != nil {
		t.Fatal(err)
	}
}
