package user

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
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

	// DirectBytes bounds the bodies that go through the service itself; larger
	// ones go by presigned URLs. 0 is without a bound of its own.
	DirectBytes int64

	// DownloadOrigins are the origins, other than the service's own, that the
	// pages fetch ciphertext from and send it to: the bucket's.
	DownloadOrigins []string

	// OwnLinks says that clients do not reach the bucket, whatever Links there are.
	OwnLinks bool

	// Secrets are where the references lead that stand for secrets. New adds the
	// ledger.
	Secrets      *secret.Sources
	OriginSecret *secret.Value // what the front shows; nil = there is none

	Gate   send.Gate // who may send
	Ledger send.Ledger
	Store  send.Store
	Links  send.Links // nil: the service signs and serves links itself
	Log    *slog.Logger
	Now    func() time.Time

	// Audit keeps events in the trail; nil where nobody keeps one.
	Audit    func(context.Context, []audit.Event) error
	Registry metric.Registry // nil = metrics are not kept here
	Patience web.Patience    // with clients; zero = as usual
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
	s := Read(env)
	s.Gate = s.gate(env)
	if admin, ok := s.Gate.(*AdminGate); ok {
		s.Audit = admin.Record
	}
	return s, env.Err()
}

// sealed is what a file of so many bytes may come to: twice what the tags of its
// segments take (16 bytes for each MiB), so that the name has room, too.
func sealed(size int64) int64 { return size + size>>15 }

// Read is FromEnv without who may send: for a process that knows the admin
// service, and whose environment other services read too.
func Read(env *settings.Env) Settings {
	s := Settings{
		Service:     env.Service(),
		Addr:        settings.UserAddr.In(env),
		PublicURL:   settings.PublicURL.In(env),
		CORSOrigins: settings.CORSOrigins.In(env),
		Rules: send.Rules{
			MaxBytes:   sealed(settings.MaxTransferBytes.In(env)),
			DefaultTTL: settings.DefaultTTL.In(env),
			MaxTTL:     settings.MaxTTL.In(env),

			PendingBytes:    settings.PendingBytes.In(env),
			PendingBytesAll: settings.PendingBytesAll.In(env),
		},
		Now: time.Now,
	}
	s.Secrets = &secret.Sources{Now: s.Now}
	s.OriginSecret = s.Secrets.Value(s.OriginSecrets...)
	if s.Rules.PendingBytes == 0 {
		s.Rules.PendingBytes = 20 * s.Rules.MaxBytes
	}
	env.Together(settings.Variable)
	if s.Mode == settings.S3 {
		s.Bucket = settings.TransfersBucket.Required(env)
		if s.OwnLinks = !settings.S3Links.In(env); !s.OwnLinks {
			s.DownloadOrigins = []string{bucketOrigin(s.S3, s.Bucket)}
			s.reachable(env)
		}
	}
	s.DirectBytes = s.direct(env)
	return s
}

// reachable refuses an address of the bucket to which no browser lets a page go.
func (s Settings) reachable(env *settings.Env) {
	if strings.HasPrefix(s.PublicURL, "https:") && strings.HasPrefix(settings.S3Endpoint.In(env), "http:") {
		env.Fault(settings.S3Endpoint.Env, "must begin with https://, as %s does: from such pages browsers go nowhere else; "+
			"or set %s to false, and all goes through the service", settings.PublicURL.Env, settings.S3Links.Env)
	}
}

// direct reads how much goes through the service itself.
func (s Settings) direct(env *settings.Env) int64 {
	if s.serverless() {
		return lambdaBody
	}
	n := settings.DirectBytes.In(env)
	if n > 0 && len(s.DownloadOrigins) == 0 {
		env.Fault(settings.DirectBytes.Env, "needs a bucket to which larger files can go: %s is to be %s, and %s true",
			settings.StorageMode.Env, settings.S3, settings.S3Links.Env)
	}
	return n
}

// bucketOrigin returns the origin of the bucket's presigned URLs.
func bucketOrigin(at settings.Buckets, bucket string) string {
	if at.Endpoint == "" {
		return wire.BucketOrigin(bucket, at.Region, at.PathStyle)
	}
	u, err := url.Parse(at.Endpoint)
	if err != nil {
		return "" // which is a fault already
	}
	if _, err := netip.ParseAddr(u.Hostname()); err != nil && !at.PathStyle {
		u.Host = bucket + "." + u.Host
	}
	return u.Scheme + "://" + u.Host
}

// gate reads who may send. There is no default: a service that is not told
// does not start.
func (s Settings) gate(env *settings.Env) send.Gate {
	base, token := settings.AdminURL.In(env), settings.SharedToken.In(env)
	switch {
	case base != "":
		g := &AdminGate{
			BaseURL:      base,
			NextURL:      settings.AdminNextURL.In(env),
			Key:          s.Secrets.Value(settings.ServiceKey.In(env)...),
			OriginSecret: s.OriginSecret, // both services of a stack stand behind the same front
			Client: &http.Client{
				Transport: adminTransport(),
				// A redirect would take key and secret along to wherever it leads.
				CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			},
		}
		if g.Key == nil {
			g.KeyName, g.Key = settings.AdminKeyName.Required(env), s.Secrets.Value(settings.AdminKeyValue.Required(env))
		}
		return g
	case len(token) > 0:
		return send.SharedGate{Accepts: s.Secrets.Value(token...).Accepts}
	case !settings.EnableAuth.In(env):
		return send.OpenGate{}
	}
	env.Fault(settings.AdminURL.Env, "is not set: set it to the admin service's origin, "+
		"or set %s to one token that all senders share, or %s=false to let everyone send",
		settings.SharedToken.Env, settings.EnableAuth.Env)
	return nil
}

// adminTransport has fewer connections than the admin service takes of one client.
func adminTransport() *http.Transport {
	const most = 50
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxConnsPerHost, t.MaxIdleConnsPerHost = most, most
	return t
}

// check says what New cannot do without.
func (s Settings) check() error {
	switch {
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
