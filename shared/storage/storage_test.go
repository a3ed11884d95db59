package storage_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/storage"
)

// Where things are on a machine is known to whoever backs it up.
func TestOnDiskEverythingIsInTheFolder(t *testing.T) {
	t.Parallel()
	s := settings.Service{Mode: settings.Disk, DiskPath: filepath.Join(t.TempDir(), "data")}
	_, closer, err := storage.Ledger(s)
	if err != nil {
		t.Fatal(err)
	}
	defer closer.Close()
	transfers, links, err := storage.Transfers(s, "")
	if err != nil || links != nil {
		t.Fatalf("links %v, %v: a folder makes none", links, err)
	}
	trail, err := storage.Trail(s, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := transfers.Put(t.Context(), "transfers/a", strings.NewReader("x"), 1); err != nil {
		t.Fatal(err)
	}
	if es, err := trail.List(t.Context(), "", "", 1); err != nil || len(es) != 0 {
		t.Errorf("the trail has %v of the transfers, %v", es, err)
	}
	for _, name := range []string{"ledger.db", "transfers", "cache"} {
		if _, err := os.Stat(filepath.Join(s.DiskPath, name)); err != nil {
			t.Error(err)
		}
	}
}

// On AWS nothing is asked before the first request, or a start would hang on
// the network.
func TestOnS3NobodyIsAskedAtTheStart(t *testing.T) {
	t.Parallel()
	s := settings.Service{Mode: settings.S3, LedgerTable: "table"}
	if _, _, err := storage.Ledger(s); err != nil {
		t.Error(err)
	}
	if _, links, err := storage.Transfers(s, "bucket"); err != nil || links == nil {
		t.Errorf("links %v, %v: a bucket makes them", links, err)
	}
	if _, err := storage.Trail(s, "bucket"); err != nil {
		t.Error(err)
	}
}

func TestAnUnknownModeIsRefused(t *testing.T) {
	t.Parallel()
	s := settings.Service{Mode: "memory"}
	_, _, ledger := storage.Ledger(s)
	_, _, transfers := storage.Transfers(s, "")
	_, trail := storage.Trail(s, "")
	for _, err := range []error{ledger, transfers, trail} {
		if err == nil || !strings.Contains(err.Error(), `"memory"`) {
			t.Errorf("got %v, want an error that names the mode", err)
		}
	}
}
