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
	signOn   send.Signer // of those of sign-ins that are under way
	people   send.PersonIDs
	webhook  []byte
}

func newKeys(ledger send.Ledger, now func() time.Time, webhook string) *send.Keys[keys] {
	return &send.Keys[keys]{Ledger: ledger, Service: metric.Admin, Derive: func(root send.Secret) keys {
		return keys{
			root.TokenIDs(), root.Signer("admin session", now), root.Signer("admin sign-on", now), root.PersonIDs(),
			root.WebhookKey(webhook),
		}
	}}
}

// names are the keys that hide the names of tokens from whoever reads the ledger.
// So they cannot follow from what the ledger has, and follow from the API key.
func (a *Service) names(ctx context.Context) (send.NameKeys, error) {
	keys, err := a.set.APIKey.All(ctx)
	return send.NamesUnder(keys...), err
}

// fingerprint tells the sessions of one API key from those of another.
func fingerprint(key string) string {
	return send.Secret(key).Signer("admin session", time.Now).Sign(time.Unix(0, 0))[:22]
}

func (a *Service) tokenIDs(ctx context.Context) (send.TokenIDs, error) {
	k, err := a.keys.Get(ctx)
	return k.ids, err
}
