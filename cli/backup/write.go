package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/snapshot"
	"sgraph.ai/send/shared/storage"
	"sgraph.ai/send/shared/version"
)

// Source is what is backed up: a data folder, whether a service runs on it or not.
type Source struct {
	Dir     string
	Secrets []string // names of files in it

	// LedgerOnly says that the bytes and the trail are not in it, but in buckets. So it
	// is, too, where there is no folder of theirs.
	LedgerOnly bool
}

// Write writes a backup. What [snapshot.Take] returns, and what is wrong with a file.
func Write(ctx context.Context, to io.Writer, from Source, progress Progress) (Summary, error) {
	return write(ctx, to, from, time.Now(), progress)
}

// write is Write at a time: what was acknowledged before is in the backup.
func write(ctx context.Context, to io.Writer, from Source, at time.Time, progress Progress) (Summary, error) {
	at = at.UTC().Truncate(time.Second)
	ledger, err := snapshot.Take(ctx, from.Dir)
	if err != nil {
		return Summary{}, err
	}
	defer ledger.Close()
	from.LedgerOnly = from.LedgerOnly || !storage.HasBytes(from.Dir)
	ledger.Now = func() time.Time { return at } // what it could forget since then, who reads the backup looks for
	w := &writer{ctx: ctx, tar: tar.NewWriter(to), tell: progress, sum: Summary{At: at}}
	if err := w.all(from, ledger); err != nil {
		return w.sum, err
	}
	if err := w.tar.Close(); err != nil {
		return w.sum, err
	}
	w.sum.Broken, err = w.broken(from)
	return w.sum, err
}

// broken counts those of the transfers that lost their bytes that are still there to
// be downloaded: nobody removed those.
func (w *writer) broken(from Source) (n int64, err error) {
	if len(w.lost) == 0 {
		return 0, nil
	}
	now, err := snapshot.Take(w.ctx, from.Dir)
	if err != nil {
		return 0, err
	}
	defer now.Close()
	for _, key := range w.lost {
		r, err := now.Get(w.ctx, key)
		if err != nil && send.CodeOf(err) != send.NotFound {
			return n, err
		}
		if err == nil && r.State == string(send.Completed) && !r.Expired(now.Now()) && !r.Exhausted() {
			n++
		}
	}
	return n, nil
}

type writer struct {
	ctx  context.Context
	tar  *tar.Writer
	tell Progress

	list  list
	sum   Summary
	total int64      // about how many bytes there will be
	lost  []send.Key // some of the transfers whose bytes are not there
}

func (w *writer) all(from Source, ledger *snapshot.Copy) error {
	info, err := os.Stat(ledger.Path)
	if err != nil {
		return err
	}
	w.total = info.Size()
	if w.sum.Elsewhere = from.LedgerOnly; !from.LedgerOnly {
		for r, err := range send.TransferRecords(w.ctx, ledger) {
			if err != nil {
				return err
			}
			_, size, err := send.Objects(r)
			if err != nil {
				return err
			}
			w.total += size
		}
	}
	about := begin{format, "sgsend " + version.Version, w.sum.At, w.total, from.LedgerOnly}
	if err := w.small(beginName, about); err != nil {
		return err
	}
	if err := w.file(ledgerName, ledger.Path); err != nil {
		return err
	}
	for _, name := range from.Secrets {
		err := w.file(secretsDir+name, filepath.Join(from.Dir, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := w.flush(); err != nil { // so that the ledger can be believed before it is looked into
		return err
	}
	transfers, trail := storage.View(from.Dir)
	if !from.LedgerOnly {
		if err := w.trail(ledger, trail); err != nil {
			return err
		}
	}
	if err := w.transfers(ledger, transfers); err != nil {
		return err
	}
	if err := w.flush(); err != nil {
		return err
	}
	w.sum.Digest = w.list.last
	return w.small(endName, end{w.sum.Files, w.sum.Bytes, w.list.last})
}

func (w *writer) trail(ledger send.Ledger, store send.Store) error {
	trail := audit.Trail{Ledger: ledger, Store: store}
	for e, err := range trail.Objects(w.ctx) {
		if err != nil {
			return err
		}
		// What the retention removed meanwhile is not missed.
		if _, err := w.object(trailDir, e.Key, store); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) transfers(ledger send.Ledger, store send.Store) error {
	for r, err := range send.TransferRecords(w.ctx, ledger) {
		if err != nil {
			return err
		}
		keys, _, err := send.Objects(r)
		if err != nil {
			return err
		}
		if r.State == string(send.Completed) {
			w.sum.Transfers++
		}
		if w.sum.Elsewhere {
			continue
		}
		for _, key := range keys {
			there, err := w.object(objectsDir, key, store)
			if err != nil {
				return err
			}
			if there {
				continue
			}
			if _, lost, err := send.Lose(r, key); err != nil {
				return err
			} else if lost {
				w.sum.Lost++
				if len(w.lost) < lostMost {
					w.lost = append(w.lost, r.Key)
				}
			}
		}
	}
	return nil
}

// object adds an object, if it is there.
func (w *writer) object(dir, key string, store send.Store) (there bool, err error) {
	body, o, err := store.Open(w.ctx, key, send.Whole)
	if send.CodeOf(err) == send.NotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer body.Close()
	return true, w.add(dir+key, o.Size, body)
}

func (w *writer) file(name, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return w.add(name, info.Size(), f)
}

func (w *writer) small(name string, value any) error {
	content, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return w.add(name, int64(len(content))+1, bytes.NewReader(append(content, '\n')))
}

// add adds a file, and the checksums of those before it where there are enough.
func (w *writer) add(name string, size int64, body io.Reader) error {
	if err := w.put(name, size, body); err != nil {
		return err
	}
	if w.list.files < listMost {
		return nil
	}
	return w.flush()
}

// flush adds the checksums of the files since those before.
func (w *writer) flush() error {
	name, content := w.list.end()
	return w.put(name, int64(len(content)), bytes.NewReader(content))
}

func (w *writer) put(name string, size int64, body io.Reader) error {
	h := tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: w.sum.At}
	if err := w.tar.WriteHeader(&h); err != nil {
		return err
	}
	f := &counted{w: w.tar, hash: sha256.New(), told: func(n int64) error {
		w.sum.Bytes += n
		w.tell(w.sum.Bytes, w.total)
		return context.Cause(w.ctx)
	}}
	n, err := io.Copy(f, io.LimitReader(body, size))
	if err == nil && n < size {
		err = fmt.Errorf("%s became shorter while it was read", name)
	}
	if err != nil {
		return err
	}
	w.sum.Files++
	w.list.add(name, f.hash)
	return nil
}

// counted is what a file is written to.
type counted struct {
	w    io.Writer
	hash hash.Hash
	told func(n int64) error
}

func (c *counted) Write(b []byte) (int, error) {
	c.hash.Write(b)
	n, err := c.w.Write(b)
	if err == nil {
		err = c.told(int64(n))
	}
	return n, err
}

// list is the checksums since those before.
type list struct {
	lines  bytes.Buffer
	files  int
	number int
	last   string // hash of the file that was added last
}

func (l *list) add(name string, sum hash.Hash) {
	l.last = hex.EncodeToString(sum.Sum(nil))
	fmt.Fprintf(&l.lines, "%s  %s\n", l.last, name)
	l.files++
}

// end returns what the checksums are called, and their content, and begins the next.
func (l *list) end() (name string, content []byte) {
	l.number++
	content = slices.Clone(l.lines.Bytes())
	l.lines.Reset()
	l.files = 0
	return listName(l.number), content
}
