package admin

import (
	"context"
	"strings"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
)

// use spends a use of a token, for an upload where it is for one: its transfer's
// ID, and what tells it from another of that ID. reason says why it cannot be
// used.
func (a *Service) use(ctx context.Context, name, upload string) (t send.Token, reason string, err error) {
	t, reason, err = a.tokens.Use(ctx, name, upload)
	transfer, _, _ := strings.Cut(upload, "-")
	e := audit.Event{
		Time: a.Now().UTC(), Kind: audit.TokenUsed, Token: send.TokenID(name), Transfer: audit.TransferID(transfer),
	}.Result(err)
	if reason != "" {
		e.Outcome, e.Reason = audit.Denied, reason
	}
	a.outbox.Put(ctx, e)
	if err == nil && reason == "" && nearlySpent(t) {
		metric.Count(ctx, metric.TokenNearlySpent, 1)
	}
	return t, reason, err
}

// nearlySpent says whether a tenth of a token's uses, or less, is left. A token
// for a few uses is made to be spent, and tells nobody anything by that.
func nearlySpent(t send.Token) bool {
	return t.UsageLimit >= 10 && t.Remaining()*10 <= t.UsageLimit
}

// Gate is the gate of a user service in the same process.
func (a *Service) Gate() send.Gate { return gate{a.tokens, a} }

type gate struct {
	*send.Tokens
	service *Service
}

// Spend books an upload on the token, once.
func (g gate) Spend(ctx context.Context, token, upload string) error {
	_, reason, err := g.service.use(ctx, token, upload)
	return send.RefusedUse(reason, err)
}
