package user

import (
	"context"
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
	s.outbox.Put(r.Context(), s.event(r.Context(), e, err))
}

// event completes an event of the request that ctx is of.
func (s *Service) event(ctx context.Context, e audit.Event, err error) audit.Event {
	e.Time = s.set.Now().UTC()
	e.Request, e.Client = web.Asking(ctx)
	return e.Result(err)
}

// beside is the event that a transfer was created, or completed, which is written together
// with that. It may be sent to a request: then the token is the one that this was made with.
func (s *Service) beside(ctx context.Context, t send.Transfer) []send.Record {
	e := audit.Event{Kind: audit.TransferCreated, Transfer: t.ID, Token: t.Token(), Bytes: t.Payload.Size}
	if t.Status == send.Completed {
		e.Kind = audit.TransferCompleted
	}
	if t.Request != "" {
		e.Reason = "request " + t.Request
	}
	return s.outbox.Beside(s.event(ctx, e, nil))
}

// recordSent is record for a transfer that is sent: where it is, beside wrote the event.
func (s *Service) recordSent(r *http.Request, kind audit.Kind, id, token string, err error) {
	if err != nil {
		s.record(r, kind, id, tokenHash(token), err)
		return
	}
	s.outbox.Kept(r.Context())
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
