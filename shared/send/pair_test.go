package send_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/send"
)

// over gives the fixture another ledger over the same store.
func (f *fixture) over(t *testing.T, ledger send.Ledger) *send.Transfers {
	t.Helper()
	of := f.Transfers
	return &send.Transfers{
		Ledger: ledger, Store: of.Store, Links: of.Links, Gate: of.Gate, Form: of.Form, Rules: of.Rules, Now: of.Now,
		Removed: of.Removed, AtOnce: of.AtOnce,
	}
}

func emptyLedger(t *testing.T) send.Ledger {
	t.Helper()
	l, err := bolt.Open(filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func TestALedgerAndAStoreKnowEachOther(t *testing.T) {
	t.Parallel()
	pair := func(x *send.Transfers) error { return x.Pair(t.Context()) }

	f := setUp(t)
	for range 3 {
		if err := pair(f.Transfers); err != nil {
			t.Fatal(err)
		}
	}
	want(t, pair(f.over(t, emptyLedger(t))), send.Conflict, "the ledger is new")
	other := setUp(t)
	if err := pair(other.Transfers); err != nil {
		t.Fatal(err)
	}
	want(t, pair(f.over(t, other.ledger)), send.Conflict, "another store")
	if err := pair(f.Transfers); err != nil {
		t.Errorf("who was asked about another ledger forgot its own: %v", err)
	}

	// A backup is behind the store it was made beside.
	k := send.Key{Set: send.PairSet, ID: "transfers"}
	backup, err := f.ledger.Get(t.Context(), k)
	if err != nil {
		t.Fatal(err)
	}
	old := emptyLedger(t)
	if err := old.Create(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	if err := pair(f.over(t, old)); err != nil {
		t.Errorf("a backup that misses nothing: %v", err)
	}
	want(t, pair(f.Transfers), send.Conflict, "older than the store")

	// Who deletes what the store knows sets it free.
	if err := f.store.Delete(t.Context(), "ledger"); err != nil {
		t.Fatal(err)
	}
	if err := pair(f.Transfers); err != nil {
		t.Errorf("a store that was set free: %v", err)
	}
	if _, err := f.store.Put(t.Context(), "ledger", strings.NewReader("what"), 4); err != nil {
		t.Fatal(err)
	}
	want(t, pair(f.Transfers), send.Conflict, "cannot be read")
}

// crashing is a store whose process ends before what it knows is written.
type crashing struct{ send.Store }

func (crashing) Put(context.Context, string, io.Reader, int64) (send.Object, error) {
	return send.Object{}, send.Fail(send.Unavailable, "ended")
}

func TestAPairOutlivesACrash(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	for range 2 { // at the first start, and later
		f.Transfers.Store = crashing{f.store}
		want(t, f.Pair(t.Context()), send.Unavailable, "ended")
		f.Transfers.Store = f.store
		if err := f.Pair(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// full is a store without room.
type full struct{ send.Store }

func (full) Put(context.Context, string, io.Reader, int64) (send.Object, error) {
	return send.Object{}, send.Fail(send.Full, "the disk is full")
}

func TestAFullDiskIsSweptAllTheSame(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.Transfers.Store = full{f.store}
	if err := f.Pair(t.Context()); err != nil {
		t.Error(err)
	}
}

// orphan keeps an object that no transfer names, and returns its key.
func (f *fixture) orphan(t *testing.T, n int) string {
	t.Helper()
	key := fmt.Sprintf("transfers/1d/%012x/orphan", n)
	if _, err := f.store.Put(t.Context(), key, bytes.NewReader(noise(10)), 10); err != nil {
		t.Fatal(err)
	}
	return key
}

func (f *fixture) orphans(t *testing.T) int {
	t.Helper()
	n, err := f.SweepOrphans(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n.Orphans
}

func TestOrphansArePutAsideForAWeek(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	key := f.orphan(t, 1)
	f.clock.Advance(26 * time.Hour)
	for range 2 {
		f.orphans(t)
		if keys := f.objects(t); len(keys) != 1 || !strings.HasSuffix(keys[0], "/"+key) ||
			!strings.HasPrefix(keys[0], send.QuarantinePrefix) {
			t.Fatalf("the store keeps %v", keys)
		}
		f.clock.Advance(7*24*time.Hour - time.Minute)
	}
	f.clock.Advance(2 * 24 * time.Hour)
	f.orphans(t)
	if keys := f.objects(t); len(keys) != 0 {
		t.Errorf("the store still keeps %v", keys)
	}
}

// What was put aside because the wrong ledger was there comes back with the
// right one.
func TestOrphansThatAreNamedAgainComeBack(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	body := noise(100)
	id := f.completed(t, send.NewTransfer{
		ExpiresAt: f.clock.Now().Add(20 * 24 * time.Hour).UTC().Format(time.RFC3339),
	}, body)
	before := f.objects(t)
	f.clock.Advance(26 * time.Hour)
	if n, err := f.over(t, emptyLedger(t)).SweepOrphans(t.Context()); err != nil || n.Orphans != 1 {
		t.Fatal(n, err)
	}
	if slices.Equal(f.objects(t), before) {
		t.Fatal("nothing was put aside")
	}
	f.clock.Advance(5 * 24 * time.Hour)
	f.orphans(t)
	if keys := f.objects(t); !slices.Equal(keys, before) || !bytes.Equal(f.payload(t, id), body) {
		t.Errorf("the store keeps %v, want %v", keys, before)
	}
}

func TestASweepPutsAsideAHundredAtMost(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	for n := range 130 {
		f.orphan(t, n)
	}
	f.clock.Advance(26 * time.Hour)
	n, err := f.SweepOrphans(t.Context())
	want(t, err, send.Internal, "there are more")
	if n.Orphans != 100 {
		t.Errorf("%d at once", n.Orphans)
	}
	if n := f.orphans(t); n != 30 {
		t.Errorf("%d the next time, want the 30 that were left", n)
	}
}
