package bolt_test

import (
	"path/filepath"
	"testing"

	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/ledgertest"
)

func TestContract(t *testing.T) {
	t.Parallel()
	ledgertest.Run(t, func(t *testing.T) send.Ledger { return open(t, filepath.Join(t.TempDir(), "ledger")) })
}

func TestMove(t *testing.T) {
	t.Parallel()
	ledgertest.Move(t, func(t *testing.T) send.Movable { return open(t, filepath.Join(t.TempDir(), "ledger")) })
}

func open(t testing.TB, path string) *bolt.Ledger {
	t.Helper()
	l, err := bolt.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}
