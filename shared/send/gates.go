package send

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
)

// OpenGate lets everyone send. It is only ever chosen by an explicit setting.
type OpenGate struct{}

// Admit admits.
func (OpenGate) Admit(context.Context, string) (Admission, error) {
	return Admission{Remaining: Unlimited}, nil
}

// Spend has nothing to book.
func (OpenGate) Spend(context.Context, string, string) error { return nil }

// Token says that whatever was asked about may send.
func (OpenGate) Token(context.Context, string) (Token, error) {
	return Token{Status: TokenActive}, nil
}

// SharedGate admits whoever knows the one token that all senders share.
type SharedGate struct{ Secret string }

// Admit admits the holders of the token.
func (g SharedGate) Admit(_ context.Context, token string) (Admission, error) {
	// Digests have one length, so the comparison tells nothing of the token's.
	a, b := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(g.Secret))
	switch {
	case token == "":
		return Admission{}, tokenRequired(ReasonTokenRequired)
	case g.Secret == "" || subtle.ConstantTimeCompare(a[:], b[:]) != 1:
		return Admission{}, tokenRequired(ReasonTokenUnknown)
	}
	return Admission{TokenHash(g.Secret), Unlimited}, nil
}

// Spend books nothing: the token has no limit.
func (g SharedGate) Spend(ctx context.Context, token, _ string) error {
	_, err := g.Admit(ctx, token)
	return err
}

// Token returns the state of the shared token. NotFound for any other.
func (g SharedGate) Token(ctx context.Context, token string) (Token, error) {
	if _, err := g.Admit(ctx, token); err != nil {
		return Token{}, TokenNotFound()
	}
	return Token{Hash: TokenHash(g.Secret), Status: TokenActive}, nil
}
