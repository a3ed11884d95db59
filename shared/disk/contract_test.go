package disk_test

import (
	"testing"

	"sgraph.ai/send/shared/disk"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/storetest"
)

func TestContract(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) send.Store { return open(t, t.TempDir()) })
}

func open(t testing.TB, root string) *disk.Store {
	t.Helper()
	s, err := disk.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
