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
	s.put(r, kind, transfer, token, "", err)
}

func (s *Service) put(r *http.Request, kind audit.Kind, transfer, token, why string, err error) {
	s.outbox.Put(r.Context(), audit.Event{
		Time: s.set.Now().UTC(), Kind: kind, Request: web.RequestID(r), Client: web.ClientHash(r),
		Transfer: transfer, Token: token, Reason: why,
	}.Result(err))
}

// recordOf is record for a transfer that is sent, which may be sent to a request: then
// the token is the one that this was made with.
func (s *Service) recordOf(r *http.Request, kind audit.Kind, t send.Transfer, id, token string, err error) {
	if err != nil || t.Request == "" {
		s.record(r, kind, id, tokenHash(token), err)
		return
	}
	s.put(r, kind, id, t.Token(), "request "+t.Request, nil)
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
