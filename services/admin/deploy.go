package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/wire"
)

// How often Prepare tries where the ledger cannot be asked, and how long it waits
// after the first time; after each other one twice as long as before.
const (
	prepareTries = 6
	prepareWait  = time.Second
)

// Prepare does, before the service listens, what a deploy asks by the settings:
// where the service is no function that could be invoked for it.
func (a *Service) Prepare(ctx context.Context) error {
	if a.set.Deployment == nil {
		return nil
	}
	for try, wait := 1, prepareWait; ; try, wait = try+1, 2*wait {
		_, err := a.Deployed(ctx, a.set.Deployment)
		if err == nil {
			return nil
		}
		if try == prepareTries || send.CodeOf(err) != send.Unavailable || ctx.Err() != nil {
			return fmt.Errorf("%s cannot be done: %w", settings.Deployment.Env, err)
		}
		a.log.Warn("what the deploy asks cannot be done yet", "cause", err.Error(), "again_in", wait.String())
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
}

// Deployed does what a deploy asks: by invoking the function itself, which only
// the account's own people and pipelines may, or by the settings. An event of the
// service's URL never comes here. What fails is an error, and so one of the deploy.
func (a *Service) Deployed(ctx context.Context, event json.RawMessage) (any, error) {
	var in wire.Deployment
	if err := json.Unmarshal(event, &in); err != nil {
		return nil, fmt.Errorf("the event cannot be read: %w", err)
	}
	if in.KeepSecrets == nil {
		return nil, fmt.Errorf("the event asks for nothing that is known here")
	}
	return a.keepSecrets(ctx, *in.KeepSecrets)
}

// keepSecrets makes what the machines of the stack show each other, or changes it
// where the generation is higher than the kept one.
func (a *Service) keepSecrets(ctx context.Context, in wire.KeepSecrets) (reply wire.KeepSecretsReply, err error) {
	if in.CreatedBy == "" {
		return reply, send.Fail(send.Invalid, "created_by is required: by it the tokens before are known")
	}
	origin, err := send.SharedOrigin.Keep(ctx, a.set.Ledger, in.Generation)
	if err != nil {
		return reply, err
	}
	if _, err := send.SharedService.Keep(ctx, a.set.Ledger, in.Generation); err != nil {
		return reply, err
	}
	if in.Canary {
		err = a.keepCanary(ctx, in)
	} else {
		err = a.endCanary(ctx, in.CreatedBy)
	}
	if err != nil {
		return reply, err
	}
	return wire.KeepSecretsReply{Origin: origin.Current}, nil
}

// generationOf is under which generation the canary's token was made; 0 is none.
const generationOf = "generation"

// keepCanary has the canary's token where the canary reads it, active and without
// a limit, and only then revokes those before: no round has none. Those of a later
// generation are another deploy's, which has not come so far yet.
func (a *Service) keepCanary(ctx context.Context, in wire.KeepSecrets) error {
	created := ""
	kept, err := send.SharedCanary.KeepAs(ctx, a.set.Ledger, in.Generation, func(before send.Slots) (send.Slots, error) {
		if created == "" {
			t, err := a.createFor(ctx, send.RandomToken(), in.CreatedBy, in.Generation)
			if err != nil {
				return send.Slots{}, err
			}
			created = t.Name
		}
		return send.Slots{Previous: before.Current, Current: created}, nil
	})
	if err != nil {
		return err
	}
	token, err := a.asMade(ctx, kept.Current, in.CreatedBy)
	if send.CodeOf(err) == send.NotFound {
		token, err = a.createFor(ctx, kept.Current, in.CreatedBy, kept.Generation)
	}
	if err != nil {
		return err
	}
	return a.revokeAll(ctx, in.CreatedBy, func(t send.Token) bool {
		generation, _ := t.Metadata[generationOf].(float64) // as JSON has it
		return t.Hash != token.Hash && int(generation) <= kept.Generation
	})
}

// endCanary leaves no token of a canary.
func (a *Service) endCanary(ctx context.Context, by string) error {
	if err := send.SharedCanary.Forget(ctx, a.set.Ledger); err != nil {
		return err
	}
	return a.revokeAll(ctx, by, func(send.Token) bool { return true })
}

// createFor makes a token of the canary.
func (a *Service) createFor(ctx context.Context, name, by string, generation int) (send.Token, error) {
	t, err := a.tokens.Create(ctx, send.NewToken{
		Name: name, CreatedBy: by, Metadata: map[string]any{generationOf: generation},
	})
	if err == nil {
		a.noted(ctx, audit.TokenCreated, t)
	}
	return t, err
}

// revokeAll revokes those tokens of a creator that are to be.
func (a *Service) revokeAll(ctx context.Context, by string, which func(send.Token) bool) error {
	all, err := a.tokens.List(ctx)
	if err != nil {
		return err
	}
	for _, t := range all {
		if t.CreatedBy != by || t.Status == send.TokenRevoked || !which(t) {
			continue
		}
		if _, err := a.tokens.RevokeHash(ctx, t.Hash); err != nil {
			return err
		}
		a.noted(ctx, audit.TokenRevoked, t)
	}
	return nil
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
