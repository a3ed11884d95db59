package smoke

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// uses is how many transfers one round makes.
func (r *run) uses() int64 {
	if r.Large > 0 {
		return 2
	}
	return 1
}

func (r *run) takeToken(ctx context.Context) (string, error) {
	if r.Token != "" {
		r.token = r.Token
		return "the one that was given", nil
	}
	if r.Admin == "" || r.Key == "" {
		r.doomed = skip("no access token")
		return "", errors.New("none was given, and without an admin service and its key none can be made")
	}
	a, err := r.ask(ctx, wire.CreateToken.Method, r.Admin+wire.CreateToken.To(), body(wire.CreateTokenRequest{
		TokenName: "smoke-" + rand.Text(), UsageLimit: r.uses(), CreatedBy: "smoke test",
	}), r.keyHeader(), r.Key)
	if err == nil {
		err = want(a, http.StatusOK)
	}
	var made wire.CreateTokenReply
	if err == nil {
		err = a.json(&made)
	}
	if err != nil {
		r.doomed = skip("no access token")
		return "", err
	}
	r.token = made.TokenName
	return fmt.Sprintf("made one for %d transfers", r.uses()), nil
}

// own says whether the token is one that this round made.
func (r *run) own() error {
	switch {
	case r.doomed != nil:
		return r.doomed
	case r.Token != "":
		return skip("the access token was given, and stays")
	}
	return nil
}

func (r *run) tokenIsSpent(ctx context.Context) (string, error) {
	if err := r.own(); err != nil {
		return "", err
	}
	if r.spent < r.uses() {
		return "", skip("not everything was sent")
	}
	return fmt.Sprintf("refused after %d", r.uses()), r.tokenIsRefused(ctx)
}

func (r *run) revokeToken(ctx context.Context) (string, error) {
	if err := r.own(); err != nil {
		return "", err
	}
	if err := r.revoke(ctx); err != nil {
		return "", err
	}
	a, err := r.get(ctx, r.User+wire.CheckToken.To(r.token))
	if err != nil {
		return "", err
	}
	var says wire.CheckTokenReply
	if err := a.json(&says); err != nil {
		return "", err
	}
	if says.Valid || says.TokenState == nil || says.Status != send.TokenRevoked {
		return "", fmt.Errorf("the user service does not say that the token is revoked%s", a.said())
	}
	if err := r.tokenIsRefused(ctx); err != nil {
		return "", err
	}
	r.token = ""
	return "at once", nil
}

func (r *run) tokenIsRefused(ctx context.Context) error {
	to := wire.CreateTransfer
	a, err := r.ask(ctx, to.Method, r.User+to.To(), oneByte, wire.AccessToken.Name, r.token)
	if err != nil {
		return err
	}
	return want(a, http.StatusUnauthorized)
}

func (r *run) revoke(ctx context.Context) error {
	a, err := r.ask(ctx, wire.RevokeToken.Method, r.Admin+wire.RevokeToken.To(r.token), nil, r.keyHeader(), r.Key)
	if err != nil {
		return err
	}
	return want(a, http.StatusOK)
}
