package smoke

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

const tokenHeader = "X-Sgraph-Access-Token"

// uses is how many transfers one round makes.
func (r *run) uses() int {
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
	body, err := json.Marshal(map[string]any{
		"token_name": "smoke-" + rand.Text(), "usage_limit": r.uses(), "created_by": "smoke test",
	})
	if err != nil {
		return "", err
	}
	a, err := r.ask(ctx, http.MethodPost, r.Admin+"/tokens/create", body, r.keyHeader(), r.Key)
	if err == nil {
		err = want(a, http.StatusOK)
	}
	var made struct {
		Name string `json:"token_name"`
	}
	if err == nil {
		err = a.json(&made)
	}
	if err != nil {
		r.doomed = skip("no access token")
		return "", err
	}
	r.token = made.Name
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
	a, err := r.get(ctx, r.User+"/api/transfers/check-token/"+r.token)
	if err != nil {
		return "", err
	}
	var says struct {
		Valid  *bool
		Status string
	}
	if err := a.json(&says); err != nil {
		return "", err
	}
	if says.Valid == nil || *says.Valid || says.Status != "revoked" {
		return "", fmt.Errorf("the user service says that the token is %q", says.Status)
	}
	if err := r.tokenIsRefused(ctx); err != nil {
		return "", err
	}
	r.token = ""
	return "at once", nil
}

func (r *run) tokenIsRefused(ctx context.Context) error {
	a, err := r.ask(ctx, http.MethodPost, r.User+"/api/transfers/create", []byte(`{"file_size_bytes":1}`), tokenHeader, r.token)
	if err != nil {
		return err
	}
	return want(a, http.StatusUnauthorized)
}

func (r *run) revoke(ctx context.Context) error {
	a, err := r.ask(ctx, http.MethodPost, r.Admin+"/tokens/revoke/"+r.token, nil, r.keyHeader(), r.Key)
	if err != nil {
		return err
	}
	return want(a, http.StatusOK)
}
