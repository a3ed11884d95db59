package send_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/send"
)

// saltLedger can be away, and counts how often it is asked.
type saltLedger struct {
	send.Ledger
	away  atomic.Bool
	asked atomic.Int64
}

func (l *saltLedger) Get(ctx context.Context, key send.Key) (send.Record, error) {
	l.asked.Add(1)
	if l.away.Load() {
		return send.Record{}, send.Fail(send.Unavailable, "away")
	}
	return l.Ledger.Get(ctx, key)
}

func newSaltLedger(t *testing.T) *saltLedger {
	t.Helper()
	l, err := bolt.Open(filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return &saltLedger{Ledger: l}
}

// saltDay is ahead of the system's clock, by which bolt forgets.
var saltDay = time.Date(2126, 1, 2, 3, 4, 5, 0, time.UTC)

func TestAClientHasOneNameADay(t *testing.T) {
	t.Parallel()
	ledger := newSaltLedger(t)
	a, b := &send.Salts{Ledger: ledger}, &send.Salts{Ledger: ledger}
	var names sync.Map
	var running sync.WaitGroup
	for range 8 { // whoever is first makes the salt
		for _, s := range []*send.Salts{a, b, {Ledger: ledger}} {
			running.Go(func() { names.Store(s.Of(t.Context(), saltDay).Name("192.0.2.1"), true) })
		}
	}
	running.Wait()
	var name string
	names.Range(func(k, _ any) bool {
		if name != "" {
			t.Error("the services of one ledger name a client differently")
		}
		name = k.(string)
		return true
	})
	asked := ledger.asked.Load()
	switch {
	case a.Of(t.Context(), saltDay.Add(20*time.Hour)).Name("192.0.2.1") != name:
		t.Error("an address cannot be told within a day")
	case ledger.asked.Load() != asked:
		t.Error("the ledger is asked again within the day")
	case a.Of(t.Context(), saltDay).Name("192.0.2.2") == name, a.Of(t.Context(), saltDay).Name("") != "":
		t.Error("addresses are not told apart")
	case a.Of(t.Context(), saltDay.Add(21*time.Hour)).Name("192.0.2.1") == name:
		t.Error("an address can be followed from day to day")
	}
	if other := (&send.Salts{Ledger: newSaltLedger(t)}); other.Of(t.Context(), saltDay).Name("192.0.2.1") == name {
		t.Error("the name follows from something that another ledger has too")
	}
	own := &send.Salts{}
	salt := own.Of(t.Context(), saltDay)
	if salt.Name("192.0.2.1") == name || own.Of(t.Context(), saltDay) != salt {
		t.Error("without a ledger a process has no salt of its own")
	}
}

func TestSaltsAreDestroyed(t *testing.T) {
	t.Parallel()
	ledger := newSaltLedger(t)
	s := &send.Salts{Ledger: ledger}
	for day := range 5 {
		s.Of(t.Context(), saltDay.Add(time.Duration(day)*24*time.Hour))
	}
	kept := func() (days []string) {
		t.Helper()
		all, err := ledger.List(t.Context(), send.SaltSet, "", 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all {
			days = append(days, r.Key.ID)
			start, err := time.Parse(time.DateOnly, r.Key.ID)
			if err != nil || !r.Purge.Equal(start.Add(48*time.Hour)) || len(r.Data) != 32 {
				t.Errorf("a salt is kept as %+v", r)
			}
		}
		return days
	}
	if days := kept(); len(days) != 2 || days[0] != "2126-01-05" || days[1] != "2126-01-06" {
		t.Errorf("kept are the salts of %v, want those of today and yesterday", days)
	}
	if err := s.Sweep(t.Context(), saltDay.Add(6*24*time.Hour)); err != nil || len(kept()) != 0 {
		t.Errorf("after two days without a request the salts of %v are left, %v", kept(), err)
	}
}

func TestWithoutItsLedgerAProcessNamesClientsByItself(t *testing.T) {
	t.Parallel()
	ledger := newSaltLedger(t)
	var told []error
	s := &send.Salts{Ledger: ledger, Failed: func(_ context.Context, err error) { told = append(told, err) }}
	ledger.away.Store(true)
	alone := s.Of(t.Context(), saltDay).Name("192.0.2.1")
	asked := ledger.asked.Load()
	again := s.Of(t.Context(), saltDay.Add(time.Second)).Name("192.0.2.1")
	if again != alone || ledger.asked.Load() != asked {
		t.Error("a request after a failure asks again")
	}
	if s.Of(t.Context(), saltDay.Add(time.Minute)).Name("192.0.2.1") != alone || ledger.asked.Load() == asked {
		t.Error("the salt of its own changes, or the ledger is not asked again")
	}
	if len(told) != 2 || send.CodeOf(told[0]) != send.Unavailable {
		t.Errorf("told %v", told)
	}
	ledger.away.Store(false)
	back := s.Of(t.Context(), saltDay.Add(2*time.Minute)).Name("192.0.2.1")
	if back == alone || back != (&send.Salts{Ledger: ledger}).Of(t.Context(), saltDay).Name("192.0.2.1") {
		t.Error("with its ledger back a process still names clients by itself")
	}
	ended, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("the client left"))
	if (&send.Salts{Ledger: ledger}).Of(ended, saltDay).Name("192.0.2.1") != back {
		t.Error("a client that leaves changes the name of others")
	}
}
