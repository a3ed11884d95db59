package operator

import (
	"context"
	"regexp"
	"strings"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// CreateToken makes a token.
func (s *Service) CreateToken(ctx context.Context, t wire.CreateTokenRequest) (made wire.CreateTokenReply, err error) {
	err = s.call(ctx, client.Call{Route: wire.CreateToken, In: t}, &made)
	return made, err
}

// Tokens says how all tokens stand, the newest first.
func (s *Service) Tokens(ctx context.Context) ([]wire.TokenDetails, error) {
	var all wire.ListTokenDetailsReply
	err := s.call(ctx, client.Call{Route: wire.ListTokenDetails}, &all)
	return all.Tokens, err
}

// leastID is how much of an ID has to be said, in characters.
const leastID = 6

var idForm = regexp.MustCompile(`^[0-9a-f]{6,32}$`)

// Token finds a token: by itself, or by its ID or the beginning of that, which in a
// command line, a log or a message opens nothing. NotFound, Conflict.
func (s *Service) Token(ctx context.Context, said string) (wire.TokenDetails, error) {
	all, err := s.Tokens(ctx)
	if err != nil {
		return wire.TokenDetails{}, err
	}
	t, err := Find(all, said)
	if err != nil && send.CodeOf(err) == send.NotFound && !idForm.MatchString(id(said)) {
		// Its name may be sealed under another API key: then the list has it not.
		t = wire.TokenDetails{}
		if err := s.call(ctx, client.Call{Route: wire.LookupToken, Values: []string{said}}, &t.Token); err != nil {
			return t, err
		}
		t.Remaining = -1
		if t.UsageLimit > 0 {
			t.Remaining = max(0, t.UsageLimit-t.UsageCount)
		}
		return t, nil
	}
	return t, err
}

// id is an ID as it is compared: a GUID's dashes say nothing.
func id(said string) string { return strings.ReplaceAll(strings.ToLower(said), "-", "") }

// Find finds a token among all, as [Service.Token] does.
func Find(all []wire.TokenDetails, said string) (wire.TokenDetails, error) {
	asked := id(said)
	var found []wire.TokenDetails
	for _, t := range all {
		switch {
		case t.TokenName == said && said != "":
			return t, nil
		case idForm.MatchString(asked) && strings.HasPrefix(id(t.CacheID), asked):
			found = append(found, t)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return wire.TokenDetails{}, send.Fail(send.NotFound,
			"there is no such token: name it by its ID, of which the first %d characters will do; "+
				"'sgsend token list' has all", leastID).With(send.ReasonTokenUnknown)
	}
	return wire.TokenDetails{}, send.Fail(send.Conflict, "%d tokens have an ID that begins so: say more of it", len(found))
}

// nameOf is by what the service is asked about a token.
func nameOf(t wire.TokenDetails) (string, error) {
	if t.TokenName == "" {
		return "", send.Fail(send.Conflict, "the name of the token %s was sealed under another API key, so that nobody "+
			"can read it: give the token itself", t.CacheID)
	}
	return t.TokenName, nil
}

// change makes a request about a token, and says how it stands then.
func (s *Service) change(ctx context.Context, t wire.TokenDetails, r wire.Route, in any) (wire.TokenDetails, error) {
	name, err := nameOf(t)
	if err != nil {
		return t, err
	}
	if err := s.call(ctx, client.Call{Route: r, Values: []string{name}, In: in}, nil); err != nil {
		return t, err
	}
	return s.Token(ctx, name)
}

// SetLimit says how many uses a token has in all; 0 is without limit.
func (s *Service) SetLimit(ctx context.Context, t wire.TokenDetails, limit int64) (wire.TokenDetails, error) {
	return s.change(ctx, t, wire.UpdateTokenLimit, wire.UpdateTokenLimitRequest{UsageLimit: &limit})
}

// Revoke withdraws a token, and with purge what was begun with it and is not
// complete.
func (s *Service) Revoke(ctx context.Context, t wire.TokenDetails, purge bool) (wire.TokenDetails, error) {
	return s.change(ctx, t, wire.RevokeToken, wire.RevokeTokenRequest{Purge: purge})
}

// Reactivate takes that back; what was purged stays away.
func (s *Service) Reactivate(ctx context.Context, t wire.TokenDetails) (wire.TokenDetails, error) {
	return s.change(ctx, t, wire.ReactivateToken, nil)
}
