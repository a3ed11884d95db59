package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"sgraph.ai/send/shared/internal/volume"
	"sgraph.ai/send/shared/send"
)

// lockPatience is how long Open waits for another process to let go of the
// file: long enough for a restart, short enough to be told.
const lockPatience = 2 * time.Second

var bucketName = []byte("records")

// file is the durable home.
type file struct {
	db        *bbolt.DB
	sweepMost int // records that one sweep looks at

	// Writers queue here; the one that holds committing commits for all of
	// the queue. So nobody ever waits for company, and under load every
	// sync carries as many writes as arrived during the one before.
	committing sync.Mutex
	mu         sync.Mutex
	queue      []*change
}

type change struct {
	do   func(table) error
	err  error
	done bool
}

func openFile(path string) (*file, error) {
	var db *bbolt.DB
	err := guard(func() (err error) {
		db, err = bbolt.Open(path, 0o600, &bbolt.Options{Timeout: lockPatience, FreelistType: bbolt.FreelistMapType})
		if err != nil {
			return err
		}
		if err = prepare(db); err != nil {
			db.Close()
		}
		return err
	})
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, send.Because(send.Unavailable, err,
			"the ledger %s is in use: another process holds it, such as a service or `sgsend serve` that is still running", path)
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum),
		errors.Is(err, bolterrors.ErrVersionMismatch), errors.Is(err, errDamaged):
		return nil, send.Because(send.Internal, err,
			"the ledger %s is damaged or is no ledger; restore it from a backup, or move it away to begin with an empty "+
				"one: files that it does not know stay until you say in the way that the log tells that they may go", path)
	case volume.Full(err):
		return nil, send.Because(send.Full, err, "the ledger %s cannot be made: the disk is full", path)
	case err != nil:
		return nil, send.Because(send.Internal, err, "the ledger %s cannot be opened", path)
	}
	_ = volume.SyncFolder(filepath.Dir(path)) // so that a new file is found after a loss of power; not every system can
	return &file{db: db, sweepMost: sweepMost}, nil
}

// prepare makes the bucket of a new file. Of one that is not new it checks that
// it is as long as its own header says: what is missing would be found only
// when it is read.
func prepare(db *bbolt.DB) error {
	info, err := os.Stat(db.Path())
	if err != nil {
		return err
	}
	fresh := false
	err = db.View(func(tx *bbolt.Tx) error {
		if info.Size() < tx.Size() {
			return fmt.Errorf("%w: %d bytes of %d", errDamaged, info.Size(), tx.Size())
		}
		fresh = tx.Bucket(bucketName) == nil
		return nil
	})
	if err != nil || !fresh {
		return err
	}
	return db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucket(bucketName)
		return err
	})
}

func (f *file) close() error { return f.db.Close() }

func (f *file) read(look func(table) error) error {
	err := guard(func() error {
		return f.db.View(func(tx *bbolt.Tx) error { return look(&rows{b: tx.Bucket(bucketName)}) })
	})
	return failed(err, "read")
}

// page returns so many records from a key on, and where the next page begins.
func (f *file) page(first send.Key, size int) (rs []send.Record, next send.Key, more bool, err error) {
	err = f.read(func(t table) error {
		return t.(*rows).from(first, func(r send.Record) bool {
			if len(rs) == size {
				next, more = r.Key, true
				return false
			}
			rs = append(rs, r)
			return true
		})
	})
	return rs, next, more, err
}

func (f *file) write(do func(table) error) error {
	c := &change{do: do}
	f.mu.Lock()
	f.queue = append(f.queue, c)
	f.mu.Unlock()

	f.committing.Lock()
	defer f.committing.Unlock()
	if !c.done { // nobody took it along
		f.mu.Lock()
		batch := f.queue
		f.queue = nil
		f.mu.Unlock()
		f.commit(batch)
	}
	return c.err
}

// errUnchanged spares a batch that decided against every change the sync.
var errUnchanged = errors.New("nothing changed")

func (f *file) commit(batch []*change) {
	err := guard(func() error {
		return f.db.Update(func(tx *bbolt.Tx) error {
			t := &rows{b: tx.Bucket(bucketName)}
			for _, c := range batch {
				c.err = c.do(t)
				if t.fault != nil {
					return t.fault
				}
			}
			if !t.changed {
				return errUnchanged
			}
			return nil
		})
	})
	if errors.Is(err, errUnchanged) {
		err = nil
	}
	for _, c := range batch {
		if err != nil {
			c.err = failed(err, "written")
		}
		c.done = true
	}
}

// rows is the table of one transaction.
type rows struct {
	b       *bbolt.Bucket
	changed bool
	fault   error // a change that may be half made: the batch must not be committed
}

func (t *rows) get(k send.Key) (send.Record, bool, error) {
	v := t.b.Get(rowKey(k))
	if v == nil {
		return send.Record{}, false, nil
	}
	r, err := decode(k, v)
	return r, true, err
}

func (t *rows) put(r send.Record) error {
	t.changed = true
	t.fault = t.b.Put(rowKey(r.Key), encode(r))
	return t.fault
}

func (t *rows) remove(k send.Key) error {
	t.changed = true
	t.fault = t.b.Delete(rowKey(k))
	return t.fault
}

func (t *rows) each(set, after string, yield func(send.Record) bool) error {
	return t.from(send.Key{Set: set, ID: after}, func(r send.Record) bool {
		return r.Key.Set == set && (r.Key.ID == after || yield(r))
	})
}

// from hands over the records from a key on, in order of set and ID, until
// yield returns false.
func (t *rows) from(first send.Key, yield func(send.Record) bool) error {
	c := t.b.Cursor()
	for k, v := c.Seek(rowKey(first)); k != nil; k, v = c.Next() {
		r, err := decode(keyOf(k), v)
		if err != nil {
			return err
		}
		if !yield(r) {
			break
		}
	}
	return nil
}

// rowKey sorts by set, then by ID: no set has a NUL.
func rowKey(k send.Key) []byte { return []byte(k.Set + "\x00" + k.ID) }

// keyOf is the key of which [rowKey] made a row's.
func keyOf(row []byte) send.Key {
	set, id, _ := bytes.Cut(row, []byte{0})
	return send.Key{Set: string(set), ID: string(id)}
}

var errDamaged = errors.New("the file is damaged")

// guard turns what bbolt does on a damaged file, a panic or a fault of memory,
// into an error.
func guard(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errDamaged, p)
		}
	}()
	return f()
}

// failed makes an error of the file the caller's; decisions pass.
func failed(err error, verb string) error {
	_, decided := errors.AsType[*send.Error](err)
	switch {
	case err == nil, decided, errors.Is(err, send.ErrRepeated):
		return err
	case volume.Full(err):
		return send.Because(send.Full, err, "the disk is full")
	case errors.Is(err, errDamaged):
		return send.Because(send.Internal, err, "the ledger cannot be %s", verb)
	}
	return send.Because(send.Unavailable, err, "the ledger cannot be %s", verb)
}
