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
	s.put(r, audit.Event{Kind: kind, Transfer: transfer, Token: token}, err)
}

// put completes an event and puts it into the trail.
func (s *Service) put(r *http.Request, e audit.Event, err error) {
	e.Time, e.Request, e.Client = s.set.Now().UTC(), web.RequestID(r), web.ClientHash(r)
	s.outbox.Put(r.Context(), e.Result(err))
}

// recordOf is record for a transfer that is sent, which may be sent to a request: then
// the token is the one that this was made with.
func (s *Service) recordOf(r *http.Request, kind audit.Kind, t send.Transfer, id, token string, err error) {
	if err != nil {
		s.record(r, kind, id, tokenHash(token), err)
		return
	}
	e := audit.Event{Kind: kind, Transfer: id, Token: tokenHash(token), Bytes: t.Payload.Size}
	if t.Request != "" {
		e.Token, e.Reason = t.Token(), "request "+t.Request
	}
	s.put(r, e, nil)
}

// recordClaim is record for a download that is to be counted.
func (s *Service) recordClaim(r *http.Request, id string, c send.Claim, err error) {
	if err != nil {
		s.record(r, audit.TransferDownloaded, id, "", err)
		return
	}
	s.put(r, audit.Event{Kind: audit.TransferDownloaded, Transfer: id, Bytes: c.Transfer.Payload.Size}, nil)
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
