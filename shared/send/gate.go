package send

import "context"

// Gate says who may send.
//
// Admit and Spend return Unauthorized, with a message for the sender, when the
// token does not allow it, and Unavailable when that cannot be found out: a
// gate that cannot be asked is shut.
type Gate interface {
	// Admit says whether the holder of the token may send now.
	Admit(ctx context.Context, token string) (Admission, error)

	// Spend books a completed upload on the token, once however often it is
	// called for it. An upload is named by its transfer's ID, a "-" and what
	// tells it from another of that ID.
	Spend(ctx context.Context, token, upload string) error

	// Book spends several uses of the token, all of them or none, and once however
	// often it is called for what is named.
	Book(ctx context.Context, token, what string, uses int64) error

	// Token returns the state of a token. NotFound.
	Token(ctx context.Context, token string) (Token, error)
}

// Admission is what a gate says of whoever may send.
type Admission struct {
	ID        string // a stable name for the token, such as its hash; "" where none is asked for
	Remaining int64  // uses that the token has left; Unlimited where it has no limit
}

// Unlimited is what remains of what has no limit.
const Unlimited = -1

// AdmitActive is what Admit does of a gate that admits whoever holds an active
// token.
func AdmitActive(ctx context.Context, g Gate, token string) (Admission, error) {
	if token == "" {
		return Admission{}, tokenRequired(ReasonTokenRequired)
	}
	t, err := g.Token(ctx, token)
	switch {
	case CodeOf(err) == NotFound:
		return Admission{}, TokenUnknown.Refusal()
	case err != nil:
		return Admission{}, err
	}
	return Admission{t.Hash, t.Remaining()}, t.Status.Refusal()
}

// tokenRequired is what a sender without a token is told, and one whose token
// is not the one that all senders share.
func tokenRequired(why Reason) error {
	return Fail(Unauthorized, "Access token required").With(why)
}
