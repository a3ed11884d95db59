package disk

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"sgraph.ai/send/shared/internal/lazyregexp"
	"sgraph.ai/send/shared/send"
)

// idForm is the form of rand.Text, which leaves no way out of the folder.
var idForm = lazyregexp.New(`^[A-Z2-7]{26}$`)

// Begin implements [send.Store].
func (s *Store) Begin(_ context.Context, key string) (string, error) {
	if err := checkKey(key); err != nil {
		return "", err
	}
	id := rand.Text()
	return id, failed(os.Mkdir(s.folder(key, id), 0o700))
}

// leastPart costs a little beside what it takes to write it, and a slow line has put it
// within seconds.
const leastPart = 1 << 20

// LeastPart implements [send.Store].
func (s *Store) LeastPart() int64 { return leastPart }

// folder returns where the parts of an upload are.
func (s *Store) folder(key, id string) string {
	return filepath.Join(s.uploads, id+","+fileName(key))
}

// upload returns the folder of an upload that is open. NotFound.
func (s *Store) upload(key, id string) (string, error) {
	if err := checkKey(key); err != nil {
		return "", err
	}
	if !idForm.MatchString(id) {
		return "", noUpload(fs.ErrNotExist)
	}
	dir := s.folder(key, id)
	if _, err := os.Stat(dir); err != nil {
		return "", noUpload(err)
	}
	return dir, nil
}

func noUpload(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return send.Because(send.NotFound, err, "no such upload is open").With(send.ReasonUploadNotFound)
	}
	return failed(err)
}

func partName(number int) string { return fmt.Sprintf("%05d", number) }

// PutPart implements [send.Store].
func (s *Store) PutPart(
	ctx context.Context, key, uploadID string, number int, body io.Reader, size int64,
) (string, error) {
	dir, err := s.upload(key, uploadID)
	if err != nil {
		return "", err
	}
	if err := send.CheckPart(number); err != nil {
		return "", err
	}
	u, err := slotsOf(dir)
	if err != nil {
		return "", err
	}
	if taken, err := u.take(number, size); err != nil {
		return "", err
	} else if taken {
		return s.fillSlot(ctx, u, number, body, size)
	}
	temp, o, err := s.write(ctx, body, size)
	if err != nil {
		return "", err
	}
	return o.ETag, u.replace(number, temp)
}

// Uploaded implements [send.Store].
func (s *Store) Uploaded(_ context.Context, key, uploadID string) (parts []send.UploadedPart, err error) {
	dir, err := s.upload(key, uploadID)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir) // in the order of their names
	if err != nil {
		return nil, noUpload(err)
	}
	marks, whole := false, false
	for _, e := range entries {
		whole = whole || strings.HasPrefix(e.Name(), wholeName)
		number, size, marked := markOf(e.Name())
		marks = marks || marked
		if !marked {
			if number, err = strconv.Atoi(e.Name()); err != nil {
				continue // nothing of ours, or no part
			}
		}
		if n := len(parts); n > 0 && parts[n-1].Number == number {
			continue // a mark of what was replaced
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // the upload was ended meanwhile, or the part replaced
		}
		if err != nil {
			return nil, failed(err)
		}
		if !marked {
			size = info.Size()
		}
		part := send.Part{Number: number, ETag: etag(info.ModTime(), size)}
		parts = append(parts, send.UploadedPart{Part: part, Size: size})
	}
	if marks && !whole {
		return nil, noUpload(fs.ErrNotExist) // the object was made, and the process ended just then
	}
	return parts, nil
}

// Assemble implements [send.Store]. Parts that stand in their slots become the object
// as they are. Else the system copies the parts itself where it can, and they stay
// until the object is there: however the process ends, and when the disk is full,
// nothing that was acknowledged is lost. So there has to be room for all that is
// copied twice.
func (s *Store) Assemble(ctx context.Context, key, uploadID string, parts []send.Part) (send.Object, error) {
	dir, err := s.upload(key, uploadID)
	if err != nil {
		return send.Object{}, err
	}
	path, err := s.path(key)
	if err != nil {
		return send.Object{}, err
	}
	if err := send.CheckParts(parts); err != nil {
		return send.Object{}, err
	}
	u, err := slotsOf(dir)
	if err != nil {
		return send.Object{}, err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.over {
		return send.Object{}, noUpload(fs.ErrNotExist)
	}
	o, err := s.assemble(ctx, u, path, parts)
	if err != nil {
		return send.Object{}, err
	}
	u.over = true
	return o, s.end(dir)
}

// assemble makes the object, and leaves what it is made of that was copied.
func (s *Store) assemble(ctx context.Context, u *slots, path string, parts []send.Part) (send.Object, error) {
	loose, size, ok, err := u.fits(parts)
	if err != nil {
		return send.Object{}, err
	}
	if ok {
		return s.join(ctx, u, path, loose, size)
	}
	for _, p := range parts { // before any is copied
		r, _, _, err := u.part(p)
		if err != nil {
			return send.Object{}, err
		}
		r.Close()
	}
	temp, o, err := s.create(func(f *os.File) error {
		for _, p := range parts {
			if err := s.appendPart(ctx, f, u, p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return send.Object{}, err
	}
	return o, s.place(temp, path)
}

// openPart opens the part that has that ETag and is a file of its own. Invalid.
func openPart(dir string, p send.Part) (*os.File, int64, error) {
	f, err := os.Open(filepath.Join(dir, partName(p.Number)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, send.Because(send.Invalid, err, "part %d is missing", p.Number).With(send.ReasonPartsMismatch)
	}
	if err != nil {
		return nil, 0, failed(err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, 0, failed(err)
	}
	if !sameETag(object(info).ETag, p.ETag) {
		f.Close()
		return nil, 0, otherPart(p)
	}
	return f, info.Size(), nil
}

func (s *Store) appendPart(ctx context.Context, f *os.File, u *slots, p send.Part) error {
	if err := ended(ctx); err != nil {
		return err
	}
	part, size, _, err := u.part(p)
	if err != nil {
		return err
	}
	defer part.Close()
	if err := s.room(size); err != nil {
		return err
	}
	n, err := f.ReadFrom(io.LimitReader(part, size))
	if err == nil && n != size {
		err = io.ErrUnexpectedEOF
	}
	return failed(err)
}

// Abort implements [send.Store].
func (s *Store) Abort(_ context.Context, key, uploadID string) error {
	dir, err := s.upload(key, uploadID)
	if send.CodeOf(err) == send.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if u, err := slotsOf(dir); err == nil { // else it has to be removed all the same
		u.mu.Lock()
		defer u.mu.Unlock()
		u.over = true
	}
	return s.end(dir)
}

// end takes the folder away at once, so that no part comes in while it is
// being emptied.
func (s *Store) end(dir string) error {
	defer forget(dir)
	taken := s.tempName()
	if err := os.Rename(dir, taken); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return failed(err)
	}
	return failed(os.RemoveAll(taken))
}

// Sweep implements [send.Sweeper]: it ends the uploads that got no part for
// [send.UploadLife].
func (s *Store) Sweep(ctx context.Context, now time.Time) (int, error) {
	entries, err := os.ReadDir(s.uploads)
	if err != nil {
		return 0, failed(err)
	}
	n := 0
	for _, e := range entries {
		if err := ended(ctx); err != nil {
			return n, err
		}
		// A folder is modified by every part that comes into it.
		if info, err := e.Info(); err != nil || now.Sub(info.ModTime()) < send.UploadLife {
			continue
		}
		if err := s.end(filepath.Join(s.uploads, e.Name())); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
