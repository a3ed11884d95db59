package user_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/services/user"
	"sgraph.ai/send/shared/disk"
	"sgraph.ai/send/shared/metric/metered"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/clocktest"
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

// Where the ledger was moved away or restored, nothing is swept, and the log
// says what to do; that helps.
func TestNothingIsSweptUnderAnotherLedger(t *testing.T) {
	t.Parallel()
	sweep := func(s *site, wait func()) {
		t.Helper()
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { s.service.Sweep(ctx); close(done) }()
		wait()
		stop()
		<-done
	}
	says := func(s *site, words string) func() { return func() { s.log.WaitFor(t, words) } }
	clock := clocktest.At(time.Now())
	later := func(set *user.Settings) { set.Now = clock.Now }
	first := start(t, later)
	body, _ := sealed(t, 100)
	long := clock.Now().Add(20 * 24 * time.Hour).UTC().Format(time.RFC3339)
	id := first.transfer(body, map[string]any{"expires_at": long})
	orphan := first.transfer(body, nil)
	file := filepath.Join(first.dir, "transfers", "objects", "le", "ledger")
	sweep(first, func() { // which says nothing, because nothing is over
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
			if _, err := os.Stat(file); err == nil {
				return
			} else if time.Now().After(deadline) {
				t.Fatal(err)
			}
		}
	})

	clock.Advance(26 * time.Hour)
	second := start(t, func(set *user.Settings) {
		later(set)
		var err error
		if set.Store, err = disk.Open(filepath.Join(first.dir, "transfers")); err != nil {
			t.Fatal(err)
		}
	})
	before := first.objects()
	sweep(second, says(second, "NOTHING IS SWEPT"))
	if n := first.objects(); n != before {
		t.Errorf("%d objects are left of %d", n, before)
	}
	if !strings.Contains(second.log.String(), `"level":"ERROR"`) {
		t.Errorf("the log is\n%s", second.log)
	}
	first.call("GET", "/api/transfers/download/"+id, nil).want(200, "")

	// What the log says helps.
	words := regexp.MustCompile(`delete the file ([^ :]+)`).FindStringSubmatch(second.log.String())
	if words == nil {
		t.Fatalf("the log is\n%s", second.log)
	}
	if err := os.Remove(filepath.Join(first.dir, words[1])); err != nil {
		t.Fatal(err)
	}
	sweep(second, says(second, `"orphans":2`))
	first.call("GET", "/api/transfers/download/"+orphan, nil).want(410, "expired")
	first.call("GET", "/api/transfers/info/"+id, nil).want(200, "")
}
