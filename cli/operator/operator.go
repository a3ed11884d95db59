// Package operator speaks the API of the admin service, for who runs a service:
// its tokens, how busy it is, and who did what.
//
// Every error is a [send.Error] whose message says what to do, except what the
// caller's own context or reader ended with. Nothing is asked twice: a token that
// was made and not told of would be made again.
package operator

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// Service is an admin service.
type Service struct {
	Address string // its origin: "https://admin.send.example.org"
	Key     string // the API key
	Header  string // in which it goes; "" = wire.DefaultAPIKey

	// Transport carries the requests; nil is that of package client.
	Transport http.RoundTripper
}

// call makes a request, whose answer goes into out.
func (s *Service) call(ctx context.Context, q client.Call, out any) error {
	q.Header = s.credential()
	return inOurWords((&client.Client{Server: s.Address, Transport: s.Transport}).Call(ctx, q, out))
}

func (s *Service) credential() []string {
	name := s.Header
	if name == "" {
		name = wire.DefaultAPIKey
	}
	return []string{wire.APIKey(name).Name, s.Key}
}

// words say what happened, and what to do, where those of package client are for who
// sends and receives.
var words = map[send.Reason]string{
	send.ReasonAPIKeyRequired: "the admin service got no API key: it may want it in another header; " +
		"name that with --api-key-header",
	send.ReasonWrongAPIKey: "this is not the API key of this admin service: check that all of it was copied, " +
		"and that it was not changed since",
	send.ReasonTokenUnknown:     "there is no such token",
	send.ReasonTransferNotFound: "there is no such transfer: it is long over, or of another service",
	send.ReasonExpired:          "the transfer has expired: nobody can download it any more",
	send.ReasonTokenNameTaken:   "there is a token of this name already",
	send.Reason(send.NotFound): "the service does not know this request: it is of another version than this program, " +
		"or no admin service; give the address of the console, not that where people send",
	send.Reason(send.Unauthorized): "the service asks for a credential that this program does not have",
}

// inOurWords explains an error to an operator.
func inOurWords(err error) error {
	e, ok := errors.AsType[*send.Error](err)
	if !ok {
		return err
	}
	why := send.ReasonOf(err)
	if why == "" {
		why = send.Reason(e.Code)
	}
	if text := words[why]; text != "" {
		said := send.Because(e.Code, err, "%s", text).With(why)
		said.RetryAfter = e.RetryAfter
		return said
	}
	return err
}

// Pulse says how busy the services were over so many minutes.
func (s *Service) Pulse(ctx context.Context, minutes int) (p wire.PulseReply, err error) {
	q := url.Values{"window_minutes": {strconv.Itoa(minutes)}, "series": {"1"}}
	err = s.call(ctx, client.Call{Route: wire.Pulse, Query: q}, &p)
	return p, err
}

// Activity says how much happened over so many days.
func (s *Service) Activity(ctx context.Context, days int) (a wire.ActivityReply, err error) {
	err = s.call(ctx, client.Call{Route: wire.Activity, Query: url.Values{"days": {strconv.Itoa(days)}}}, &a)
	return a, err
}

// Storage says how much is stored.
func (s *Service) Storage(ctx context.Context) (r wire.StorageReply, err error) {
	err = s.call(ctx, client.Call{Route: wire.Storage}, &r)
	return r, err
}

// Services says whether what the operators depend on answers.
func (s *Service) Services(ctx context.Context) (r wire.ServicesReply, err error) {
	err = s.call(ctx, client.Call{Route: wire.Services}, &r)
	return r, err
}

// Webhook says who is told of events.
func (s *Service) Webhook(ctx context.Context) (r wire.WebhookReply, err error) {
	err = s.call(ctx, client.Call{Route: wire.ShowWebhook}, &r)
	return r, err
}

// RevealWebhook says where they are, and by which secret they know that it is true.
func (s *Service) RevealWebhook(ctx context.Context) (r wire.RevealWebhookReply, err error) {
	err = s.call(ctx, client.Call{Route: wire.RevealWebhook}, &r)
	return r, err
}

// Alarms says what the alarms of the service's stack say.
func (s *Service) Alarms(ctx context.Context) (r wire.AlarmsReply, err error) {
	err = s.call(ctx, client.Call{Route: wire.Alarms}, &r)
	return r, err
}

// Serving says which versions answer.
func (s *Service) Serving(ctx context.Context) (r wire.ServingReply, err error) {
	err = s.call(ctx, client.Call{Route: wire.Serving}, &r)
	return r, err
}

// TestWebhook has them told of a test.
func (s *Service) TestWebhook(ctx context.Context) (r wire.TestWebhookReply, err error) {
	err = s.call(ctx, client.Call{Route: wire.TestWebhook}, &r)
	return r, err
}

// Version says which version the admin service is, and by that whether it takes
// the key.
func (s *Service) Version(ctx context.Context) (string, error) {
	var r wire.VersionReply
	err := s.call(ctx, client.Call{Route: wire.Version}, &r)
	return r.Version, err
}
