package audit_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/disk"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/clocktest"
)

// soon is a noon ahead of the system's clock, by which a ledger forgets hours.
var soon = noon.AddDate(100, 0, 0)

// later is the nth of a series, a minute after the one before.
func later(n int) audit.Event {
	e := event(n)
	e.Time = e.Time.AddDate(100, 0, 0)
	return e
}

// hours is what the trail says of the hours since a time.
func hours(t *testing.T, trail *audit.Trail, since time.Time) []audit.Hour {
	t.Helper()
	all, err := trail.Hours(t.Context(), since)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestHowMuchHappenedInAnHour(t *testing.T) {
	t.Parallel()
	trail, _ := newTrail(t)
	var minute int
	told := func(kind audit.Kind, outcome audit.Outcome, bytes, count int64) audit.Event {
		e := later(minute)
		minute += 4
		e.Kind, e.Outcome, e.Bytes = kind, outcome, bytes
		if count > 0 {
			e.Count, e.Last = count, e.Time
		}
		return e
	}
	events := []audit.Event{
		told(audit.TransferCreated, audit.Success, 0, 0),
		told(audit.TransferCompleted, audit.Success, 100, 0),
		told(audit.TransferCompleted, audit.Failure, 7, 0),
		told(audit.TransferDownloaded, audit.Success, 100, 0),
		told(audit.TransferDownloaded, audit.Success, 100, 0),
		told(audit.TransferDownloaded, audit.Denied, 0, 40),
		told(audit.TransferConfirmed, audit.Success, 0, 0),
		told(audit.Login, audit.Denied, 0, 0), // at 12:58
		told(audit.TransferExpired, audit.Success, 0, 0),
		told(audit.TransferDeleted, audit.Success, 0, 0),
		told(audit.TransferTakenDown, audit.Success, 0, 0),
		told(audit.TokenUsed, audit.Success, 0, 0),
	}
	keep(t, trail, events[:8]...)
	keep(t, trail, events[:8]...) // handed over again
	keep(t, trail, events[8:]...)
	keep(t, trail, told(audit.TransferExpired, audit.Success, 0, 0))

	noon := soon.Truncate(time.Hour)
	want := []audit.Hour{
		{Begins: noon, Totals: audit.Totals{
			Created: 1, Completed: 1, Downloads: 2, Confirmed: 1, Refused: 41, BytesCompleted: 100, BytesDownloaded: 200,
		}},
		{Begins: noon.Add(time.Hour), Totals: audit.Totals{Ended: 4}},
	}
	if got := hours(t, trail, noon); len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if got := hours(t, trail, noon.Add(time.Hour)); len(got) != 1 || got[0] != want[1] {
		t.Errorf("from one o'clock on: %+v", got)
	}
	if sum := want[0].Plus(want[1].Totals).Plus(want[1].Totals); sum.Ended != 8 || sum.Refused != 41 {
		t.Errorf("in all %+v", sum)
	}
}

// hourlessLedger does not write hours for a while.
type hourlessLedger struct {
	send.Ledger
	broken atomic.Bool
}

func (l *hourlessLedger) Create(ctx context.Context, r send.Record) error {
	if l.broken.Load() && r.Key.Set == audit.ChainSets+"hour" {
		return send.Because(send.Unavailable, errors.New("broken"), "away")
	}
	return l.Ledger.Create(ctx, r)
}

// What a writer did not count that ended there, the next one counts, and nobody twice.
func TestABatchIsCountedOnce(t *testing.T) {
	t.Parallel()
	store, err := disk.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ledger := &hourlessLedger{Ledger: newLedger(t)}
	open := func() *audit.Trail {
		return &audit.Trail{Store: store, Ledger: ledger, Now: clocktest.At(soon).Now, TokenIDs: tokenIDs(ledger)}
	}
	ledger.broken.Store(true)
	if err := open().Append(t.Context(), []audit.Event{later(0), later(1)}); send.CodeOf(err) != send.Unavailable {
		t.Fatalf("got %v", err)
	}
	if got := hours(t, open(), soon); len(got) != 0 {
		t.Fatalf("got %+v", got)
	}
	ledger.broken.Store(false)
	keep(t, open(), later(2))
	keep(t, open(), later(3))
	for range 3 {
		if _, err := open().Head(t.Context()); err != nil { // which settles what is the last
			t.Fatal(err)
		}
	}
	if got := hours(t, open(), soon); len(got) != 1 || got[0].Created != 4 {
		t.Errorf("got %+v, want 4", got)
	}
}
