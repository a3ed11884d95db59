package send_test

import (
	"slices"
	"testing"

	"sgraph.ai/send/shared/send"
)

// What a record names is what there is in the store, and each record is listed once.
func TestWhatRecordsNameIsWhatThereIs(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	sizes := map[string]int64{
		f.completed(t, send.NewTransfer{}, noise(100)):                  100,
		f.completed(t, send.NewTransfer{Label: noise(50)}, noise(2000)): 2000,
		f.uploaded(t, send.NewTransfer{}, noise(300)):                   300,
		f.created(t, send.NewTransfer{}):                                0,
	}
	var named []string
	for r, err := range send.TransferRecords(t.Context(), f.ledger) {
		if err != nil {
			t.Fatal(err)
		}
		keys, size, err := send.Objects(r)
		if err != nil {
			t.Fatal(err)
		}
		if want, known := sizes[r.Key.ID]; !known || size != want {
			t.Errorf("%s has %d bytes; want %d, %v", r.Key.ID, size, want, known)
		}
		delete(sizes, r.Key.ID)
		named = append(named, keys...)
	}
	if slices.Sort(named); len(sizes) > 0 || !slices.Equal(named, f.objects(t)) {
		t.Errorf("named are %v, and there are %v; not listed: %v", named, f.objects(t), sizes)
	}
}

// A completed transfer whose bytes are gone is deleted, and told so to who asks for
// it; one of which something else is gone is not.
func TestATransferThatLostItsBytes(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	lost, pending := f.completed(t, send.NewTransfer{}, noise(100)), f.uploaded(t, send.NewTransfer{}, noise(100))
	for r, err := range send.TransferRecords(t.Context(), f.ledger) {
		if err != nil {
			t.Fatal(err)
		}
		keys, _, err := send.Objects(r)
		if err != nil {
			t.Fatal(err)
		}
		if _, changed, err := send.Lose(r, "another"); changed || err != nil {
			t.Errorf("%s lost what it has not: %v", r.Key.ID, err)
		}
		without, changed, err := send.Lose(r, keys...)
		if err != nil || changed != (r.Key.ID == lost) {
			t.Errorf("%s is deleted: %v, %v", r.Key.ID, changed, err)
		}
		if changed {
			if err := f.ledger.Replace(t.Context(), without); err != nil {
				t.Fatal(err)
			}
		}
	}
	_, err := f.Claim(t.Context(), lost, "")
	want(t, err, send.NotFound, "")
	f.complete(t, pending)
	if _, err := f.Sweep(t.Context()); err != nil {
		t.Error(err)
	}
}

// A store that was filled from a ledger is believed to be its own.
func TestAStoreThatIsFilledIsTheLedgersOwn(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	other := setUp(t)
	if err := send.KeepPair(t.Context(), f.ledger, other.store); err != nil || len(other.objects(t)) > 0 {
		t.Errorf("of a ledger without a store the other knows %v, %v", other.objects(t), err)
	}
	for range 2 {
		if err := f.Pair(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := send.KeepPair(t.Context(), f.ledger, other.store); err != nil {
		t.Fatal(err)
	}
	moved := f.over(t, f.ledger)
	moved.Store = other.store
	if err := moved.Pair(t.Context()); err != nil {
		t.Error(err)
	}
}
