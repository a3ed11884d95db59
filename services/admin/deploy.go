package admin

import (
	"context"
	"encoding/json"
	"fmt"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// Deployed does what a deploy asks by invoking the function itself, which only
// the account's own people and pipelines may: an event of the service's URL
// never comes here. What fails is an error, and so one of the deploy.
func (a *Service) Deployed(ctx context.Context, event json.RawMessage) (any, error) {
	var in wire.Deployment
	if err := json.Unmarshal(event, &in); err != nil {
		return nil, fmt.Errorf("the event cannot be read: %w", err)
	}
	if in.KeepToken == nil {
		return nil, fmt.Errorf("the event asks for nothing that is known here")
	}
	return a.keepToken(ctx, *in.KeepToken)
}

// keepToken makes a token, or has it as it was made, and then revokes what its
// creator had before.
func (a *Service) keepToken(ctx context.Context, in wire.KeepToken) (reply wire.KeepTokenReply, err error) {
	name, err := cleanName(in.TokenName)
	if err != nil {
		return reply, err
	}
	if in.CreatedBy == "" {
		return reply, send.Fail(send.Invalid, "created_by is required: by it the tokens before are known")
	}
	kept, err := a.tokens.Create(ctx, send.NewToken{Name: name, CreatedBy: in.CreatedBy})
	switch {
	case err == nil:
		reply.Created = true
		a.noted(ctx, audit.TokenCreated, kept)
	case send.CodeOf(err) == send.Conflict:
		if kept, err = a.asMade(ctx, name, in.CreatedBy); err != nil {
			return reply, err
		}
	default:
		return reply, err
	}
	all, err := a.tokens.List(ctx)
	if err != nil {
		return reply, err
	}
	for _, t := range all {
		if t.CreatedBy != in.CreatedBy || t.Hash == kept.Hash || t.Status == send.TokenRevoked {
			continue
		}
		if _, err := a.tokens.RevokeHash(ctx, t.Hash); err != nil {
			return reply, err
		}
		reply.Revoked++
		a.noted(ctx, audit.TokenRevoked, t)
	}
	return reply, nil
}

// asMade has a token that is there without a limit, and active. One that was
// made by somebody else stays what it is.
func (a *Service) asMade(ctx context.Context, name, by string) (send.Token, error) {
	t, err := a.tokens.Token(ctx, name)
	if err != nil {
		return t, err
	}
	if t.CreatedBy != by {
		return t, send.Fail(send.Conflict, "the token is there, and was not created by %q", by)
	}
	if t.UsageLimit != 0 {
		if t, err = a.tokens.UpdateLimit(ctx, name, 0); err != nil {
			return t, err
		}
		a.noted(ctx, audit.TokenLimitChanged, t)
	}
	if t.Status == send.TokenRevoked {
		if t, err = a.tokens.Reactivate(ctx, name); err != nil {
			return t, err
		}
		a.noted(ctx, audit.TokenReactivated, t)
	}
	return t, nil
}

// noted puts into the trail what was done to a token without a request.
func (a *Service) noted(ctx context.Context, kind audit.Kind, t send.Token) {
	a.outbox.Put(ctx, audit.Event{Time: a.set.Now().UTC(), Kind: kind, Token: t.Hash}.Result(nil))
}
