package admin

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"sgraph.ai/send/services/admin/webhook"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/web"
)

// Settings is what the service is made from. FromEnv fills in what the
// environment says; Ledger and Audit are for the caller to open.
type Settings struct {
	settings.Service

	Addr        string // where to listen when the Lambda runtime does not call
	KeyName     string // the header that carries the API key
	CacheBucket string // S3 mode: the bucket of the audit trail
	UserURL     string // the user service, for the system page; "" = not shown
	PublicURL   string // origin by which people reach the user service, for links that invite; "" = not known

	// UserVia is how the user service is asked; nil = as any other.
	UserVia http.RoundTripper

	// Allow is from where operators may come; none is from anywhere.
	Allow []netip.Prefix

	// SessionLife is how long a session goes on at most; 0 is as usual.
	// SessionIdle is how long one that is not used does; 0 is until its end.
	SessionLife, SessionIdle time.Duration

	// Deployment is what Prepare does for a deploy, as [Service.Deployed] takes it;
	// nil = nothing.
	Deployment json.RawMessage

	// WebhookURL is who is told of WebhookEvents; "" = nobody. WebhookVia is how.
	WebhookURL    string
	WebhookEvents []string
	WebhookVia    http.RoundTripper

	// SignOn is how people come in without the API key; without an issuer, they do not.
	// SignOnSecret is the client's, nil where it is a public one; SignOnVia is how the
	// provider is asked, nil = as any other.
	SignOn       settings.SignOn
	SignOnSecret *secret.Value
	SignOnVia    http.RoundTripper

	// Room says how much room there is where the bytes of transfers are, and how much in
	// all; nil = nobody needs to know.
	Room func() (left, all int64, err error)

	// Stack is that on AWS which the service is part of; "" = none. FunctionVersion is the
	// published version that runs, where that is one of a function.
	Stack, FunctionVersion string

	// Alarms asks what the alarms of the stack say, and names the regions where they
	// cannot be asked; Serving asks which versions its functions serve. nil = there are
	// none.
	Alarms  func(context.Context) (alarms []stack.Alarm, missing []string, err error)
	Serving func(context.Context) ([]stack.Serving, error)

	// AuditRetention is how long Sweep leaves events in the trail.
	AuditRetention time.Duration

	APIKey       *secret.Value // and that of before, while it is changed
	ServiceKey   *secret.Value // of the user service; nil = it brings the API key
	OriginSecret *secret.Value // what the front shows; nil = there is none

	// Secrets are where the references lead that stand for secrets. New adds the
	// ledger.
	Secrets *secret.Sources

	Ledger   send.Ledger
	Audit    send.Store // keeps the audit trail
	Log      *slog.Logger
	Now      func() time.Time
	Registry metric.Registry // nil = metrics are not kept here
	Patience web.Patience    // with clients; zero = as usual
}

// FromEnv reads the settings from an environment such as os.Getenv. The error
// names everything that is missing or malformed, at once.
func FromEnv(getenv func(string) string) (Settings, error) {
	env := settings.New(getenv)
	return Read(env), env.Err()
}

// Read is FromEnv for an environment that other services read too.
func Read(env *settings.Env) Settings {
	s := Settings{
		Service:        env.Service(),
		Addr:           settings.AdminAddr.In(env),
		KeyName:        settings.APIKeyName.Required(env),
		UserURL:        settings.UserURL.In(env),
		PublicURL:      settings.PublicURL.In(env),
		Allow:          settings.AdminAllow.In(env),
		SessionLife:    settings.SessionLife.In(env),
		SessionIdle:    settings.SessionIdle.In(env),
		AuditRetention: settings.AuditRetention.In(env),
		Stack:          settings.StackName.In(env),
		WebhookURL:     settings.WebhookURL.In(env),
		WebhookEvents:  settings.WebhookEvents.In(env),
		WebhookVia:     webhook.Via(settings.WebhookPrivate.In(env)),
		SignOn:         env.SignOn(settings.Variable),
		Now:            time.Now,
	}
	if len(s.WebhookEvents) == 0 {
		s.WebhookEvents = settings.WebhookTypes
	}
	s.Secrets = &secret.Sources{Now: s.Now}
	s.APIKey = s.Secrets.Value(settings.APIKeyValue.Required(env), settings.OldAPIKeyValue.In(env))
	s.ServiceKey = s.Secrets.Value(settings.ServiceKey.In(env)...)
	s.OriginSecret = s.Secrets.Value(s.OriginSecrets...)
	s.SignOnSecret = s.Secrets.Value(s.SignOn.ClientSecret)
	if s.Environment == settings.Lambda {
		s.FunctionVersion = env.Text("AWS_LAMBDA_FUNCTION_VERSION")
	} else {
		s.Deployment = settings.Deployment.In(env)
	}
	if s.Mode == settings.S3 {
		s.CacheBucket = settings.CacheBucket.Required(env)
	}
	return s
}

// check says what New cannot do without.
func (s Settings) check() error {
	switch {
	case s.KeyName == "":
		return errors.New("admin: KeyName, the name of the API key header, is missing")
	case s.APIKey == nil:
		return errors.New("admin: APIKey is missing")
	case s.Ledger == nil:
		return errors.New("admin: Ledger is missing")
	case s.Audit == nil:
		return errors.New("admin: Audit, the store of the audit trail, is missing")
	case s.Log == nil:
		return errors.New("admin: Log is missing")
	case s.Now == nil:
		return errors.New("admin: Now, the clock, is missing")
	}
	return nil
}
