package admin

import (
	"context"
	"strings"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
)

// use spends a use of a token, for an upload where it is for one: its transfer's
// ID, and what tells it from another of that ID. Only a token that stood active
// is used.
func (a *Service) use(ctx context.Context, name, upload string) (t send.Token, stood send.TokenStatus, err error) {
	e := a.usedEvent(name, upload)
	t, stood, err = a.tokens.Use(ctx, name, upload, a.outbox.Beside(e.Result(nil))...)
	if upload != "" && err == nil && stood == send.TokenActive {
		a.outbox.Kept(ctx) // it was written with the use
	} else {
		a.putUsed(ctx, e, stood, err)
	}
	a.spent(ctx, e, 1, t, stood, err)
	return t, stood, err
}

// book spends all uses that a request for files allows, of which what begins with the ID.
func (a *Service) book(
	ctx context.Context, name, what string, uses int64,
) (t send.Token, stood send.TokenStatus, err error) {
	t, stood, err = a.tokens.UseTimes(ctx, name, what, uses)
	e := a.usedEvent(name, what)
	a.putUsed(ctx, e, stood, err)
	a.spent(ctx, e, uses, t, stood, err)
	return t, stood, err
}

// usedEvent is the event of a use, without what became of it.
func (a *Service) usedEvent(name, upload string) audit.Event {
	transfer, _, _ := strings.Cut(upload, "-")
	return audit.Event{
		Time: a.set.Now().UTC(), Kind: audit.TokenUsed, Token: send.TokenHash(name), Transfer: audit.TransferID(transfer),
	}
}

// putUsed tells of a use, and what became of it.
func (a *Service) putUsed(ctx context.Context, e audit.Event, stood send.TokenStatus, err error) {
	e = e.Result(err)
	if err == nil && stood != send.TokenActive {
		e.Outcome, e.Reason = audit.Denied, string(stood)
	}
	a.outbox.Put(ctx, e)
}

// spent tells where uses that were made left few of them.
func (a *Service) spent(
	ctx context.Context, e audit.Event, uses int64, t send.Token, stood send.TokenStatus, err error,
) {
	if err != nil || stood != send.TokenActive || !nearlySpent(t) {
		return
	}
	metric.Count(ctx, metric.TokenNearlySpent, 1)
	before := t
	before.UsageCount -= uses
	if !nearlySpent(before) {
		a.outbox.Put(ctx, audit.Event{Time: e.Time, Kind: audit.TokenNearlySpent, Token: e.Token}.Result(nil))
	}
}

// nearlySpent says whether a tenth of a token's uses, or less, is left. A token
// for a few uses is made to be spent, and tells nobody anything by that.
func nearlySpent(t send.Token) bool {
	return t.UsageLimit >= 10 && t.Remaining()*10 <= t.UsageLimit
}

// Gate is the gate of a user service in the same process.
func (a *Service) Gate() send.Gate { return gate{a.tokens, a} }

// Tokens are the tokens that the service keeps.
func (a *Service) Tokens() *send.Tokens { return a.tokens }

type gate struct {
	*send.Tokens
	service *Service
}

// Spend books an upload on the token, once.
func (g gate) Spend(ctx context.Context, token, upload string) error {
	_, stood, err := g.service.use(ctx, token, upload)
	if err != nil {
		return err
	}
	return stood.Refusal()
}

// Book books a request for files on the token, once.
func (g gate) Book(ctx context.Context, token, what string, uses int64) error {
	_, stood, err := g.service.book(ctx, token, what, uses)
	if err != nil {
		return err
	}
	return stood.Refusal()
}
