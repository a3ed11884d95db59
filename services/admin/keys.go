package admin

import (
	"context"
	"time"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
)

// keys are what the service makes what it hands out with. They follow from its
// root in the ledger: whoever has a cookie has nothing to try API keys on.
type keys struct {
	ids      send.TokenIDs
	sessions send.Signer // of cookies
}

func newKeys(ledger send.Ledger, now func() time.Time) *send.Keys[keys] {
	return &send.Keys[keys]{Ledger: ledger, Service: metric.Admin, Derive: func(root send.Secret) keys {
		return keys{root.TokenIDs(), root.Signer("admin session", now)}
	}}
}

func (a *Service) tokenIDs(ctx context.Context) (send.TokenIDs, error) {
	k, err := a.keys.Get(ctx)
	return k.ids, err
}
