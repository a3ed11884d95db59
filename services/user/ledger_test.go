package user_test

import (
	"context"
	"sync/atomic"
	"testing"

	"sgraph.ai/send/services/user"
	"sgraph.ai/send/shared/send"
)

// countingLedger counts what is asked of a ledger.
type countingLedger struct {
	send.Ledger
	reads, writes, lists atomic.Int64
}

func (l *countingLedger) Get(ctx context.Context, k send.Key) (send.Record, error) {
	l.reads.Add(1)
	return l.Ledger.Get(ctx, k)
}
func (l *countingLedger) Create(ctx context.Context, r send.Record) error {
	l.writes.Add(1)
	return l.Ledger.Create(ctx, r)
}
func (l *countingLedger) Replace(ctx context.Context, r send.Record) error {
	l.writes.Add(1)
	return l.Ledger.Replace(ctx, r)
}
func (l *countingLedger) Spend(ctx context.Context, k send.Key, s send.Spend) (send.Record, error) {
	l.writes.Add(1)
	return l.Ledger.Spend(ctx, k, s)
}
func (l *countingLedger) Apply(ctx context.Context, changes ...send.Change) error {
	l.writes.Add(1)
	return l.Ledger.Apply(ctx, changes...)
}
func (l *countingLedger) List(ctx context.Context, set, after string, limit int) ([]send.Record, error) {
	l.lists.Add(1)
	return l.Ledger.List(ctx, set, after, limit)
}

// A download costs one write of the ledger and no read before it, and going on with
// it costs one that reserves what goes out; nothing that a request does lists.
func TestWhatRequestsCostTheLedger(t *testing.T) {
	t.Parallel()
	var ledger *countingLedger
	s := start(t, func(set *user.Settings) {
		ledger = &countingLedger{Ledger: set.Ledger}
		set.Ledger = ledger
	})
	// The first request of a day finds the salt, the first of a process the root of its keys.
	s.call("GET", "/transfers/download/aabbccddeeff", nil).want(404, "")
	ledger.writes.Store(0)
	ledger.lists.Store(0)
	ciphertext, _ := sealed(t, 100)
	id := s.transfer(ciphertext, nil)
	if n := ledger.writes.Load(); n != 4 { // create, announce the upload, attach it, complete
		t.Errorf("sending costs %d writes beside the token's, want 4", n)
	}
	for _, path := range []string{"/transfers/download/", "/api/transfers/download-base64/",
		"/api/presigned/download-url/"} {
		ledger.reads.Store(0)
		ledger.writes.Store(0)
		s.call("GET", path+id, nil).want(200, "")
		if r, w := ledger.reads.Load(), ledger.writes.Load(); r != 0 || w != 1 {
			t.Errorf("%s costs %d reads and %d writes, want 0 and 1", path, r, w)
		}
	}
	url, permit := s.begun(id)
	for _, path := range []string{url, "/transfers/download/" + id} {
		ledger.reads.Store(0)
		ledger.writes.Store(0)
		s.call("GET", path, nil, "x-sgraph-download-permit", permit).want(200, "")
		if r, w := ledger.reads.Load(), ledger.writes.Load(); r != 1 || w != 1 {
			t.Errorf("going on costs %d reads and %d writes, want 1 and 1", r, w)
		}
	}
	ledger.reads.Store(0)
	ledger.writes.Store(0)
	s.call("GET", "/transfers/info/"+id, nil).want(200, "")
	if r, w := ledger.reads.Load(), ledger.writes.Load(); r != 1 || w != 0 {
		t.Errorf("info costs %d reads and %d writes, want 1 and 0", r, w)
	}
	if n := ledger.lists.Load(); n != 0 {
		t.Errorf("requests listed %d times", n)
	}
}
