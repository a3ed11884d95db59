package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/snapshot"
	"sgraph.ai/send/shared/storage"
)

// Check reads a backup to its end, and keeps nothing of it. ErrDamaged.
func Check(ctx context.Context, from io.Reader, progress Progress) (Summary, error) {
	dir, err := os.MkdirTemp("", "sgsend-check-")
	if err != nil {
		return Summary{}, err
	}
	defer os.RemoveAll(dir)
	return read(ctx, from, look{dir}, progress)
}

// look is the place of a backup that is only looked at: what is read of it twice is
// kept aside for as long.
type look struct{ dir string }

func (l look) ledger(body io.Reader) (func() (*bolt.Ledger, error), error) {
	return keepLedger(l.dir, body)
}

func (look) secret(string, io.Reader) error { return nil }

func (look) trail(context.Context, string, io.Reader, int64) error { return nil }

func (look) object(context.Context, string, io.Reader, int64) error { return nil }

func keepLedger(dir string, body io.Reader) (open func() (*bolt.Ledger, error), err error) {
	path := filepath.Join(dir, snapshot.LedgerName)
	open = func() (*bolt.Ledger, error) { return bolt.Open(path) }
	return open, keepFile(path, body)
}

func keepFile(path string, body io.Reader) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, body)
	return errors.Join(err, f.Close())
}

// Restore makes a data folder of a backup, once all of it was read and found to be as
// it was written; before that nothing of it is anywhere else than in the folder
// [storage.Restoring] of it, while which is there no service starts. A folder that has
// something in it is refused, unless replace says that its data may go: then that is
// kept aside, in the folder that is returned. ErrDamaged.
func Restore(
	ctx context.Context, from io.Reader, dir string, replace bool, progress Progress,
) (sum Summary, aside string, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return sum, "", err
	}
	empty, err := isEmpty(dir)
	if err != nil {
		return sum, "", err
	}
	if !empty && !replace {
		return sum, "", send.Fail(send.Conflict,
			"the folder %s is not empty; to put the backup in the place of what is there, which is kept aside, "+
				"say --replace", dir)
	}
	free, err := take(dir)
	if err != nil {
		return sum, "", err
	}
	defer free()
	staging := filepath.Join(dir, storage.Restoring)
	if err := os.Mkdir(staging, 0o700); err != nil {
		if errors.Is(err, fs.ErrExist) {
			err = send.Because(send.Conflict, err, "another restore is under way, or was interrupted; "+
				"if there is none, remove the folder %s, and begin again", staging)
		}
		return sum, "", err
	}
	sum, err = fill(ctx, from, staging, progress)
	if err == nil {
		err = giveTo(dir, staging)
	}
	if err == nil {
		err = settle()
	}
	if err != nil {
		return sum, "", errors.Join(err, os.RemoveAll(staging))
	}
	free()
	if aside, err = exchange(dir, staging); err != nil {
		err = fmt.Errorf("the folder %s is not whole: what is missing is in %s, which keeps the service from starting: %w",
			dir, staging, err)
	}
	return sum, aside, err
}

// replaced begins the names of the folders of what was there before.
const replaced = "replaced-"

// isEmpty says whether nothing is in a folder but what is always there, or what
// Restore itself leaves, and says of, there.
func isEmpty(dir string) (bool, error) {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		name := e.Name()
		if name != "lost+found" && name != storage.Restoring && !strings.HasPrefix(name, replaced) {
			return false, nil
		}
	}
	return true, err
}

// take keeps services from a ledger that is in the way. Unavailable where one has it;
// one that is damaged nobody can have.
func take(dir string) (free func(), err error) {
	free = func() {}
	path := filepath.Join(dir, snapshot.LedgerName)
	if _, missing := os.Stat(path); missing == nil {
		var l *bolt.Ledger
		if l, err = bolt.Open(path); err == nil {
			return func() { l.Close() }, nil
		}
		if send.CodeOf(err) != send.Unavailable {
			err = nil
		}
	}
	return free, err
}

// fill makes a data folder of a backup.
func fill(ctx context.Context, from io.Reader, dir string, progress Progress) (Summary, error) {
	transfers, trail, err := storage.Fill(dir)
	if err != nil {
		return Summary{}, err
	}
	sum, err := read(ctx, from, folder{dir, transfers, trail}, progress)
	if err != nil {
		return sum, err
	}
	if sum.Elsewhere { // and so is what knows the ledger
		return sum, nil
	}
	l, err := bolt.Open(filepath.Join(dir, snapshot.LedgerName))
	if err != nil {
		return sum, err
	}
	return sum, errors.Join(send.KeepPair(ctx, l, transfers), l.Close())
}

// folder is a data folder that is made of a backup.
type folder struct {
	dir              string
	transfers, cache send.Store
}

func (f folder) ledger(body io.Reader) (func() (*bolt.Ledger, error), error) {
	return keepLedger(f.dir, body)
}

func (f folder) secret(name string, body io.Reader) error {
	return keepFile(filepath.Join(f.dir, name), body)
}

func (f folder) trail(ctx context.Context, key string, body io.Reader, size int64) error {
	_, err := f.cache.Put(ctx, key, body, size)
	return err
}

func (f folder) object(ctx context.Context, key string, body io.Reader, size int64) error {
	_, err := f.transfers.Put(ctx, key, body, size)
	return err
}

// exchange puts what was made in the place of what is there of the same names, the
// ledger last.
func exchange(dir, staging string) (aside string, err error) {
	made, err := os.ReadDir(staging)
	if err != nil {
		return "", err
	}
	var names []string
	for _, e := range made {
		if e.Name() != snapshot.LedgerName {
			names = append(names, e.Name())
		}
	}
	names = append(names, snapshot.LedgerName)
	for _, name := range names {
		if aside, err = putAside(dir, name, aside); err != nil {
			return aside, fmt.Errorf("what was there could not be put aside: %w", err)
		}
	}
	for _, name := range names {
		if err := os.Rename(filepath.Join(staging, name), filepath.Join(dir, name)); err != nil {
			return aside, err
		}
	}
	if err := settle(); err != nil {
		return aside, err
	}
	return aside, os.Remove(staging)
}

// putAside puts what is there under a name into the folder of what was replaced, which
// it makes where there is none yet.
func putAside(dir, name, aside string) (string, error) {
	from := filepath.Join(dir, name)
	if _, err := os.Lstat(from); errors.Is(err, fs.ErrNotExist) {
		return aside, nil
	}
	if aside == "" {
		aside = filepath.Join(dir, replaced+time.Now().UTC().Format("20060102T150405Z"))
		if err := os.Mkdir(aside, 0o700); err != nil {
			return "", err
		}
	}
	return aside, os.Rename(from, filepath.Join(aside, name))
}
