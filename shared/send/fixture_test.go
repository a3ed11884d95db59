package send_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/disk"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/clocktest"
)

// fixture is the domain on one machine's ledger and store.
type fixture struct {
	*send.Transfers
	tokens *send.Tokens
	store  send.Store
	ledger send.Ledger
	clock  *clocktest.Clock
	token  string // one without limit
}

func setUp(t testing.TB) *fixture {
	t.Helper()
	dir := t.TempDir()
	ledger, err := bolt.Open(filepath.Join(dir, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ledger.Close() })
	store, err := disk.Open(filepath.Join(dir, "bytes"))
	if err != nil {
		t.Fatal(err)
	}
	c := clocktest.At(time.Now())
	tokens := &send.Tokens{Ledger: ledger, Names: send.Secret("a secret for tests").Names, Now: c.Now}
	f := &fixture{
		Transfers: &send.Transfers{
			Ledger: ledger, Store: store, Links: pathLinks{}, Gate: tokens, Now: c.Now,
			Form:  func([]byte, int64, int64) error { return nil },
			Rules: send.Rules{MaxBytes: 1 << 20, DefaultTTL: 24 * time.Hour, MaxTTL: send.MaxLifetime},
		},
		tokens: tokens, store: store, ledger: ledger, clock: c, token: "a-token",
	}
	f.newToken(t, f.token, 0)
	return f
}

func (f *fixture) newToken(t testing.TB, name string, limit int64) {
	t.Helper()
	if _, err := f.tokens.Create(t.Context(), send.NewToken{Name: name, UsageLimit: limit}); err != nil {
		t.Fatal(err)
	}
}

// admitted returns the holder of a token as the gate admits it.
func (f *fixture) admitted(t testing.TB, token string) send.Sender {
	t.Helper()
	from, err := f.Admit(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	return from
}

// sender returns the holder of the fixture's token.
func (f *fixture) sender(t testing.TB) send.Sender {
	t.Helper()
	return f.admitted(t, f.token)
}

// created returns the ID of a new transfer.
func (f *fixture) created(t testing.TB, n send.NewTransfer) string {
	t.Helper()
	tr, err := f.Create(t.Context(), f.sender(t), n)
	if err != nil {
		t.Fatal(err)
	}
	return tr.ID
}

func (f *fixture) uploaded(t testing.TB, n send.NewTransfer, body []byte) string {
	t.Helper()
	id := f.created(t, n)
	if _, err := f.Upload(t.Context(), f.sender(t), id, bytes.NewReader(body), int64(len(body))); err != nil {
		t.Fatal(err)
	}
	return id
}

func (f *fixture) completed(t testing.TB, n send.NewTransfer, body []byte) string {
	t.Helper()
	id := f.uploaded(t, n, body)
	f.complete(t, id)
	return id
}

func (f *fixture) complete(t testing.TB, id string) {
	t.Helper()
	if _, _, err := f.Complete(t.Context(), f.token, id); err != nil {
		t.Fatal(err)
	}
}

// objects returns the keys of everything in the store.
func (f *fixture) objects(t testing.TB) []string {
	t.Helper()
	entries, err := f.store.List(t.Context(), "", "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, e := range entries {
		keys = append(keys, e.Key)
	}
	return keys
}

// pathLinks are links whose text is all they are.
type pathLinks struct{}

func (pathLinks) PartURL(_ context.Context, _, key, _ string, _ int, _ int64, _ time.Duration) (string, error) {
	return "/part/" + key, nil
}
func (pathLinks) PutURL(_ context.Context, _, key string, _ time.Duration) (string, error) {
	return "/put/" + key, nil
}
func (pathLinks) GetURL(_ context.Context, c send.Claim, _ time.Duration) (string, error) {
	return "/get/" + c.Transfer.Payload.Key + "/" + c.ID, nil
}
func (pathLinks) Counted() bool { return true }

func noise(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

func hash(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

// want fails the test unless the error has the code and says something.
func want(t testing.TB, err error, code send.Code, says string) {
	t.Helper()
	if send.CodeOf(err) != code {
		t.Fatalf("got %v (code %q), want code %q", err, send.CodeOf(err), code)
	}
	if says != "" && !strings.Contains(err.Error(), says) {
		t.Fatalf("got %q, want it to say %q", err, says)
	}
}
