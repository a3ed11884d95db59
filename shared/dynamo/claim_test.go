package dynamo_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"sgraph.ai/send/shared/dynamo"
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

// A download that has a name is counted once, by however many at once, and what goes out
// for it is counted where its name is.
func TestANamedClaimIsCountedOnce(t *testing.T) {
	t.Parallel()
	for _, s := range simulations {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			cfg := s.config(t)
			ledger := dynamo.New(s.table(t), func(context.Context) (aws.Config, error) { return cfg, nil })
			transfers := &send.Transfers{Ledger: ledger, Now: time.Now}
			const id, name = "aabbccddeeff", "00112233445566778899aabbccddeeff"
			now := time.Now()
			record := send.Record{
				Key: send.Key{Set: send.TransferSets + "aa", ID: id}, State: string(send.Completed), Limit: 1,
				Expires: now.Add(2 * time.Hour), Data: []byte(`{"payload":{"key":"k","size":1000}}`),
			}
			if err := ledger.Create(t.Context(), record); err != nil {
				t.Fatal(err)
			}
			var counted atomic.Int64
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() {
					_, err := transfers.Claim(t.Context(), id, name)
					switch {
					case err == nil:
						counted.Add(1)
					case !errors.Is(err, send.ErrRepeated):
						t.Error(err)
					}
				})
			}
			all.Wait()
			if n := counted.Load(); n != 1 {
				t.Errorf("%d of eight were the first", n)
			}
			given, err := transfers.Claimed(t.Context(), id, name)
			if err != nil {
				t.Fatal(err)
			}
			// It is given back, and the name is counted anew.
			if err := transfers.Unclaim(t.Context(), given); err != nil {
				t.Fatal(err)
			}
			if _, err := transfers.Claimed(t.Context(), id, name); send.CodeOf(err) != send.NotFound {
				t.Errorf("what was given back is claimed: %v", err)
			}
			c, err := transfers.Claim(t.Context(), id, name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := transfers.Ration(given).Next(t.Context(), 1); send.ReasonOf(err) != send.ReasonPermitSpent {
				t.Errorf("by what was given back: %v", err)
			}
			ration := transfers.Ration(c)
			if _, err := ration.Next(t.Context(), c.Budget); err != nil {
				t.Fatal(err)
			}
			if _, err := transfers.Ration(c).Next(t.Context(), 1); send.ReasonOf(err) != send.ReasonPermitSpent {
				t.Errorf("beyond the budget: %v", err)
			}
			// Nothing is given back of what somebody went on with.
			if err := transfers.Unclaim(t.Context(), c); err != nil {
				t.Error(err)
			}
			if _, err := transfers.Claim(t.Context(), id, "ff"+name[2:]); send.CodeOf(err) != send.Gone {
				t.Errorf("a second download of one: %v", err)
			}
		})
	}
}
