package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/disk"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/snapshot"
)

// What a data folder has beside the ledger.
const (
	transfersFolder = "transfers" // the store of the ciphertext
	trailFolder     = "cache"     // the store of the audit trail

	// Restoring is there while a backup is being restored, and after that was
	// interrupted: what is beside it may be a part of the whole.
	Restoring = "restoring"
)

// HasBytes says whether a data folder is where bytes are kept, and not the ledger alone.
func HasBytes(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, transfersFolder))
	return err == nil
}

// View opens the stores of a data folder to read them beside the process whose it is.
func View(dir string) (transfers, trail send.Store) {
	return disk.View(filepath.Join(dir, transfersFolder)), disk.View(filepath.Join(dir, trailFolder))
}

// Fill makes the stores of a data folder that nobody else knows yet.
func Fill(dir string) (transfers, trail send.Store, err error) {
	if transfers, err = disk.Fill(filepath.Join(dir, transfersFolder)); err == nil {
		trail, err = disk.Fill(filepath.Join(dir, trailFolder))
	}
	return transfers, trail, err
}

// whole says whether nothing of a data folder is missing that is being restored.
func whole(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, Restoring)); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("a backup is being restored into %s, or that was interrupted: see what sgsend restore says", dir)
	}
	return nil
}

// Share hands a ledger that this process holds out to backups, until stop is called.
// Where that cannot be the service does without, and says so.
func Share(ledger send.Ledger, dir string, log *slog.Logger) (stop func()) {
	l, ok := ledger.(*bolt.Ledger)
	if !ok {
		return func() {}
	}
	offer, err := snapshot.Offer(dir, l)
	if err != nil {
		log.Warn("no backup can be made while this runs", "cause", err.Error())
		return func() {}
	}
	return func() { offer.Close() }
}
