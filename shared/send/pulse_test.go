package send_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"sgraph.ai/send/shared/send"
)

// pulseOf returns a pulse and a function that counts a request as a service
// does; the minute has just begun.
func pulseOf(t *testing.T, f *fixture, rates map[string]send.Rate) (*send.Pulse, func(name, client string)) {
	t.Helper()
	f.clock.Advance(f.clock.Now().Truncate(time.Minute).Add(time.Minute).Sub(f.clock.Now()))
	limiter := send.NewLimiter(f.ledger, rates, f.clock.Now, func(_ context.Context, name string, err error) {
		t.Errorf("%s failed open: %v", name, err)
	})
	return &send.Pulse{Ledger: f.ledger, Rates: rates, Now: f.clock.Now}, func(name, client string) {
		t.Helper()
		if _, err := limiter.Allow(t.Context(), name, client, client+" and around"); err != nil {
			t.Fatal(err)
		}
	}
}

func wantPulse(t *testing.T, p *send.Pulse, minutes int, requests int64, visitors int, transfers int64) {
	t.Helper()
	a, err := p.Over(t.Context(), minutes)
	if err != nil || a.Requests != requests || a.Visitors != visitors || a.Transfers != transfers ||
		len(a.Series) != minutes {
		t.Errorf("the last %d minutes: %+v, %v; want %d requests, %d visitors, %d transfers",
			minutes, a, err, requests, visitors, transfers)
	}
}

func TestPulseCountsOverTheTrueWindow(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	p, count := pulseOf(t, f, send.DefaultRates)
	wantPulse(t, p, 60, 0, 0, 0)

	count("create", "ann")
	count("info", "ann")
	f.clock.Advance(time.Minute)
	count("download", "bob")
	count("download", "bob")
	count("info", "ann") // the same visitor in another minute
	f.clock.Advance(59 * time.Second)
	count("token", "")
	wantPulse(t, p, 1, 4, 2, 2)
	wantPulse(t, p, 2, 6, 2, 3)
	wantPulse(t, p, 60, 6, 2, 3)

	f.clock.Advance(58 * time.Minute)
	wantPulse(t, p, 60, 6, 2, 3)
	f.clock.Advance(time.Minute) // the first minute is no longer one of the sixty
	wantPulse(t, p, 60, 4, 2, 2)
	f.clock.Advance(time.Minute)
	wantPulse(t, p, 60, 0, 0, 0)
}

func TestPulseDoesNotCountWhatALimitRefused(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	p, count := pulseOf(t, f, send.DefaultRates)
	for range send.DefaultRates["login"].Limit + 5 {
		count("login", "ann")
	}
	wantPulse(t, p, 1, send.DefaultRates["login"].Limit, 1, 0)
}

func TestPulseSaysWhatItCannotCount(t *testing.T) {
	t.Parallel()
	for rates, uncounted := range map[string][]string{
		"":                        {},
		"off":                     {"create", "download", "info", "login", "sign-on", "token"},
		"download=off":            {"download"},
		"create=100/1h,info=5/2m": {"create", "info"},
	} {
		f := setUp(t)
		parsed, err := send.ParseRates(rates)
		if err != nil {
			t.Fatal(err)
		}
		p, count := pulseOf(t, f, parsed)
		for name := range send.DefaultRates {
			count(name, "ann")
		}
		a, err := p.Over(t.Context(), 5)
		if err != nil || !slices.Equal(a.Uncounted, uncounted) || a.Requests != int64(len(send.DefaultRates)-len(uncounted)) {
			t.Errorf("%q: %+v, %v; want all but %v", rates, a, err, uncounted)
		}
	}
}

func TestPulseSaysThatTheLedgerIsAway(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	p, _ := pulseOf(t, f, send.DefaultRates)
	p.Ledger = lostLedger{}
	if _, err := p.Over(t.Context(), 60); send.CodeOf(err) != send.Unavailable {
		t.Errorf("got %v", err)
	}
}

// lostLedger cannot be asked.
type lostLedger struct{ send.Ledger }

func (lostLedger) List(context.Context, string, string, int) ([]send.Record, error) {
	return nil, send.Fail(send.Unavailable, "the ledger is away")
}
