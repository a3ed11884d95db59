// Package backup copies what one machine keeps into one stream, while the service
// runs, and makes a data folder of that again.
//
// A backup is a tar of, in this order:
//
//	backup.json         what it is, in JSON
//	ledger.db           the ledger, as it was at one moment
//	secrets/NAME        what opens the service, where that is kept with the data
//	checksums/00000001  SHA-256 of each of the files before, as sha256sum writes them
//	trail/KEY           the objects of the audit trail, up to that moment
//	transfers/KEY       the objects that the transfers of the ledger name, in the order
//	                    of those
//	end.json            how much it was, in JSON
//
// After every thousand files and before the last there are checksums of what came
// since those before, of which the first is that of the checksums before. So the last
// ones, of which end.json has the hash, are of all, a backup that lacks its end is
// seen to, and neither who writes one nor who reads it has to keep more in memory.
//
// The ledger is copied first. An object is there before the ledger names it and goes
// after it names it no more, and what it is of never changes: whatever the copied
// ledger names was there at that moment. What is sent later is not in it. What is
// deleted before its turn comes is missing: its transfer is marked as deleted when
// the backup is restored.
package backup

import (
	"errors"
	"fmt"
	"time"
)

// The names of the entries.
const (
	beginName  = "backup.json"
	endName    = "end.json"
	ledgerName = "ledger.db"
	secretsDir = "secrets/"
	sumsDir    = "checksums/"
	trailDir   = "trail/"
	objectsDir = "transfers/"
)

const (
	// format is the form of backups.
	format = 1
	// listMost is of how many files there are checksums together.
	listMost = 1000
	// lostMost is of how many transfers without bytes it is found out why.
	lostMost = 10_000
	// smallMost is how many bytes an entry has at most that is read at once.
	smallMost = 1 << 20
	// nameMost is how many bytes the name of an entry has at most.
	nameMost = 512
)

// begin is backup.json.
type begin struct {
	Format int       `json:"sgsend_backup"`
	MadeBy string    `json:"made_by"`
	At     time.Time `json:"at"`    // of the ledger
	Bytes  int64     `json:"bytes"` // about how many there are

	// LedgerOnly says that trail and transfers are elsewhere.
	LedgerOnly bool `json:"ledger_only,omitempty"`
}

// end is end.json.
type end struct {
	Files int64  `json:"files"` // before this one
	Bytes int64  `json:"bytes"` // that they have
	Sums  string `json:"sums"`  // hex SHA-256 of the last checksums
}

// Summary is what is said of a backup.
type Summary struct {
	At        time.Time // of the ledger
	Transfers int64     // that could be downloaded, or were
	Lost      int64     // those of them whose bytes were removed while it was made
	Broken    int64     // those of the lost that could still be downloaded, if they had any; known to who made it
	Elsewhere bool      // their bytes are in a bucket, as is the trail
	Files     int64
	Bytes     int64
	Digest    string // hex SHA-256 of its last checksums, and so of all
}

// Progress is told how many bytes are done, of about how many.
type Progress func(done, total int64)

// ErrDamaged is of a backup that is not as it was written.
var ErrDamaged = errors.New("the backup is damaged")

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(format, args...))
}

func listName(number int) string { return fmt.Sprintf("%s%08d", sumsDir, number) }
