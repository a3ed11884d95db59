// Package disk keeps objects as files in a folder.
//
//	objects/<shard>/<object>     whole objects
//	uploads/<id>,<object>/       the parts of uploads that are open: see below
//	temporary/                   what is being written; emptied by Open
//	lock                         held by the process that uses the store
//
// Of an upload:
//
//	whole=<size>                 parts, each where it will stand in the object, in a slot of that size
//	00001=<size>                 part 1 is there, and has so many bytes
//	00002                        part 2, which fits no slot
//
// A name is the object's key with "," for "/". Everything is written aside and
// renamed into place, so that no name ever stands for half an object, and what
// a killed process left is removed by the next one. Files are for this user
// only.
package disk

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"

	"sgraph.ai/send/shared/internal/volume"
	"sgraph.ai/send/shared/send"
)

// Store is a [send.Store] in a folder. Beyond the interface's contract, every
// method that takes a key returns Invalid for what is none: empty, longer than
// 200 bytes, or with other than segments of [A-Za-z0-9._-].
type Store struct {
	// Spare, when set, is how many bytes of its volume are left to others, such
	// as the ledger beside it, at most a sixteenth of the whole: what would take
	// of them is refused as on a full disk. Set it before the store is used.
	Spare int64

	objects, uploads, temporary string

	stamp atomic.Int64 // the last modification time given, in nanoseconds
}

var _ send.Store = (*Store)(nil)

// Open opens the store in a folder, which is made if it is not there. The folder
// is this process's until it ends: Unavailable when it is another's. What a
// killed process left half written is removed.
func Open(root string) (*Store, error) {
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, failed(err)
	}
	first, err := own(root)
	if err != nil {
		return nil, err
	}
	s := in(root)
	if first {
		if err := os.RemoveAll(s.temporary); err != nil {
			return nil, failed(err)
		}
	}
	return s, s.make()
}

// View opens the store in a folder to read it, beside the process whose the folder
// is. Nothing may be written to it.
func View(root string) *Store { return in(root) }

// Fill opens a new store in a folder that nobody else knows yet, and that may be moved
// when it is filled.
func Fill(root string) (*Store, error) {
	if err := os.Mkdir(root, 0o700); err != nil {
		return nil, failed(err)
	}
	s := in(root)
	return s, s.make()
}

func in(root string) *Store {
	if absolute, err := filepath.Abs(root); err == nil {
		root = absolute // what is known of uploads that are open is known by their folders
	}
	return &Store{
		objects:   filepath.Join(root, "objects"),
		uploads:   filepath.Join(root, "uploads"),
		temporary: filepath.Join(root, "temporary"),
	}
}

// make makes the folders that are not there.
func (s *Store) make() error {
	for _, dir := range []string{s.objects, s.uploads, s.temporary} {
		if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return failed(err)
		}
	}
	return nil
}

// Open implements [send.Store].
func (s *Store) Open(_ context.Context, key string, span send.Span) (io.ReadCloser, send.Object, error) {
	path, err := s.path(key)
	if err != nil {
		return nil, send.Object{}, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, send.Object{}, missing(err)
	}
	o, err := s.position(f, span)
	if err != nil {
		f.Close()
		return nil, send.Object{}, err
	}
	return f, o, nil
}

func (s *Store) position(f *os.File, span send.Span) (send.Object, error) {
	info, err := f.Stat()
	if err != nil {
		return send.Object{}, failed(err)
	}
	if span.Offset < 0 || span.Offset > 0 && span.Offset >= info.Size() {
		return send.Object{}, send.Fail(send.Invalid, "the range begins after the end")
	}
	if span.Offset > 0 {
		if _, err := f.Seek(span.Offset, io.SeekStart); err != nil {
			return send.Object{}, failed(err)
		}
	}
	return object(info), nil
}

// Stat implements [send.Store].
func (s *Store) Stat(_ context.Context, key string) (send.Object, error) {
	path, err := s.path(key)
	if err != nil {
		return send.Object{}, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return send.Object{}, missing(err)
	}
	return object(info), nil
}

// Settle implements [send.Store].
func (s *Store) Settle(_ context.Context, key string) error {
	path, err := s.path(key)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return missing(err)
	}
	err = f.Sync()
	if err = errors.Join(err, f.Close()); err != nil {
		return failed(err)
	}
	// The file's name, and its folder's, which may be new as well.
	for _, dir := range []string{filepath.Dir(path), s.objects} {
		if err := volume.SyncFolder(dir); err != nil {
			return missing(err)
		}
	}
	return nil
}

// Delete implements [send.Store].
func (s *Store) Delete(_ context.Context, key string) error {
	path, err := s.path(key)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return failed(err)
	}
	emptying.Lock()
	defer emptying.Unlock()
	_ = os.Remove(filepath.Dir(path)) // succeeds only for the last one in it
	return nil
}

// Room says whether there is room for uploads; Full.
func (s *Store) Room() error { return s.room(1) }

// room says whether n more bytes can be written. Where the system cannot tell it
// is found out by writing them.
func (s *Store) room(n int64) error {
	if s.Spare == 0 {
		return nil
	}
	left, all, err := volume.Room(s.temporary)
	if err == nil && left-n < min(s.Spare, all/16) {
		return send.Fail(send.Full, "the disk is full, but for what the service needs itself")
	}
	return nil
}

// ended says whether nobody waits for the outcome any more.
func ended(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return send.Because(send.Unavailable, err, "the request ended before the disk was done")
	}
	return nil
}

func missing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return send.Because(send.NotFound, err, "no such object")
	}
	return failed(err)
}

// failed makes an error of the file system the caller's.
func failed(err error) error {
	if err == nil {
		return nil
	}
	if volume.Full(err) {
		return send.Because(send.Full, err, "the disk is full")
	}
	return send.Because(send.Unavailable, err, "the disk cannot be used")
}
