package user_test

import (
	"context"
	"testing"
	"time"

	"sgraph.ai/send/services/user"
	"sgraph.ai/send/shared/metric/metered"
	"sgraph.ai/send/shared/send"
)

// Wrapping a ledger, to count or to watch what is asked of it, must not take
// from it what it sweeps.
func TestAWrappedLedgerIsSwept(t *testing.T) {
	t.Parallel()
	var ledger send.Ledger
	s, _ := watched(t, func(set *user.Settings) {
		ledger = set.Ledger
		set.Rates = send.DefaultRates
		set.Ledger = metered.Ledger(set.Ledger)
	})
	body, _ := sealed(t, 100)
	s.transfer(body, map[string]any{"expires_at": s.clock.Now().Add(time.Hour).UTC().Format(time.RFC3339)})
	s.call("GET", "/api/transfers/info/ffffffffffff", nil).want(404, "") // two windows, of what creates and of what asks
	s.clock.Advance(25 * time.Hour)

	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { s.service.Sweep(ctx); close(done) }()
	s.log.WaitFor(t, `"msg":"swept"`)
	stop()
	<-done

	left, err := ledger.Sweep(t.Context(), s.clock.Now())
	if err != nil || left != 0 {
		t.Errorf("%d windows that are over were left, %v", left, err)
	}
}
