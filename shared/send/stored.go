package send

import (
	"context"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"
)

// StoredLooks is how many transfers are looked at, about, to say what they have stored:
// what that costs does not grow with the ledger.
const StoredLooks = 50_000

// Stored is what transfers have in the store, as the ledger knows it: without parts that
// are on their way, and without labels.
type Stored struct {
	Transfers int   // whose bytes are there
	Bytes     int64 // sealed
	More      bool  // there may be more, which were not looked at
}

// Stored looks at about as many transfers as it is told, and at each that is over for as
// long as it is remembered.
func (t *Transfers) Stored(ctx context.Context, looks int) (s Stored, err error) {
	var mu sync.Mutex
	looked := 0
	look := func(tr Transfer) (more bool) {
		mu.Lock()
		defer mu.Unlock()
		if looked == looks {
			s.More = true
			return false
		}
		looked++
		if tr.Payload.Key != "" && !tr.Erased {
			s.Transfers++
			s.Bytes += tr.Payload.Size
		}
		return true
	}
	reading, ctx := errgroup.WithContext(ctx)
	reading.SetLimit(listAtOnce)
	for set := range transferSets {
		reading.Go(func() error {
			for r, err := range Records(ctx, t.Ledger, fmt.Sprintf("%s%02x", TransferSets, set)) {
				if err != nil {
					return err
				}
				tr, _, err := readTransfer(r)
				if err != nil {
					return err
				}
				if !look(tr) {
					return nil
				}
			}
			return nil
		})
	}
	return s, reading.Wait()
}
