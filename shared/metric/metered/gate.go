package metered

import (
	"context"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
)

// Gate returns a gate whose refusals are counted. Whoever brings no token was
// not refused one.
func Gate(g send.Gate) send.Gate { return gate{g} }

type gate struct{ send.Gate }

func (g gate) Admit(ctx context.Context, token string) (send.Admission, error) {
	a, err := g.Gate.Admit(ctx, token)
	return a, refused(ctx, token, err)
}

func (g gate) Spend(ctx context.Context, token, upload string) error {
	return refused(ctx, token, g.Gate.Spend(ctx, token, upload))
}

func (g gate) Book(ctx context.Context, token, what string, uses int64) error {
	return refused(ctx, token, g.Gate.Book(ctx, token, what, uses))
}

func refused(ctx context.Context, token string, err error) error {
	if token != "" && send.CodeOf(err) == send.Unauthorized {
		metric.Count(ctx, metric.TokenRefused, 1)
	}
	return err
}
