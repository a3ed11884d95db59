package send_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/disk"
	"sgraph.ai/send/shared/send"
)

// A limit holds because the ledger decides it in the write that counts.
func ExampleSpend() {
	ctx := context.Background()
	folder, err := os.MkdirTemp("", "send-example-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	ledger, err := bolt.Open(filepath.Join(folder, "ledger.db"))
	if err != nil {
		log.Fatal(err)
	}
	defer ledger.Close()

	coffee := send.Key{Set: "voucher", ID: "coffee"}
	if err := ledger.Create(ctx, send.Record{Key: coffee, State: "valid", Limit: 2}); err != nil {
		log.Fatal(err)
	}
	for range 3 {
		r, err := ledger.Spend(ctx, coffee, send.Spend{State: "valid", Now: time.Now()})
		fmt.Printf("%d of %d %q\n", r.Count, r.Limit, send.CodeOf(err))
	}

	// Once makes a spend safe to repeat: whoever did not hear the answer asks
	// again, and nothing more is spent.
	tea := send.Key{Set: "voucher", ID: "tea"}
	if err := ledger.Create(ctx, send.Record{Key: tea, State: "valid", Limit: 2}); err != nil {
		log.Fatal(err)
	}
	for range 2 {
		r, err := ledger.Spend(ctx, tea, send.Spend{
			State: "valid", Now: time.Now(),
			Once: &send.Record{Key: send.Key{Set: "receipt", ID: "table 4"}},
		})
		fmt.Println(r.Count, "of", r.Limit, errors.Is(err, send.ErrRepeated))
	}
	// Output:
	// 1 of 2 ""
	// 2 of 2 ""
	// 2 of 2 "conflict"
	// 1 of 2 false
	// 1 of 2 true
}

// Of any number of readers at once just as many get a transfer as its sender
// allowed.
func ExampleTransfers_Claim() {
	ctx := context.Background()
	folder, err := os.MkdirTemp("", "send-example-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	ledger, err := bolt.Open(filepath.Join(folder, "ledger.db"))
	if err != nil {
		log.Fatal(err)
	}
	defer ledger.Close()
	store, err := disk.Open(filepath.Join(folder, "bytes"))
	if err != nil {
		log.Fatal(err)
	}
	transfers := &send.Transfers{
		Ledger: ledger, Store: store, Now: time.Now,
		Gate:  send.OpenGate{},
		Form:  func([]byte, int64, int64) error { return nil }, // a service takes ciphertext only
		Rules: send.Rules{MaxBytes: 1 << 20, DefaultTTL: time.Hour, MaxTTL: send.MaxLifetime},
	}

	const token = "" // the gate is open
	from, err := transfers.Admit(ctx, token)
	if err != nil {
		log.Fatal(err)
	}
	t, err := transfers.Create(ctx, from, send.NewTransfer{MaxDownloads: 3})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := transfers.Upload(ctx, from, t.ID, strings.NewReader("ciphertext"), 10); err != nil {
		log.Fatal(err)
	}
	if _, _, err := transfers.Complete(ctx, token, t.ID); err != nil {
		log.Fatal(err)
	}

	var served, refused atomic.Int64
	var readers sync.WaitGroup
	for range 20 {
		readers.Go(func() {
			switch _, err := transfers.Claim(ctx, t.ID, ""); send.ReasonOf(err) {
			case "":
				served.Add(1)
			case send.ReasonExhausted:
				refused.Add(1)
			}
		})
	}
	readers.Wait()
	fmt.Println(served.Load(), "served,", refused.Load(), "refused")
	// Output: 3 served, 17 refused
}
