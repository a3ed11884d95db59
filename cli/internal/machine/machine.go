// Package machine is the domain on one machine, and what is in its ledger and stores,
// for tests of what is done to that.
package machine

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
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
)

// Machine is a data folder on which a service could run.
type Machine struct {
	Dir       string
	Ledger    *bolt.Ledger
	Store     *disk.Store
	Transfers *send.Transfers
	Trail     *audit.Trail
}

// Secrets are the files that open its service.
var Secrets = []string{"api-key", "access-token"}

// New makes one, which lasts until the test ends.
func New(t testing.TB) *Machine {
	t.Helper()
	m := &Machine{Dir: t.TempDir()}
	var err error
	if m.Ledger, err = bolt.Open(filepath.Join(m.Dir, "ledger.db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Ledger.Close() })
	if m.Store, err = disk.Open(filepath.Join(m.Dir, "transfers")); err != nil {
		t.Fatal(err)
	}
	cache, err := disk.Open(filepath.Join(m.Dir, "cache"))
	if err != nil {
		t.Fatal(err)
	}
	m.Transfers = TransfersOf(m.Ledger, m.Store)
	m.Trail = TrailOf(m.Ledger, cache)
	for _, name := range Secrets {
		if err := os.WriteFile(filepath.Join(m.Dir, name), []byte(name+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// TransfersOf are those of a ledger and a store.
func TransfersOf(l send.Ledger, s send.Store) *send.Transfers {
	return &send.Transfers{
		Ledger: l, Store: s, Gate: send.OpenGate{}, Links: links{}, Now: time.Now,
		Form:  func([]byte, int64, int64) error { return nil },
		Rules: send.Rules{MaxBytes: 1 << 30, DefaultTTL: 24 * time.Hour, MaxTTL: send.MaxLifetime},
	}
}

// links are none: nobody follows them.
type links struct{}

func (links) PartURL(context.Context, string, string, string, int, int64, time.Duration) (string, error) {
	return "/part", nil
}

func (links) PutURL(context.Context, string, string, time.Duration) (string, error) {
	return "/put", nil
}

func (links) GetURL(context.Context, send.Claim, time.Duration) (string, error) { return "/get", nil }

func (links) Counted() bool { return true }

// TrailOf is the trail of a ledger and a store.
func TrailOf(l send.Ledger, s send.Store) *audit.Trail {
	ids := func(context.Context) (send.TokenIDs, error) { return send.TokenIDs{}, nil }
	return &audit.Trail{Store: s, Ledger: l, Now: time.Now, TokenIDs: ids}
}

// Rooted makes the root of a service, as the first start does.
func (m *Machine) Rooted(t testing.TB) {
	t.Helper()
	k := send.Keys[bool]{Ledger: m.Ledger, Service: metric.Admin, Derive: func(send.Secret) bool { return true }}
	if _, err := k.Get(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Sent returns the ID of a new transfer that is complete.
func (m *Machine) Sent(t testing.TB, body []byte) string {
	t.Helper()
	id := m.Uploaded(t, body)
	if _, _, err := m.Transfers.Complete(t.Context(), "", id); err != nil {
		t.Error(err)
	}
	return id
}

// InParts returns the ID of a new transfer that is being uploaded in parts, of which
// one is there.
func (m *Machine) InParts(t testing.TB) string {
	t.Helper()
	from := send.Sender{Admission: send.Admission{Remaining: send.Unlimited}}
	tr, err := m.Transfers.Create(t.Context(), from, send.NewTransfer{SenderHash: "x"})
	if err != nil {
		t.Fatal(err)
	}
	up, err := m.Transfers.Initiate(t.Context(), from, tr.ID, 20<<20, 0)
	if err != nil {
		t.Fatal(err)
	}
	r, err := m.Ledger.Get(t.Context(), send.Key{Set: send.TransferSets + tr.ID[:2], ID: tr.ID})
	if err != nil {
		t.Fatal(err)
	}
	keys, _, err := send.Objects(r)
	if err != nil || len(keys) != 1 {
		t.Fatalf("the upload is %v, %v", keys, err)
	}
	if _, err := m.Store.PutPart(t.Context(), keys[0], up.UploadID, 1, bytes.NewReader(Noise(100)), 100); err != nil {
		t.Fatal(err)
	}
	return tr.ID
}

// Uploaded returns the ID of a new transfer that is not complete.
func (m *Machine) Uploaded(t testing.TB, body []byte) string {
	t.Helper()
	from := send.Sender{Admission: send.Admission{Remaining: send.Unlimited}}
	tr, err := m.Transfers.Create(t.Context(), from, send.NewTransfer{Label: []byte("label"), SenderHash: "x"})
	if err == nil {
		_, err = m.Transfers.Upload(t.Context(), from, tr.ID, bytes.NewReader(body), int64(len(body)))
	}
	if err != nil {
		t.Error(err)
	}
	return tr.ID
}

// Noted puts batches into the trail, of an event each.
func (m *Machine) Noted(t testing.TB, n int) {
	t.Helper()
	for i := range n {
		e := audit.Event{Time: m.Trail.Now().UTC(), Kind: audit.Login, Outcome: audit.Success, Client: fmt.Sprint(i)}
		if err := m.Trail.Append(t.Context(), []audit.Event{e}); err != nil {
			t.Fatal(err)
		}
	}
}

// Noise is what no two calls return.
func Noise(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails: crypto/rand
	return b
}

// Records are all of a ledger, as text; but for when they may be forgotten, of which
// ledgers keep no less than the second.
func Records(t testing.TB, l send.Movable) map[send.Key]string {
	t.Helper()
	all := map[send.Key]string{}
	for r, err := range l.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if !r.Purge.IsZero() {
			r.Purge = time.Unix(r.Purge.Add(time.Second-1).Unix(), 0).UTC()
		}
		if len(r.Data) == 0 {
			r.Data = nil
		}
		all[r.Key] = fmt.Sprintf("%+v", r)
	}
	return all
}

// Objects are the contents of all of a store.
func Objects(t testing.TB, s send.Store) map[string]string {
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
