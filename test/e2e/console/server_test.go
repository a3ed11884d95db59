package console

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/disk"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
)

const apiKey = "the-api-key-of-the-console-test"

// serve starts an admin service and returns its address, and its tokens.
func serve(t *testing.T) (url string, tokens *send.Tokens) {
	t.Helper()
	url, tokens, _ = serveWithTrail(t)
	return url, tokens
}

// tokenID returns the ID of a token.
func tokenID(t *testing.T, ledger send.Ledger, name string) string {
	t.Helper()
	keys := send.Keys[send.TokenIDs]{Ledger: ledger, Service: metric.Admin, Derive: send.Secret.TokenIDs}
	ids, err := keys.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return ids.Of(send.TokenHash(name))
}

// sent completes a transfer of 100 bytes, as the user service does.
func sent(t *testing.T, tokens *send.Tokens, token string, n send.NewTransfer) {
	t.Helper()
	store, err := disk.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	transfers := &send.Transfers{
		Ledger: tokens.Ledger, Store: store, Gate: tokens, Now: time.Now,
		Form:  func([]byte, int64, int64) error { return nil },
		Rules: send.Rules{MaxBytes: 1 << 20, DefaultTTL: time.Hour, MaxTTL: send.MaxLifetime},
	}
	from, err := transfers.Admit(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := transfers.Create(t.Context(), from, n); err != nil {
		t.Fatal(err)
	}
	if _, err := transfers.Upload(t.Context(), from, n.ID, bytes.NewReader(make([]byte, 100)), 100); err != nil {
		t.Fatal(err)
	}
	if _, _, err := transfers.Complete(t.Context(), token, n.ID); err != nil {
		t.Fatal(err)
	}
}

// serveWithTrail is serve for tests that look at the service itself, too.
func serveWithTrail(
	t *testing.T, change ...func(*admin.Settings),
) (url string, tokens *send.Tokens, service *admin.Service) {
	t.Helper()
	trail, err := disk.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ledger, err := bolt.Open(filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ledger.Close() })
	set := admin.Settings{
		Service: settings.Service{Environment: settings.Local, Mode: settings.Disk, Rates: send.DefaultRates},
		KeyName: "X-API-Key", APIKey: secret.Plain(apiKey),
		Ledger: ledger, Audit: trail, Log: slog.New(slog.DiscardHandler), Now: time.Now,
	}
	for _, f := range change {
		f(&set)
	}
	service, err = admin.New(set)
	if err != nil {
		t.Fatal(err)
	}
	tokens = &send.Tokens{Ledger: ledger, Names: send.Secret(apiKey).Names, Now: time.Now}
	return start(t, service, service), tokens, service
}

// start serves an admin service, by a handler in front of it.
func start(t *testing.T, service *admin.Service, front http.Handler) (url string) {
	t.Helper()
	s := httptest.NewServer(front)
	t.Cleanup(func() { s.Close(); service.Flush() })
	return s.URL
}
