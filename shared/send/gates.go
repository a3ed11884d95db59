package send

import "context"

// OpenGate lets everyone send. It is only ever chosen by an explicit setting.
type OpenGate struct{}

// Admit admits.
func (OpenGate) Admit(context.Context, string) (Admission, error) {
	return Admission{Remaining: Unlimited}, nil
}

// Spend has nothing to book.
func (OpenGate) Spend(context.Context, string, string) error { return nil }

// Book has nothing to book.
func (OpenGate) Book(context.Context, string, string, int64) error { return nil }

// Token says that whatever was asked about may send.
func (OpenGate) Token(context.Context, string) (Token, error) {
	return Token{Status: TokenActive}, nil
}

// SharedGate admits whoever knows the one token that all senders share.
type SharedGate struct {
	// Accepts says, in a time that tells nothing of it, whether a token is the
	// shared one. Unavailable where that cannot be known.
	Accepts func(ctx context.Context, token string) (bool, error)
}

// Admit admits the holders of the token.
func (g SharedGate) Admit(ctx context.Context, token string) (Admission, error) {
	if token == "" {
		return Admission{}, tokenRequired(ReasonTokenRequired)
	}
	ok, err := g.Accepts(ctx, token)
	if err != nil {
		return Admission{}, err
	}
	if !ok {
		return Admission{}, tokenRequired(ReasonTokenUnknown)
	}
	return Admission{TokenHash(token), Unlimited}, nil
}

// Spend books nothing: the token has no limit.
func (g SharedGate) Spend(ctx context.Context, token, _ string) error {
	_, err := g.Admit(ctx, token)
	return err
}

// Book books nothing: the token has no limit.
func (g SharedGate) Book(ctx context.Context, token, _ string, _ int64) error {
	_, err := g.Admit(ctx, token)
	return err
}

// Token returns the state of the shared token. NotFound for any other.
func (g SharedGate) Token(ctx context.Context, token string) (Token, error) {
	_, err := g.Admit(ctx, token)
	switch CodeOf(err) {
	case "":
		return Token{Hash: TokenHash(token), Status: TokenActive}, nil
	case Unauthorized:
		return Token{}, TokenNotFound()
	}
	return Token{}, err
}
