package console

import (
	"context"
	"io"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
)

const apiKey = "the-api-key-of-the-console-test"

// serve starts an admin service and returns its address, and its tokens.
func serve(t *testing.T) (url string, tokens *send.Tokens) {
	t.Helper()
	ledger, err := bolt.Open(filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ledger.Close() })
	handler, err := admin.New(admin.Settings{
		Service: settings.Service{Environment: settings.Local, Mode: settings.Disk, Rates: send.DefaultRates},
		KeyName: "X-API-Key", KeyValue: apiKey,
		Ledger: ledger, Audit: noStore{}, Log: slog.New(slog.DiscardHandler), Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s.URL, &send.Tokens{Ledger: ledger, Names: send.Secret(apiKey).NameSealer(), Now: time.Now}
}

// noStore takes the audit trail and forgets it.
type noStore struct{ send.Store }

func (noStore) Put(context.Context, string, io.Reader, int64) (send.Object, error) {
	return send.Object{}, nil
}
