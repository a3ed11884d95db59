package backup

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/disk"
	"sgraph.ai/send/shared/send"
)

// machine is a data folder on which a service could run.
type machine struct {
	dir       string
	ledger    *bolt.Ledger
	store     *disk.Store
	transfers *send.Transfers
	trail     *audit.Trail
}

func newMachine(t testing.TB) *machine {
	t.Helper()
	m := &machine{dir: t.TempDir()}
	var err error
	if m.ledger, err = bolt.Open(filepath.Join(m.dir, "ledger.db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.ledger.Close() })
	if m.store, err = disk.Open(filepath.Join(m.dir, "transfers")); err != nil {
		t.Fatal(err)
	}
	cache, err := disk.Open(filepath.Join(m.dir, "cache"))
	if err != nil {
		t.Fatal(err)
	}
	m.transfers = transfersOf(m.ledger, m.store)
	m.trail = &audit.Trail{Store: cache, Ledger: m.ledger, Now: time.Now, TokenIDs: noIDs}
	for name, content := range map[string]string{"api-key": "the key\n", "access-token": "the token\n"} {
		if err := os.WriteFile(filepath.Join(m.dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

func noIDs(context.Context) (send.TokenIDs, error) { return send.TokenIDs{}, nil }

func transfersOf(l send.Ledger, s send.Store) *send.Transfers {
	return &send.Transfers{
		Ledger: l, Store: s, Gate: send.OpenGate{}, Now: time.Now,
		Form:  func([]byte, int64, int64) error { return nil },
		Rules: send.Rules{MaxBytes: 1 << 30, DefaultTTL: 24 * time.Hour, MaxTTL: send.MaxLifetime},
	}
}

// sent returns the ID of a new transfer that is complete.
func (m *machine) sent(t testing.TB, body []byte) string {
	t.Helper()
	id := m.uploaded(t, body)
	if _, _, err := m.transfers.Complete(t.Context(), "", id); err != nil {
		t.Error(err)
	}
	return id
}

func (m *machine) uploaded(t testing.TB, body []byte) string {
	t.Helper()
	from := send.Sender{Admission: send.Admission{Remaining: send.Unlimited}}
	tr, err := m.transfers.Create(t.Context(), from, send.NewTransfer{Label: []byte("label"), SenderHash: "x"})
	if err == nil {
		_, err = m.transfers.Upload(t.Context(), from, tr.ID, bytes.NewReader(body), int64(len(body)))
	}
	if err != nil {
		t.Error(err)
	}
	return tr.ID
}

func (m *machine) noted(t testing.TB, n int) {
	t.Helper()
	for i := range n {
		e := audit.Event{Time: time.Now().UTC(), Kind: audit.Login, Outcome: audit.Success, Client: fmt.Sprint(i)}
		if err := m.trail.Append(t.Context(), []audit.Event{e}); err != nil {
			t.Fatal(err)
		}
	}
}

// backup closes the machine and returns a backup of it.
func (m *machine) backup(t testing.TB) []byte {
	t.Helper()
	m.ledger.Close()
	var b bytes.Buffer
	if _, err := Write(t.Context(), &b, m.source(), silent); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (m *machine) source() Source {
	return Source{Dir: m.dir, Secrets: []string{"api-key", "access-token", "none"}}
}

func silent(int64, int64) {}

func noise(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

// records are all of a ledger.
func records(t testing.TB, l *bolt.Ledger) map[send.Key]string {
	t.Helper()
	all := map[send.Key]string{}
	for r, err := range l.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all[r.Key] = fmt.Sprintf("%+v", r)
	}
	return all
}

// objects are the contents of all of a store.
func objects(t testing.TB, s send.Store) map[string]string {
	t.Helper()
	all := map[string]string{}
	for e, err := range send.Entries(t.Context(), s, "") {
		if err != nil {
			t.Fatal(err)
		}
		body, _, err := s.Open(t.Context(), e.Key, send.Whole)
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(body)
		body.Close()
		if err != nil {
			t.Fatal(err)
		}
		all[e.Key] = string(content)
	}
	return all
}
