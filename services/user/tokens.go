package user

import (
	"net/http"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

// accessToken returns the token a request was made with, or what a request for files
// grants, or "". That of the
// query, which clients use that cannot set headers, goes first.
func accessToken(r *http.Request) (string, error) {
	t := r.URL.Query().Get(wire.AccessTokenQuery.Name)
	if t == "" {
		t = wire.AccessToken.Get(r.Header)
	}
	t, err := send.CleanToken(t)
	if err != nil {
		return "", send.TokenUnknown.Refusal()
	}
	return t, nil
}

// pathName returns an identifier from the path.
func pathName(r *http.Request, p wire.Parameter) (string, error) {
	id, err := send.CleanName(mux.Vars(r)[p.Name])
	if err != nil {
		return "", send.Fail(send.Invalid, "%s is %s", p.Name, err.Error())
	}
	return id, nil
}

// goingOn returns the token and the transfer's ID of a request that goes on with
// a transfer.
func goingOn(r *http.Request) (token, id string, err error) {
	if token, err = accessToken(r); err != nil {
		return "", "", err
	}
	id, err = pathName(r, wire.TransferID)
	return token, id, err
}

// sender is goingOn for a request that only its sender may make.
func (s *Service) sender(r *http.Request) (from send.Sender, id string, err error) {
	token, id, err := goingOn(r)
	if err != nil {
		return from, "", err
	}
	from, err = s.transfers.Admit(r.Context(), token)
	return from, id, err
}

// checkToken tells a sender how a token stands.
func (s *Service) checkToken(w http.ResponseWriter, r *http.Request) error {
	t, found, err := s.lookUp(r)
	switch {
	case err != nil:
		return err
	case !found:
		web.WriteJSON(w, http.StatusOK, wire.CheckTokenReply{Reason: send.TokenUnknown})
		return nil
	}
	web.WriteJSON(w, http.StatusOK, wire.CheckTokenReply{
		Valid:      t.Status == send.TokenActive,
		TokenState: &wire.TokenState{Status: t.Status, Remaining: t.Remaining(), Unlimited: t.UsageLimit == 0},
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
		web.WriteJSON(w, http.StatusOK, wire.UseTokenReply{Reason: send.TokenUnknown})
	case t.Status != send.TokenActive:
		web.WriteJSON(w, http.StatusOK, wire.UseTokenReply{Reason: t.Status})
	default:
		web.WriteJSON(w, http.StatusOK, wire.UseTokenReply{
			Success: true, TokenUsage: &wire.TokenUsage{UsageCount: t.UsageCount, Remaining: t.Remaining()},
		})
	}
	return nil
}

// lookUp returns the token that a path names. That there is none is a guess, and
// leaves a trace.
func (s *Service) lookUp(r *http.Request) (t send.Token, found bool, err error) {
	name, err := pathName(r, wire.TokenName)
	if err != nil {
		return t, false, err
	}
	t, err = s.transfers.Gate.Token(r.Context(), name)
	if send.CodeOf(err) == send.NotFound {
		s.record(r, audit.TokenTried, "", send.TokenHash(name), send.TokenUnknown.Refusal())
		return t, false, nil
	}
	return t, err == nil, err
}
