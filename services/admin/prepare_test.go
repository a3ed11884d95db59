package admin_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/shared/send"
)

// downLedger cannot be read the first times.
type downLedger struct {
	send.Ledger
	times int
	err   error
}

func (l *downLedger) Get(ctx context.Context, k send.Key) (send.Record, error) {
	if l.times > 0 {
		l.times--
		return send.Record{}, l.err
	}
	return l.Ledger.Get(ctx, k)
}

// A ledger that is away for a moment, as when everything starts at once, fails no
// start; what does not pass does.
func TestPrepareWaitsForTheLedger(t *testing.T) {
	t.Parallel()
	away := send.Fail(send.Unavailable, "the ledger is away")
	for _, c := range []struct {
		name, deployment string
		times            int
		err              error
		want             string // of the error
		waits            time.Duration
	}{
		{"nothing is asked", "", 9, away, "", 0},
		{"a ledger that is there", "keep", 0, nil, "", 0},
		{"a ledger that comes", "keep", 2, away, "", 3 * time.Second},
		{"a ledger that does not come", "keep", 99, away, "the ledger is away", 31 * time.Second},
		{"a ledger that refuses", "keep", 99, errors.New("access is denied"), "access is denied", 0},
		{"what is not known", `{"other":{}}`, 0, nil, "nothing that is known", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ledger := newRig(t).settings.Ledger
			synctest.Test(t, func(t *testing.T) {
				g := newRig(t, func(s *admin.Settings) {
					s.Ledger = &downLedger{ledger, c.times, c.err}
					s.Deployment = json.RawMessage(c.deployment)
					switch c.deployment {
					case "":
						s.Deployment = nil
					case "keep":
						s.Deployment = json.RawMessage(`{"keep_secrets":{"generation":1,"created_by":"stack qa"}}`)
					}
				})
				began := time.Now()
				err := g.handler.Prepare(t.Context())
				if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
					t.Errorf("ended with %v, want %q", err, c.want)
				}
				if took := time.Since(began); took != c.waits {
					t.Errorf("waited %v, want %v", took, c.waits)
				}
			})
		})
	}
}
