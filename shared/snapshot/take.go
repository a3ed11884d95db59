package snapshot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/internal/volume"
	"sgraph.ai/send/shared/send"
)

// LedgerName is the name of the ledger's file in a data folder.
const LedgerName = "ledger.db"

const (
	// copies begins the names of the folders of copies, which are beside the ledger:
	// where that is, is room for such a file.
	copies = "ledger-copy-"
	// spare is what a copy of the ledger has to leave of the disk, in bytes.
	spare = 64 << 20
	// stale is how long after it was made a copy is one that a killed process left.
	stale = 24 * time.Hour
)

// Take makes a copy of the ledger of a data folder, as it is at one moment, whether a
// process holds it or not, and opens that: Close ends the copy. NotFound where there
// is no ledger, Unavailable where a process holds it that does not hand it out,
// Forbidden where this user may not ask that, Full.
func Take(ctx context.Context, dir string) (*Copy, error) {
	if _, err := os.Stat(filepath.Join(dir, LedgerName)); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, send.Because(send.NotFound, err, "there is no ledger in the folder %s", dir)
		}
		return nil, denied(err, dir)
	}
	removeStale(dir)
	aside, err := os.MkdirTemp(dir, copies)
	if err != nil {
		return nil, denied(err, dir)
	}
	c := &Copy{folder: aside, Path: filepath.Join(aside, LedgerName)}
	if err = take(ctx, dir, c.Path); err == nil {
		c.Ledger, err = bolt.Open(c.Path)
	}
	if err != nil {
		os.RemoveAll(aside)
		return nil, err
	}
	return c, nil
}

// Copy is a copy of a ledger, which nobody else writes to.
type Copy struct {
	*bolt.Ledger
	Path string // of its file

	folder string
}

// Close ends the copy.
func (c *Copy) Close() error { return errors.Join(c.Ledger.Close(), os.RemoveAll(c.folder)) }

// removeStale removes the copies that killed processes left.
func removeStale(dir string) {
	left, _ := filepath.Glob(filepath.Join(dir, copies+"*"))
	for _, path := range left {
		if info, err := os.Stat(path); err == nil && time.Since(info.ModTime()) > stale {
			os.RemoveAll(path)
		}
	}
}

func take(ctx context.Context, dir, path string) error {
	body, size, err := ask(ctx, dir)
	if err != nil && ctx.Err() == nil && send.CodeOf(err) == send.Internal && !errors.Is(err, fs.ErrPermission) {
		return takeOwn(dir, path) // nobody is there
	}
	if err != nil {
		return denied(err, dir)
	}
	defer body.Close()
	return write(path, size, func(f io.Writer) (int64, error) { return io.Copy(f, body) })
}

// ask asks the process that holds the ledger for it.
func ask(ctx context.Context, dir string) (body io.ReadCloser, size int64, err error) {
	at, release, err := address(dir)
	if err != nil {
		return nil, 0, err
	}
	defer release()
	c := http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", at)
		},
		DisableKeepAlives: true,
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://ledger"+route, nil)
	if err != nil {
		return nil, 0, err
	}
	res, err := c.Do(req)
	if err != nil {
		return nil, 0, err
	}
	if res.StatusCode != http.StatusOK || res.ContentLength < 0 {
		said, _ := io.ReadAll(io.LimitReader(res.Body, 1<<10))
		res.Body.Close()
		return nil, 0, send.Fail(send.Unavailable, "the process that holds the ledger does not hand it out: %s",
			strings.TrimSpace(string(said)))
	}
	return res.Body, res.ContentLength, nil
}

// takeOwn copies a ledger that no process holds.
func takeOwn(dir, path string) error {
	l, err := bolt.Open(filepath.Join(dir, LedgerName))
	if err != nil {
		return err
	}
	defer l.Close()
	return l.Snapshot(func(size int64, file io.WriterTo) error { return write(path, size, file.WriteTo) })
}

// write makes the file of a copy, which is to have that many bytes.
func write(path string, size int64, fill func(io.Writer) (int64, error)) error {
	if left, _, err := volume.Room(filepath.Dir(path)); err == nil && left < size+spare {
		return send.Fail(send.Full, "the disk has no room for a copy of the ledger, which has %d bytes", size)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	n, err := fill(f)
	if err = errors.Join(err, f.Close()); err == nil && n != size {
		err = io.ErrUnexpectedEOF
	}
	switch {
	case volume.Full(err):
		return send.Because(send.Full, err, "the disk has no room for a copy of the ledger, which has %d bytes", size)
	case err != nil:
		return send.Because(send.Unavailable, err, "the ledger could not be copied")
	}
	return nil
}

// denied says to whom the data belongs.
func denied(err error, dir string) error {
	if _, own := errors.AsType[*send.Error](err); own {
		return err
	}
	if errors.Is(err, fs.ErrPermission) {
		return send.Because(send.Forbidden, err,
			"the folder %s belongs to another user: run this as the user the service runs as, or as root", dir)
	}
	return fmt.Errorf("the folder %s cannot be used: %w", dir, err)
}
