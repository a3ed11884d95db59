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
	"regexp"
	"strconv"
	"strings"
	"time"

	"sgraph.ai/send/shared/send"
)

// idForm is the form of rand.Text, which leaves no way out of the folder.
var idForm = regexp.MustCompile(`^[A-Z2-7]{26}$`)

// Begin implements [send.Store].
func (s *Store) Begin(_ context.Context, key string) (string, error) {
	if err := checkKey(key); err != nil {
		return "", err
	}
	id := rand.Text()
	return id, failed(os.Mkdir(s.folder(key, id), 0o700))
}

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
	temp, o, err := s.write(ctx, body, size)
	if err != nil {
		return "", err
	}
	if err := os.Rename(temp, filepath.Join(dir, partName(number))); err != nil {
		os.Remove(temp)
		return "", noUpload(err) // it was ended meanwhile
	}
	return o.ETag, nil
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
	for _, e := range entries {
		number, err := strconv.Atoi(e.Name())
		if err != nil {
			continue // nothing of ours
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // the upload was ended meanwhile
		}
		if err != nil {
			return nil, failed(err)
		}
		parts = append(parts, send.UploadedPart{Part: send.Part{Number: number, ETag: object(info).ETag}, Size: info.Size()})
	}
	return parts, nil
}

// Assemble implements [send.Store]. The system copies the parts itself where it
// can, and they stay until the object is there: however the process ends, and
// when the disk is full, nothing that was acknowledged is lost. So there has to
// be room for all of it twice.
func (s *Store) Assemble(ctx context.Context, key, uploadID string, parts []send.Part) (send.Object, error) {
	dir, err := s.upload(key, uploadID)
	if err != nil {
		return send.Object{}, err
	}
	path, err := s.path(key)
	if err != nil {
		return send.Object{}, err
	}
	if err := checkParts(dir, parts); err != nil {
		return send.Object{}, err
	}
	temp, o, err := s.create(func(f *os.File) error {
		for _, p := range parts {
			if err := s.appendPart(ctx, f, dir, p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return send.Object{}, err
	}
	if err := s.place(temp, path); err != nil {
		return send.Object{}, err
	}
	return o, s.end(dir)
}

// checkParts finds what is wrong with the parts before any is copied.
func checkParts(dir string, parts []send.Part) error {
	if err := send.CheckParts(parts); err != nil {
		return err
	}
	for _, p := range parts {
		f, err := openPart(dir, p)
		if err != nil {
			return err
		}
		f.Close()
	}
	return nil
}

// openPart opens the part that has that ETag, which clients may return without
// its quotes. Invalid.
func openPart(dir string, p send.Part) (*os.File, error) {
	f, err := os.Open(filepath.Join(dir, partName(p.Number)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, send.Because(send.Invalid, err, "part %d is missing", p.Number).With(send.ReasonPartsMismatch)
	}
	if err != nil {
		return nil, failed(err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, failed(err)
	}
	if strings.Trim(object(info).ETag, `"`) != strings.Trim(p.ETag, `"`) {
		f.Close()
		return nil, send.Fail(send.Invalid, "part %d has another ETag", p.Number).With(send.ReasonPartsMismatch)
	}
	return f, nil
}

func (s *Store) appendPart(ctx context.Context, f *os.File, dir string, p send.Part) error {
	if err := ended(ctx); err != nil {
		return err
	}
	part, err := openPart(dir, p)
	if err != nil {
		return err
	}
	defer part.Close()
	info, err := part.Stat()
	if err != nil {
		return failed(err)
	}
	if err := s.room(info.Size()); err != nil {
		return err
	}
	_, err = f.ReadFrom(part)
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
	return s.end(dir)
}

// end takes the folder away at once, so that no part comes in while it is
// being emptied.
func (s *Store) end(dir string) error {
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
