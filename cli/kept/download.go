// Package kept keeps downloads and uploads in folders, so that they outlive the
// process that began them: of an upload what it takes to go on with it, which is
// in one file; see [Upload]. Of a download it keeps the claim, by which the service
// goes on with it and does not count it again, and what has arrived.
//
// That is in two hidden files, which only their owner can read: .sgsend-ID.claim
// is the journal, in which no key is, and .sgsend-ID.part has the bytes. A file
// of version 2 that is large is in the part as its content, opened segment by
// segment; all else as it was sealed. Nothing of it is believed: what is there
// has a proof for every chunk, and what does not pass is fetched again. So it
// may end at any moment, by a signal, a full disk, or a loss of power.
package kept

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
)

// ErrBusy says that another process is at a download.
var ErrBusy = errors.New("another sgsend is receiving this transfer there")

// Download is a download that a folder keeps, locked for this process. It is the
// [client.Claims] of its transfer.
type Download struct {
	journal
	dir, server, id string
	key             envelope.Secret
	seen            []byte // how the sealed file begins that the key does not open; nil = not known
	twin            *Download
	part            *os.File
	good            int    // chunks of those that were there, which are what they were
	placed          string // see Placed
}

const (
	prefix  = ".sgsend-"
	ofClaim = ".claim"
	ofPart  = ".part"
)

// Open opens the download of a transfer that a folder keeps, or begins to keep
// one, which proves that files can be made there. What is too old of other
// downloads is removed. ErrBusy; Conflict where the folder keeps a download of
// that ID from another service, which must not see its permit.
func Open(dir, server, id string, key envelope.Secret) (*Download, error) {
	Clear(dir)
	d := &Download{dir: dir, server: server, id: id, key: key}
	var err error
	if d.file, err = openOwn(d.path(ofClaim)); errors.Is(err, errNotOwn) {
		err = fmt.Errorf("%s is %w: delete it", d.path(ofClaim), err)
	}
	if err != nil {
		return nil, err
	}
	if err := d.read(); err != nil {
		d.file.Close()
		return nil, err
	}
	if d.claim.Stale(time.Now()) {
		d.claim = client.Claim{}
	}
	if there := d.claim.Server; there != "" && there != server {
		d.file.Close()
		return nil, send.Fail(send.Conflict, "a download of this transfer was begun there from %s: "+
			"name that with --server to go on with it, or delete %s", there, d.path(ofClaim))
	}
	d.Unlock(key)
	return d, nil
}

// Unlock says what opens the file, where it is another key than Open was told: one
// that a passphrase was mixed into.
func (d *Download) Unlock(key envelope.Secret) {
	d.key, d.placed = key, ""
	if d.isPlaced() {
		d.placed = d.name
	}
	d.good = d.proven()
	if d.twin != nil {
		d.twin.key = key
	}
}

// Stretch says how the passphrase is stretched that the file asks for, as far as it
// has arrived; false where it asks for none, or nothing is known of it.
func (d *Download) Stretch() (envelope.Stretch, bool, error) {
	head := d.seen
	switch {
	case head != nil:
	case d.form == opened:
		head = d.head
	case d.form == sealed && d.openPart() == nil:
		head = make([]byte, envelope.V3.StreamHead())
		n, _ := d.part.ReadAt(head, 0)
		head = head[:n]
	}
	return envelope.StretchOf(head)
}

// Claim is what the service knows the download by.
func (d *Download) Claim() client.Claim { return d.claim }

func (d *Download) path(suffix string) string { return filepath.Join(d.dir, prefix+d.id+suffix) }

var errNotOwn = errors.New("not a file of this user alone")

// openOwn opens a file, or makes it, so that nobody else can read it, and locks
// it. It is the one of that name.
func openOwn(path string) (*os.File, error) {
	for {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			if f, err = reopen(path); errors.Is(err, fs.ErrNotExist) {
				continue // it was removed just then
			}
		}
		if err != nil {
			return nil, err
		}
		if err := lock(f); err != nil {
			f.Close()
			return nil, err
		}
		info, err := f.Stat()
		if err != nil {
			f.Close()
			return nil, err
		}
		if now, err := os.Lstat(path); err == nil && os.SameFile(now, info) {
			return f, nil
		}
		f.Close() // who had it before was done with it
	}
}

