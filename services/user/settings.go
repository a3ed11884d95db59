package user

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
)

// Settings is what the service is made from. FromEnv fills in what the
// environment says; the parts below it are for the caller to open.
type Settings struct {
	settings.Service

	Addr        string // where to listen when the Lambda runtime does not call
	Bucket      string // S3 mode: the bucket of the ciphertext
	PublicURL   string // origin that absolute URLs begin with; "" = the one that was asked
	CORSOrigins []string
	Rules       send.Rules
	Secret      send.Secret // every key of the service is derived from it

	// DirectBytes bounds the bodies that go through the service itself; larger
	// ones go by presigned URLs. 0 is without a bound of its own.
	DirectBytes int64

	// DownloadOrigins are the origins, other than the service's own, that the
	// pages fetch ciphertext from and send it to: the bucket's.
	DownloadOrigins []string

	Gate   send.Gate // who may send
	Ledger send.Ledger
	Store  send.Store
	Links  send.Links // nil: the service signs and serves links itself
	Log    *slog.Logger
	Now    func() time.Time

	// Audit keeps events in the trail; nil where nobody keeps one.
	Audit    func(context.Context, []audit.Event) error
	Registry metric.Registry // nil = metrics are not kept here
}

// Known clients go by presigned URLs above lambdaBody of ciphertext, and the
// service takes and hands out that much itself. A Function URL request, though,
// is an event of at most 6 MB in which a binary body is base64, so that no more
// than lambdaBinary is sure to arrive: what clients are told to send at most.
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const (
	lambdaBody   = 5 << 20
	lambdaBinary = 4 << 20
)

// FromEnv reads the settings from an environment such as os.Getenv. The error
// names everything that is missing or malformed, at once.
func FromEnv(getenv func(string) string) (Settings, error) {
	env := settings.New(getenv)
	const minute, most = time.Minute, send.MaxLifetime
	s := Settings{
		Service:     env.Service(),
		Addr:        env.Address("SEND__USER_ADDR", "127.0.0.1:8080"),
		PublicURL:   env.URL("SEND__PUBLIC_URL", ""),
		CORSOrigins: env.List("SEND__CORS_ORIGINS"),
		Rules: send.Rules{
			MaxBytes:   env.Bytes("SEND__MAX_TRANSFER_BYTES", 10<<30),
			DefaultTTL: env.Duration("SEND__DEFAULT_TTL", 7*24*time.Hour, minute, most),
			MaxTTL:     env.Duration("SEND__MAX_TTL", most, minute, most),
		},
		Secret: send.Secret(env.Secret("FAST_API__AUTH__API_KEY__VALUE", "the API key", 16)),
		Now:    time.Now,
	}
	for _, origin := range s.CORSOrigins {
		// Origins are compared as browsers send them (RFC 6454, 6.2).
		if u, err := url.Parse(origin); err != nil || u.Scheme == "" || u.Host == "" || origin != u.Scheme+"://"+u.Host {
			env.Fault("SEND__CORS_ORIGINS", "must list origins such as https://send.example.org, without a path, separated by commas")
			break
		}
	}
	if s.Rules.DefaultTTL > s.Rules.MaxTTL {
		env.Fault("SEND__DEFAULT_TTL", "must not be longer than SEND__MAX_TTL")
	}
	if s.Mode == settings.S3 {
		s.Bucket = env.Required("SEND__S3_BUCKET", "the name of the S3 bucket that keeps the ciphertext")
		s.DownloadOrigins = []string{bucketOrigin(env, s.Bucket)}
	}
	if s.serverless() {
		s.DirectBytes = lambdaBody
	}
	s.Gate = gate(env)
	if admin, ok := s.Gate.(*AdminGate); ok {
		s.Audit = admin.Record
	}
	return s, env.Err()
}

// bucketOrigin returns the origin of the bucket's presigned URLs.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
func bucketOrigin(env *settings.Env, bucket string) string {
	if endpoint := env.URL("AWS_ENDPOINT_URL_S3", env.URL("AWS_ENDPOINT_URL", "")); endpoint != "" {
		return endpoint
	}
	return "https://" + bucket + ".s3." + env.Required("AWS_REGION", "the region of the bucket") + ".amazonaws.com"
}

// gate reads who may send. There is no default: a service that is not told
// does not start.
func gate(env *settings.Env) send.Gate {
	const (
		adminURL = "SGRAPH_SEND__ADMIN__BASE_URL"
		shared   = "SGRAPH_SEND__ACCESS_TOKEN"
		required = "SEND__ENABLE_AUTH"
	)
	base, token := env.URL(adminURL, ""), env.Optional(shared, "")
	switch {
	case base != "":
		g := &AdminGate{
			BaseURL:  base,
			KeyName:  env.HeaderName("SGRAPH_SEND__ADMIN__API_KEY__NAME", "the name of the admin service's API key header"),
			KeyValue: env.Required("SGRAPH_SEND__ADMIN__API_KEY__VALUE", "the admin service's API key"),
			// A redirect would take key and secret along to wherever it leads.
			Client: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		}
		// Both services of a stack stand behind the same front.
		if own := env.List("SEND__ORIGIN_SECRETS"); len(own) > 0 {
			g.OriginSecret = own[0]
		}
		return g
	case token != "":
		if clean, err := send.CleanName(token); err != nil || clean != token {
			env.Fault(shared, "must consist of letters, digits, _ and -, 128 at most: nothing else reaches the service as it was typed")
		}
		return send.SharedGate{Secret: token}
	case !env.Bool(required, true):
		return send.OpenGate{}
	}
	env.Fault(adminURL, "is not set: set it to the admin service's origin, or set %s to one token that all senders share, or %s=false to let everyone send",
		shared, required)
	return nil
}

// check says what New cannot do without.
func (s Settings) check() error {
	switch {
	case len(s.Secret) < 16:
		return errors.New("user: Secret is missing or too short")
	case s.Gate == nil:
		return errors.New("user: Gate, who may send, is missing")
	case s.Ledger == nil:
		return errors.New("user: Ledger is missing")
	case s.Store == nil:
		return errors.New("user: Store is missing")
	case s.Log == nil:
		return errors.New("user: Log is missing")
	case s.Now == nil:
		return errors.New("user: Now, the clock, is missing")
	}
	return nil
}
