package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/web"
)

// auditEvent is one line of the audit trail: who did what to which token. It
// names tokens by ID and people by the rotating hash of their address.
type auditEvent struct {
	Time    time.Time `json:"time"`
	Event   string    `json:"event"`
	Outcome string    `json:"outcome"` // success, denied
	Token   string    `json:"token,omitempty"`
	Client  string    `json:"client,omitempty"`
}

// record adds an event to the trail: to the log and to the store, one object
// an event under the day it happened. What was done stays done when the store
// is away; the log then has the event, and an error beside it.
func (a *service) record(r *http.Request, event, token string, ok bool) {
	e := auditEvent{Time: a.Now().UTC(), Event: event, Outcome: "success", Token: token, Client: web.ClientHash(r)}
	if !ok {
		e.Outcome = "denied"
	}
	a.Log.LogAttrs(r.Context(), slog.LevelInfo, "audit", slog.String("event", e.Event),
		slog.String("outcome", e.Outcome), slog.String("token", e.Token), slog.String("client", e.Client))

	line, err := json.Marshal(e)
	if err == nil {
		// A client that hangs up does not stop the trail.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 5*time.Second)
		defer cancel()
		key := e.Time.Format("audit/2006/01/02/150405.000000000-") + send.RandomSecret() + ".json"
		_, err = a.Audit.Put(ctx, key, bytes.NewReader(line), int64(len(line)))
	}
	if err != nil {
		a.Log.Error("the audit trail cannot be written", "event", e.Event, "error", err)
	}
}
