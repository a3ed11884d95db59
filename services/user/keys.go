package user

import (
	"encoding/base64"
	"time"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
)

// keys are what the service makes what it hands out with. They follow from its
// root in the ledger and from nothing that anyone could try: whoever has a permit
// or a link could try it on that.
type keys struct {
	permits send.Signer
	links   send.Signer
	tokens  send.NameSealer // hides tokens in links
}

func newKeys(ledger send.Ledger, now func() time.Time) *send.Keys[keys] {
	return &send.Keys[keys]{Ledger: ledger, Service: metric.User, Derive: func(root send.Secret) keys {
		return keys{root.Signer("download permits", now), root.Signer("links", now), root.NameSealer()}
	}}
}

// permit is by what a claim is gone on with: always the same.
func (k keys) permit(c send.Claim) string {
	return k.permits.Sign(c.Until, c.Transfer.ID, c.ID, budgetOf(c))
}

// seal hides a token in a field of a link.
func (k keys) seal(token string) (string, error) {
	sealed, err := k.tokens.Seal(token)
	if err != nil {
		return "", send.Because(send.Internal, err, "no link can be made")
	}
	return base64.RawURLEncoding.EncodeToString(sealed), nil
}

// open returns the token that seal hid.
func (k keys) open(field string) (string, error) {
	sealed, err := base64.RawURLEncoding.DecodeString(field)
	if err != nil {
		return "", err
	}
	return k.tokens.Open(sealed)
}
