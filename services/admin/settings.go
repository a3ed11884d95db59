package admin

import (
	"errors"
	"log/slog"
	"time"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
)

// MinKeyLength is how many characters an API key has at least. Everything the
// service signs and seals is derived from the key, so it must not be guessable.
const MinKeyLength = 16

// Settings is what the service is made from. FromEnv fills in what the
// environment says; Ledger and Audit are for the caller to open.
type Settings struct {
	settings.Service

	Addr        string // where to listen when the Lambda runtime does not call
	KeyName     string // the header that carries the API key
	KeyValue    string // the API key
	CacheBucket string // S3 mode: the bucket of the audit trail
	UserURL     string // the user service, for the system page; "" = not shown

	// AuditRetention is how long Sweep leaves events in the trail.
	AuditRetention time.Duration

	Ledger   send.Ledger
	Audit    send.Store // keeps the audit trail
	Log      *slog.Logger
	Now      func() time.Time
	Registry metric.Registry // nil = metrics are not kept here
}

// FromEnv reads the settings from an environment such as os.Getenv. The error
// names everything that is missing or malformed, at once.
func FromEnv(getenv func(string) string) (Settings, error) {
	env := settings.New(getenv)
	s := Settings{
		Service:  env.Service(),
		Addr:     env.Address("SEND__ADMIN_ADDR", "127.0.0.1:8081"),
		KeyName:  env.HeaderName("FAST_API__AUTH__API_KEY__NAME", "the name of the header that carries the API key"),
		KeyValue: env.Secret("FAST_API__AUTH__API_KEY__VALUE", "the API key", MinKeyLength),
		UserURL:  env.URL("SEND__USER_BASE_URL", ""),
		Now:      time.Now,
	}
	const day = 24 * time.Hour
	s.AuditRetention = env.Duration("SEND__AUDIT_RETENTION", 90*day, day, 3650*day)
	if s.Mode == settings.S3 {
		s.CacheBucket = env.Required("CACHE__SERVICE__BUCKET_NAME", "the name of the S3 bucket that keeps the audit trail")
	}
	return s, env.Err()
}

// check says what New cannot do without.
func (s Settings) check() error {
	switch {
	case s.KeyName == "":
		return errors.New("admin: KeyName, the name of the API key header, is missing")
	case len(s.KeyValue) < MinKeyLength:
		return errors.New("admin: KeyValue, the API key, is missing or too short")
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
