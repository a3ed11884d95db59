package dynamo_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"sgraph.ai/send/shared/disk"
	"sgraph.ai/send/shared/dynamo"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/clocktest"
)

// own is a gate that admits everyone under the name that they bring.
type own struct{ send.OpenGate }

func (own) Admit(_ context.Context, token string) (send.Admission, error) {
	return send.Admission{ID: send.TokenHash(token), Remaining: send.Unlimited}, nil
}

// What is due is found in a table as it is in a file: in order of its time, and no
// sooner; what a token has pending is found, too, and what an earlier version wrote.
func TestWhatIsDueIsFoundInATable(t *testing.T) {
	t.Parallel()
	for _, s := range simulations {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			cfg, clock := s.config(t), clocktest.At(time.Now())
			ledger := dynamo.New(s.table(t), func(context.Context) (aws.Config, error) { return cfg, nil })
			ledger.Now = clock.Now
			store, err := disk.Open(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			transfers := &send.Transfers{
				Ledger: ledger, Store: store, Gate: own{}, Now: clock.Now,
				Form:  func([]byte, int64, int64) error { return nil },
				Rules: send.Rules{MaxBytes: 1 << 20, DefaultTTL: 48 * time.Hour, MaxTTL: send.MaxLifetime},
			}
			begun := func(token string, life time.Duration, completed bool) string {
				t.Helper()
				from, err := transfers.Admit(t.Context(), token)
				if err != nil {
					t.Fatal(err)
				}
				tr, err := transfers.Create(t.Context(), from, send.NewTransfer{
					DeclaredBytes: 4, ExpiresAt: clock.Now().Add(life).UTC().Format(time.RFC3339Nano),
				})
				if err == nil && completed {
					_, err = transfers.Upload(t.Context(), from, tr.ID, bytes.NewReader([]byte("text")), 4)
				}
				if err == nil && completed {
					_, _, err = transfers.Complete(t.Context(), token, tr.ID)
				}
				if err != nil {
					t.Fatal(err)
				}
				return tr.ID
			}
			sweep := func(expired, abandoned int) {
				t.Helper()
				n, err := transfers.Sweep(t.Context())
				if err != nil || n.Expired != expired || n.Abandoned != abandoned || n.Left != 0 {
					t.Errorf("swept %+v, %v; want %d expired and %d abandoned", n, err, expired, abandoned)
				}
			}
			for i := range 60 { // more than a page, of which one is over after the other
				begun("one", 30*time.Minute+time.Duration(i)*time.Minute, true)
			}
			lasting := begun("one", 20*24*time.Hour, true)
			begun("one", 20*24*time.Hour, false)
			begun("other", 20*24*time.Hour, false)
			old := send.Record{
				Key: send.Key{Set: send.TransferSets + "aa", ID: "aabbccddeeff"}, State: string(send.Completed),
				Expires: clock.Now().Add(3 * time.Hour),
				Data: fmt.Appendf(nil, `{"created_at":%q,"payload":{"key":"transfers/1d/aabbccddeeff/x","size":4}}`,
					clock.Now().UTC().Format(time.RFC3339)),
			}
			if err := ledger.Create(t.Context(), old); err != nil {
				t.Fatal(err)
			}
			sweep(0, 0)
			clock.Advance(45*time.Minute + time.Second)
			sweep(16, 0)
			purge := send.Record{Key: send.Key{Set: send.PurgeSet, ID: send.TokenHash("other")}, Expires: clock.Now()}
			if err := ledger.Create(t.Context(), purge); err != nil {
				t.Fatal(err)
			}
			sweep(0, 1)
			clock.Advance(3 * time.Hour)
			sweep(45, 0)
			clock.Advance(21 * time.Hour)
			sweep(0, 1)
			notes := 0
			for i := range 32 {
				for r, err := range send.Records(t.Context(), ledger, fmt.Sprintf("%s%02x", send.DueSets, i)) {
					if err != nil {
						t.Fatal(err)
					}
					if notes++; !strings.Contains(r.Key.ID, lasting) {
						t.Errorf("there is a note %s", r.Key.ID)
					}
				}
			}
			if notes != 1 {
				t.Errorf("there are %d notes, and one transfer", notes)
			}
		})
	}
}
