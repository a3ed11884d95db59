package admin

import (
	"context"
	"net/http"
	"slices"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

var errOperatorRequired = send.Fail(send.Forbidden,
	"Your session is a viewer's: only operators may do that").With(send.ReasonOperatorRequired)

// forViewers is all that a viewer's session may ask for, beside what anyone may. What
// is not listed is for operators: all that changes something, shows a secret, or tells
// of other people.
var forViewers = []wire.Route{
	wire.Status, wire.Server, wire.Version, wire.Versions,
	wire.Pulse, wire.Services, wire.Activity, wire.Storage, wire.Alarms, wire.Serving,
	wire.ShowWebhook,      // without its secret
	wire.ListTokenDetails, // without the tokens themselves
	wire.ListTransfers, wire.ShowTransfer,
	wire.ListEvents, wire.ExportEvents, wire.ChainHead,
}

// allows says whether a session of a role may ask this. It is the one place that
// decides.
func allows(role wire.Role, r *http.Request) bool {
	if role == wire.Operator {
		return true
	}
	if role != wire.Viewer || r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	path := web.Route(r)
	return slices.ContainsFunc(forViewers, func(v wire.Route) bool { return slices.Contains(v.Paths, path) })
}

type sessionInContext struct{}

// in returns the request as one that was let in by the session.
func (s session) in(r *http.Request) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), sessionInContext{}, s))
}

// sessionIn returns the session that let a request in; false where the API key did.
func sessionIn(r *http.Request) (s session, is bool) {
	s, is = r.Context().Value(sessionInContext{}).(session)
	return s, is
}

// seesSecrets says whether whoever asks may be told tokens.
func seesSecrets(r *http.Request) bool {
	s, is := sessionIn(r)
	return !is || s.Role == wire.Operator
}
