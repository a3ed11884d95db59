package send_test

import (
	"context"
	"sync"
	"testing"

	"sgraph.ai/send/shared/send"
)

func keysOf(ledger send.Ledger, service string) *send.Keys[send.TokenIDs] {
	return &send.Keys[send.TokenIDs]{Ledger: ledger, Service: service, Derive: send.Secret.TokenIDs}
}

func idOf(t *testing.T, keys *send.Keys[send.TokenIDs], name string) string {
	t.Helper()
	ids, err := keys.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return ids.Of(send.TokenHash(name))
}

// All processes of a service have the root that the first of them made; another
// service, or another ledger, has another.
func TestAServiceHasOneRoot(t *testing.T) {
	t.Parallel()
	ledger := newSaltLedger(t)
	var ids sync.Map
	var running sync.WaitGroup
	for range 16 {
		running.Go(func() {
			keys, err := keysOf(ledger, "admin").Get(t.Context())
			if err != nil {
				t.Error(err)
			}
			ids.Store(keys.Of(send.TokenHash("community-garden")), true)
		})
	}
	running.Wait()
	n := 0
	ids.Range(func(any, any) bool { n++; return true })
	if n != 1 {
		t.Errorf("a token has %d IDs", n)
	}
	id := idOf(t, keysOf(ledger, "admin"), "community-garden")
	if len(id) != 32 {
		t.Errorf("the ID is %q, want 128 bits in hex", id)
	}
	for what, other := range map[string]string{
		"another token":   idOf(t, keysOf(ledger, "admin"), "community-choir"),
		"another service": idOf(t, keysOf(ledger, "user"), "community-garden"),
		"another ledger":  idOf(t, keysOf(newSaltLedger(t), "admin"), "community-garden"),
	} {
		if other == id {
			t.Errorf("%s has the same ID", what)
		}
	}
}

// An ID stays one, so that what is kept can be named again.
func TestAnIDIsNoHash(t *testing.T) {
	t.Parallel()
	ids, err := keysOf(newSaltLedger(t), "admin").Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	id := ids.Of(send.TokenHash("community-garden"))
	for _, each := range []string{"", id, id[:7]} {
		if got := ids.Of(each); got != each {
			t.Errorf("%q becomes %q", each, got)
		}
	}
}

func TestKeysAreReadOnceAndNeverGuessed(t *testing.T) {
	t.Parallel()
	ledger := newSaltLedger(t)
	keys := keysOf(ledger, "user")
	ledger.away.Store(true)
	if _, err := keys.Get(t.Context()); send.CodeOf(err) != send.Unavailable {
		t.Fatalf("while the ledger is away: %v", err)
	}
	ledger.away.Store(false)
	id := idOf(t, keys, "a")
	ledger.away.Store(true)
	asked := ledger.asked.Load()
	if got := idOf(t, keys, "a"); got != id || ledger.asked.Load() != asked {
		t.Errorf("the ledger is asked %d times again, and the ID %s becomes %s", ledger.asked.Load()-asked, id, got)
	}

	spoilt := newSaltLedger(t)
	root := send.Record{Key: send.Key{Set: send.RootSets + "user", ID: "root"}, Data: []byte("short")}
	if err := spoilt.Create(context.Background(), root); err != nil {
		t.Fatal(err)
	}
	if _, err := keysOf(spoilt, "user").Get(t.Context()); send.CodeOf(err) != send.Internal {
		t.Errorf("a root that is none: %v", err)
	}
}
