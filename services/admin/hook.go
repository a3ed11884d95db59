package admin

import (
	"context"
	"net/http"
	"net/url"

	"github.com/gorilla/mux"

	"sgraph.ai/send/services/admin/webhook"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

func (a *Service) webhookRoutes(r *mux.Router) {
	web.Bind(r, wire.ShowWebhook, web.Handle(a.showWebhook))
	web.Bind(r, wire.RevealWebhook, web.Handle(a.revealWebhook))
	web.Bind(r, wire.TestWebhook, web.Handle(a.testWebhook))
}

// newHook returns what tells the receiver; nil where there is none.
func (a *Service) newHook() *webhook.Hook {
	if a.set.WebhookURL == "" {
		return nil
	}
	return webhook.New(webhook.Hook{
		URL: a.set.WebhookURL, Events: a.set.WebhookEvents, Via: a.set.WebhookVia, Key: a.webhookKey, IDs: a.tokenIDs,
		Ledger: a.set.Ledger, Now: a.set.Now, Meter: a.meter, Log: a.log,
	})
}

func (a *Service) webhookKey(ctx context.Context) ([]byte, error) {
	k, err := a.keys.Get(ctx)
	return k.webhook, err
}

var errNoWebhook = send.Fail(send.Conflict, "nobody is told of events: SEND__WEBHOOK_URL says nothing")

// showWebhook answers who is told of what. That nobody is is no fault: the console asks
// for it wherever it runs.
func (a *Service) showWebhook(w http.ResponseWriter, _ *http.Request) error {
	answer := wire.WebhookReply{Status: wire.NotConfigured, Events: []string{}}
	if a.hook != nil {
		answer.Status, answer.Events = wire.OK, a.hook.Events
		if at, err := url.Parse(a.hook.URL); err == nil {
			answer.Host = at.Host // which has no name and password of a user
		}
	}
	web.WriteJSON(w, http.StatusOK, answer)
	return nil
}

// revealWebhook answers where they are, and by which secret they know that it is true.
func (a *Service) revealWebhook(w http.ResponseWriter, r *http.Request) error {
	if a.hook == nil {
		return errNoWebhook
	}
	key, err := a.webhookKey(r.Context())
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, wire.RevealWebhookReply{URL: a.hook.URL, Secret: webhook.SecretText(key)})
	return nil
}

// testWebhook sends the receiver a message, and answers what came of it.
func (a *Service) testWebhook(w http.ResponseWriter, r *http.Request) error {
	if a.hook == nil {
		return errNoWebhook
	}
	answer := wire.TestWebhookReply{Status: wire.OK}
	if err := a.hook.Test(r.Context()); err != nil {
		if send.CodeOf(err) == send.Unavailable {
			return err
		}
		answer.Status, answer.Detail = wire.Unavailable, err.Error()
	}
	web.WriteJSON(w, http.StatusOK, answer)
	return nil
}
