package backup

import (
	"bytes"
	"testing"

	"sgraph.ai/send/cli/internal/machine"
)

// backup closes a machine and returns a backup of it.
func backup(t testing.TB, m *machine.Machine) []byte {
	t.Helper()
	m.Ledger.Close()
	var b bytes.Buffer
	if _, err := Write(t.Context(), &b, source(m), silent); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func source(m *machine.Machine) Source {
	return Source{Dir: m.Dir, Secrets: append([]string{"none"}, machine.Secrets...)}
}

func silent(int64, int64) {}
