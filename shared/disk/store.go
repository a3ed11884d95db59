// Package disk is the store on one machine: a folder.
//
// An object is a file under its own key. It is written beside the others and
// renamed into place, so that under its key it is there as a whole or not at
// all, whenever the process may end. What an earlier process left unfinished
// is removed when the store is opened.
package disk

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"sgraph.ai/send/shared/send"
)

// Store is a folder. Only one process may use it at a time.
type Store struct {
	objects string // the files, by key
	uploads string // a folder for each upload in parts
	temp    string // files that are being written
}

var _ send.Store = (*Store)(nil)

// Open opens the store in a folder, which is made where it is missing.
func Open(root string) (*Store, error) {
	s := &Store{
		objects: filepath.Join(root, "objects"),
		uploads: filepath.Join(root, "uploads"),
		temp:    filepath.Join(root, "temp"),
	}
	if err := os.RemoveAll(s.temp); err != nil {
		return nil, fmt.Errorf("the data folder cannot be cleaned: %w", err)
	}
	for _, dir := range []string{s.objects, s.uploads, s.temp} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("the data folder cannot be made: %w", err)
		}
	}
	return s, nil
}

var keyForm = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$`)

// path returns the file of a key. The form leaves no way out of the folder: no
// segment is empty or begins with a dot.
func (s *Store) path(key string) (string, error) {
	if len(key) > 512 || !keyForm.MatchString(key) {
		return "", send.Fail(send.Invalid, "not a key: %.64q", key)
	}
	return filepath.Join(s.objects, filepath.FromSlash(key)), nil
}

// Put keeps a body.
func (s *Store) Put(ctx context.Context, key string, body io.Reader, size int64) (send.Object, error) {
	path, err := s.path(key)
	if err != nil {
		return send.Object{}, err
	}
	return s.write(ctx, path, body, size)
}

// write makes a file of a body.
func (s *Store) write(ctx context.Context, path string, body io.Reader, size int64) (send.Object, error) {
	return s.create(path, func(f *os.File) error {
		n, err := copyBody(ctx, f, body)
		if err == nil && size >= 0 && n != size {
			err = send.Fail(send.Invalid, "%d bytes arrived where %d were announced", n, size)
		}
		return err
	})
}

// create makes a file that fill writes: aside first, then under its name.
func (s *Store) create(path string, fill func(*os.File) error) (o send.Object, err error) {
	f, err := os.OpenFile(filepath.Join(s.temp, rand.Text()), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return o, failure(err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if err := fill(f); err != nil {
		return o, err
	}
	info, err := f.Stat()
	if err != nil {
		return o, failure(err)
	}
	if err := f.Close(); err != nil {
		return o, failure(err)
	}
	if err := place(f.Name(), path); err != nil {
		return o, failure(err)
	}
	return object(info), nil
}

// place renames a file into a folder that may have to be made, and that a
// Delete may remove at the same moment.
func place(from, to string) error {
	for try := 0; ; try++ {
		err := os.Rename(from, to)
		if !errors.Is(err, fs.ErrNotExist) || try == 10 {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
	}
}

// object describes a file. Its inode and time change whenever another file is
// put in its place, and reading every byte for a digest would cost more than
// writing them.
func object(info fs.FileInfo) send.Object {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d/%d", info.Size(), info.ModTime().UnixNano())
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		fmt.Fprintf(h, "/%d", st.Ino)
	}
	return send.Object{Size: info.Size(), ETag: strconv.Quote(strconv.FormatUint(h.Sum64(), 16))}
}

// Open returns the file, at the span's offset.
func (s *Store) Open(_ context.Context, key string, span send.Span) (io.ReadCloser, send.Object, error) {
	path, err := s.path(key)
	if err != nil {
		return nil, send.Object{}, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, send.Object{}, failure(err)
	}
	info, err := f.Stat()
	switch {
	case err != nil:
	case info.IsDir():
		err = fs.ErrNotExist
	case span.Offset < 0 || span.Offset > info.Size():
		err = send.Fail(send.Invalid, "the bytes from %d on lie outside of %d", span.Offset, info.Size())
	case span.Offset > 0:
		_, err = f.Seek(span.Offset, io.SeekStart)
	}
	if err != nil {
		f.Close()
		return nil, send.Object{}, failure(err)
	}
	return f, object(info), nil
}

// Stat describes an object.
func (s *Store) Stat(_ context.Context, key string) (send.Object, error) {
	path, err := s.path(key)
	if err != nil {
		return send.Object{}, err
	}
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		err = fs.ErrNotExist
	}
	if err != nil {
		return send.Object{}, failure(err)
	}
	return object(info), nil
}

// Copy copies an object; the bytes do not pass through this process where the
// file system can copy.
func (s *Store) Copy(ctx context.Context, from, to string) (send.Object, error) {
	path, err := s.path(to)
	if err != nil {
		return send.Object{}, err
	}
	f, o, err := s.Open(ctx, from, send.Whole)
	if err != nil {
		return send.Object{}, err
	}
	defer f.Close()
	return s.write(ctx, path, f, o.Size)
}

// Settle writes an object, and its names up to the store's folder, through to
// the disk.
func (s *Store) Settle(_ context.Context, key string) error {
	path, err := s.path(key)
	if err != nil {
		return err
	}
	for ; len(path) >= len(s.objects); path = filepath.Dir(path) {
		if err := flush(path); err != nil {
			return failure(err)
		}
	}
	return nil
}

func flush(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// Delete forgets an object, and the folders that are empty without it.
func (s *Store) Delete(_ context.Context, key string) error {
	path, err := s.path(key)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil {
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.ENOTEMPTY) {
			return nil
		}
		return failure(err)
	}
	for dir := filepath.Dir(path); len(dir) > len(s.objects) && os.Remove(dir) == nil; dir = filepath.Dir(dir) {
	}
	return nil
}

// List walks the folder in the order of keys.
func (s *Store) List(ctx context.Context, prefix, after string, limit int) ([]send.Entry, error) {
	var found []send.Entry
	if err := s.list(ctx, s.objects, "", prefix, after, limit, &found); err != nil {
		return nil, failure(err)
	}
	return found, nil
}

// list adds the objects of a folder whose keys begin with base.
func (s *Store) list(ctx context.Context, dir, base, prefix, after string, limit int, found *[]send.Entry) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) { // removed meanwhile
		return nil
	}
	if err != nil {
		return err
	}
	// In the order of keys a folder comes where its name with the slash does.
	key := func(e fs.DirEntry) string {
		if e.IsDir() {
			return base + e.Name() + "/"
		}
		return base + e.Name()
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(key(a), key(b)) })
	for _, e := range entries {
		if len(*found) >= limit {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		k := key(e)
		if e.IsDir() {
			inside := strings.HasPrefix(k, prefix) || strings.HasPrefix(prefix, k)
			before := k < after && !strings.HasPrefix(after, k) // all of it was listed
			if inside && !before {
				if err := s.list(ctx, filepath.Join(dir, e.Name()), k, prefix, after, limit, found); err != nil {
					return err
				}
			}
			continue
		}
		if !strings.HasPrefix(k, prefix) || k <= after {
			continue
		}
		info, err := e.Info()
		if err != nil { // removed meanwhile
			continue
		}
		*found = append(*found, send.Entry{Key: k, Size: info.Size(), Modified: info.ModTime()})
	}
	return nil
}

// failure puts an error of the system, if it is one, into the domain's terms.
func failure(err error) error {
	switch {
	case err == nil:
		return nil
	case send.CodeOf(err) != send.Internal: // it is in them already
		return err
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return send.Because(send.NotFound, err, "there is no such object")
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return send.Because(send.Full, err, "the storage is full; try again later, or send less")
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return send.Because(send.Unavailable, err, "the storage cannot be used; try again later")
}
