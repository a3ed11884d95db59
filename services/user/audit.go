package user

import (
	"net/http"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/web"
)

// record puts into the trail what became of a request's attempt at something.
// That there is no such transfer, or that no token was brought, is not worth a
// trace: anyone can try that, as often as they like.
func (s *Service) record(r *http.Request, kind audit.Kind, transfer, token string, err error) {
	code := send.CodeOf(err)
	if code == send.NotFound || code == send.Unauthorized && token == "" {
		return
	}
	s.outbox.Put(r.Context(), audit.Event{
		Time: s.set.Now().UTC(), Kind: kind, Request: web.RequestID(r), Client: web.ClientHash(r),
		Transfer: transfer, Token: token,
	}.Result(err))
}

// recordForged puts into the trail that somebody brought a link or a permit that
// is not genuine, or is for something else. Which transfer they meant is not to
// be believed.
func (s *Service) recordForged(r *http.Request, kind audit.Kind, err error) {
	if send.CodeOf(err) == send.Forbidden {
		s.record(r, kind, "", "", err)
	}
}

// tokenHash is the hash of the token that a request brought, if any.
func tokenHash(token string) string {
	if token == "" {
		return ""
	}
	return send.TokenHash(token)
}
