package user

import (
	"net/http"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/web"
)

// tokenHeader carries the access token. Clients that cannot set headers put it
// into the query.
const (
	tokenHeader = "X-Sgraph-Access-Token"
	tokenQuery  = "access_token"
)

// accessToken returns the token a request was made with, or "".
func accessToken(r *http.Request) (string, error) {
	t := r.URL.Query().Get(tokenQuery)
	if t == "" {
		t = r.Header.Get(tokenHeader)
	}
	t, err := send.CleanName(t)
	if err != nil {
		return "", send.Fail(send.Unauthorized, "Invalid access token")
	}
	return t, nil
}

// pathName returns an identifier from the path.
func pathName(r *http.Request, name string) (string, error) {
	id, err := send.CleanName(mux.Vars(r)[name])
	if err != nil {
		return "", send.Fail(send.Invalid, "%s is %s", name, err.Error())
	}
	return id, nil
}

// sender returns the token and the transfer's ID of a request that goes on with
// a transfer.
func sender(r *http.Request) (token, id string, err error) {
	if token, err = accessToken(r); err != nil {
		return "", "", err
	}
	id, err = pathName(r, "transfer_id")
	return token, id, err
}

// checkToken tells a sender how a token stands.
func (s *Service) checkToken(w http.ResponseWriter, r *http.Request) error {
	t, found, err := s.lookUp(r)
	switch {
	case err != nil:
		return err
	case !found:
		web.WriteJSON(w, http.StatusOK, map[string]any{"valid": false, "reason": send.TokenUnknown})
		return nil
	}
	web.WriteJSON(w, http.StatusOK, map[string]any{
		"valid":     t.Status == send.TokenActive,
		"status":    t.Status,
		"remaining": t.Remaining(),
		"unlimited": t.UsageLimit == 0,
	})
	return nil
}

// validateToken answers as if the token had been used. Nothing is spent: the
// route asks for no credential, and only a completed upload costs a use.
func (s *Service) validateToken(w http.ResponseWriter, r *http.Request) error {
	t, found, err := s.lookUp(r)
	switch {
	case err != nil:
		return err
	case !found:
		web.WriteJSON(w, http.StatusOK, map[string]any{"success": false, "reason": send.TokenUnknown})
	case t.Status != send.TokenActive:
		web.WriteJSON(w, http.StatusOK, map[string]any{"success": false, "reason": t.Status})
	default:
		web.WriteJSON(w, http.StatusOK, map[string]any{
			"success": true, "usage_count": t.UsageCount, "remaining": t.Remaining(),
		})
	}
	return nil
}

func (s *Service) lookUp(r *http.Request) (t send.Token, found bool, err error) {
	name, err := pathName(r, "token_name")
	if err != nil {
		return t, false, err
	}
	t, err = s.transfers.Gate.Token(r.Context(), name)
	if send.CodeOf(err) == send.NotFound {
		return t, false, nil
	}
	return t, err == nil, err
}
