package dynamo_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sgraph.ai/send/shared/send"
)

// sharedClaim is a claim that every process goes on with.
var sharedClaim = send.Claim{
	Transfer: send.Transfer{Payload: send.Payload{Size: 64 << 20}},
	ID:       "aabbccddeeff0011", Budget: 2 * 64 << 20, Until: time.Now().Add(time.Hour),
}

// claimChild asks for pieces until the budget is spent, and returns how many KiB went out.
// Every other one breaks off in the middle.
func claimChild(ledger send.Ledger, begin func()) (int, error) {
	const piece, part = 3 << 20, 1 << 20
	transfers := &send.Transfers{Ledger: ledger}
	var (
		out     atomic.Int64
		failure error
		once    sync.Once
		all     sync.WaitGroup
	)
	begin()
	for worker := range inFlight {
		all.Go(func() {
			for i := worker; ; i++ {
				ration := transfers.Ration(sharedClaim)
				n, err := ration.Next(context.Background(), piece)
				if send.ReasonOf(err) == send.ReasonPermitSpent {
					return
				}
				if send.CodeOf(err) == send.Unavailable { // so many at once
					continue
				}
				if err != nil {
					once.Do(func() { failure = err })
					return
				}
				if i%2 == 1 {
					n = part
				}
				out.Add(n)
				ration.Done(context.Background(), n)
			}
		})
	}
	all.Wait()
	return int(out.Load() >> 10), failure
}

// However many processes hand out bytes of one claim, they stay within its budget.
func TestABudgetHoldsAcrossProcesses(t *testing.T) {
	t.Parallel()
	for _, s := range simulations {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			table := s.table(t)
			sum := 0
			for _, n := range acrossProcesses(t, "claim", table, *s.config(t).BaseEndpoint) {
				sum += n
			}
			budget := int(sharedClaim.Budget >> 10)
			// What was reserved when it was refused elsewhere may have been given back since.
			if sum > budget || sum < budget/2 {
				t.Errorf("%d KiB went out of %d", sum, budget)
			}
			t.Logf("%d KiB went out of %d", sum, budget)
		})
	}
}
