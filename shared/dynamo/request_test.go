package dynamo_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"sgraph.ai/send/shared/disk"
	"sgraph.ai/send/shared/dynamo"
	"sgraph.ai/send/shared/send"
)

// As many transfers arrive as a request allows, and a token has no more of them by its
// requests than it has uses, in a table as in a file.
func TestRequestsAreExactInATable(t *testing.T) {
	t.Parallel()
	for _, s := range simulations {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			cfg := s.config(t)
			ledger := dynamo.New(s.table(t), func(context.Context) (aws.Config, error) { return cfg, nil })
			store, err := disk.Open(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			tokens := &send.Tokens{Ledger: ledger, Names: send.Secret("a secret for tests").Names, Now: time.Now}
			transfers := &send.Transfers{
				Ledger: ledger, Store: store, Gate: tokens, Now: time.Now,
				Form:  func([]byte, int64, int64) error { return nil },
				Rules: send.Rules{MaxBytes: 1 << 20, DefaultTTL: 48 * time.Hour, MaxTTL: send.MaxLifetime},
			}
			if _, err := tokens.Create(t.Context(), send.NewToken{Name: "limited", UsageLimit: 7}); err != nil {
				t.Fatal(err)
			}
			const allowed = 3
			text := func() string {
				b := make([]byte, 32)
				rand.Read(b)
				return base64.RawURLEncoding.EncodeToString(b)
			}
			var made atomic.Int64
			var last atomic.Pointer[[2]string] // what is shown, and the secret
			var calls sync.WaitGroup
			for range 4 {
				calls.Go(func() {
					grant, secret := text(), text()
					rq, _, err := transfers.CreateRequest(t.Context(), "limited", send.NewRequest{
						PublicKey: make([]byte, 32), GrantHash: send.TokenHash(grant), AuthHash: send.TokenHash(secret),
						MaxTransfers: allowed,
					})
					switch send.CodeOf(err) {
					case "":
						made.Add(1)
						last.Store(&[2]string{"request." + rq.ID + "." + grant, secret})
					case send.Unauthorized, send.Invalid, send.Unavailable: // spent, or so many at once
					default:
						t.Error(err)
					}
				})
			}
			calls.Wait()
			tok, err := tokens.Token(t.Context(), "limited")
			if n := made.Load(); err != nil || n < 1 || n > 2 || tok.UsageCount < allowed*n || tok.UsageCount > 7 {
				t.Fatalf("%d requests were made, and %d uses booked, %v", n, tok.UsageCount, err)
			}
			shown, secret := last.Load()[0], last.Load()[1]
			from, err := transfers.Admit(t.Context(), shown)
			if err != nil {
				t.Fatal(err)
			}
			var completed atomic.Int64
			for range allowed + 2 {
				tr, err := transfers.Create(t.Context(), from, send.NewTransfer{SealedKey: make([]byte, 80)})
				if err == nil {
					_, err = transfers.Upload(t.Context(), from, tr.ID, bytes.NewReader([]byte("text")), 4)
				}
				if err != nil {
					t.Fatal(err)
				}
				calls.Go(func() {
					for {
						_, _, err := transfers.Complete(t.Context(), shown, tr.ID)
						switch {
						case err == nil:
							completed.Add(1)
						case send.CodeOf(err) == send.Unavailable:
							continue
						case send.ReasonOf(err) != send.ReasonRequestFull:
							t.Error(err)
						}
						return
					}
				})
			}
			calls.Wait()
			all, err := transfers.Arrived(t.Context(), shown[8:20], secret)
			if err != nil || completed.Load() != allowed || len(all) != allowed {
				t.Errorf("%d were completed, and %d are listed, %v", completed.Load(), len(all), err)
			}
			if _, err := tokens.Revoke(t.Context(), "limited"); err != nil {
				t.Fatal(err)
			}
			if rq, err := transfers.Request(t.Context(), shown[8:20]); err != nil || rq.Status != send.RequestClosed {
				t.Errorf("with its token revoked it is %s, %v", rq.Status, err)
			}
			for _, tr := range all {
				c, err := transfers.Claim(t.Context(), tr.ID, "")
				if err != nil {
					t.Fatal(err)
				}
				var firsts atomic.Int64
				for range 4 {
					calls.Go(func() {
						first, err := transfers.Confirm(t.Context(), c)
						if err != nil && send.CodeOf(err) != send.Unavailable {
							t.Error(err)
						}
						if first {
							firsts.Add(1)
						}
					})
				}
				calls.Wait()
				if tr, err = transfers.Info(t.Context(), tr.ID); err != nil || tr.Confirmed != 1 || firsts.Load() != 1 {
					t.Errorf("confirmed %d times, %d of them for the first time, %v", tr.Confirmed, firsts.Load(), err)
				}
			}
		})
	}
}