// reopen opens a file that is there already.
func reopen(path string) (*os.File, error) {
	made, err := madeIn(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|noFollow, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !own(info, made) {
		err = errNotOwn
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	_ = f.Chmod(0o600) // it may have been about to take its name
	return f, nil
}

// madeIn says what a file is like that this process makes in a folder.
func madeIn(dir string) (fs.FileInfo, error) {
	f, err := os.CreateTemp(dir, prefix+"*.new")
	if err != nil {
		return nil, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	return f.Stat()
}

// Clear removes from a folder what is kept there of downloads that no service
// goes on with any more.
func Clear(dir string) {
	found, _ := filepath.Glob(filepath.Join(escaped(dir), prefix+"*"+ofClaim))
	for _, path := range found {
		info, err := os.Lstat(path)
		if err != nil || !info.Mode().IsRegular() || time.Since(info.ModTime()) < client.Useless {
			continue
		}
		f, err := openOwn(path)
		if err != nil {
			continue
		}
		os.Remove(strings.TrimSuffix(path, ofClaim) + ofPart)
		os.Remove(path)
		f.Close()
	}
}

// escaped is a path as a pattern that only it matches.
func escaped(path string) string {
	if filepath.Separator == '\\' {
		return path // there is no escaping in patterns there, and no such name
	}
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// Begun returns when the download was counted that can be gone on with; false
// where none was.
func (d *Download) Begun() (time.Time, bool) { return d.claim.Begun, d.claim.Counted() }

// Until returns when the service will go on with it no longer.
func (d *Download) Until() time.Time { return d.claim.Until() }

// Share makes two folders keep the same claim, which is the later of theirs:
// that of the target, where what arrives is, and one where it is found for
// whatever target.
func (d *Download) Share(other *Download) {
	if other == nil {
		return
	}
	if other.claim.Begun.After(d.claim.Begun) {
		d.Save(other.claim)
	} else if d.claim.ID != "" {
		other.Save(d.claim)
	}
	d.twin = other
}

// Load is of [client.Claims].
func (d *Download) Load(server, id string) (client.Claim, bool) {
	return d.claim, d.claim.ID == id && d.claim.Server == server
}

// Save is of [client.Claims].
func (d *Download) Save(claim client.Claim) {
	if d.twin != nil {
		d.twin.Save(claim) // first: it is found there for whatever target
	}
	if d.addClaim(claim) == nil {
		syncFolder(d.dir)
	}
	d.claim = claim // whether or not it could be written
}

// Drop is of [client.Claims]. What has arrived serves another claim, too.
func (d *Download) Drop(server, id string) {
	_ = d.add("claim", "{}")
	if d.twin != nil {
		d.twin.Drop(server, id)
	}
}

// Remove ends the keeping: the download is done, or will never be.
func (d *Download) Remove() {
	if d.twin != nil {
		d.twin.Remove()
		d.twin = nil
	}
	if d.part != nil {
		d.part.Close()
		d.part = nil
	}
	os.Remove(d.path(ofPart))
	_ = d.file.Truncate(0) // who waits for it finds nothing
	os.Remove(d.path(ofClaim))
	d.file.Close()
	os.Remove(d.path(ofClaim)) // where what is open cannot be removed
}

// Close leaves what there is to keep.
func (d *Download) Close() {
	if d.claim.ID == "" && len(d.chunks) == 0 {
		d.Remove()
		return
	}
	if d.twin != nil {
		d.twin.Close()
	}
	if d.part != nil {
		d.part.Close()
	}
	d.file.Close()
}

// syncFolder makes the names in a folder outlive a loss of power, where it can.
func syncFolder(dir string) {
	if f, err := os.Open(dir); err == nil {
		_ = f.Sync()
		f.Close()
	}
}
