package disk

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	"sgraph.ai/send/shared/send"
)

// An upload in parts is a folder of its own; a part is a file there.

var uploadForm = regexp.MustCompile(`^[A-Z2-7]{26}$`) // rand.Text

// upload returns the folder of an upload that is open.
func (s *Store) upload(id string) (string, error) {
	dir := filepath.Join(s.uploads, id)
	if !uploadForm.MatchString(id) {
		return "", send.Fail(send.NotFound, "no such upload is open")
	}
	if _, err := os.Stat(dir); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return "", send.Fail(send.NotFound, "no such upload is open")
		}
		return "", failure(err)
	}
	return dir, nil
}

// Begin opens an upload.
func (s *Store) Begin(_ context.Context, key string) (string, error) {
	if _, err := s.path(key); err != nil {
		return "", err
	}
	id := rand.Text()
	if err := os.Mkdir(filepath.Join(s.uploads, id), 0o700); err != nil {
		return "", failure(err)
	}
	return id, nil
}

// PutPart keeps a part.
func (s *Store) PutPart(ctx context.Context, _, uploadID string, number int, body io.Reader, size int64) (string, error) {
	dir, err := s.upload(uploadID)
	if err != nil {
		return "", err
	}
	if number < 1 || number > send.MaxParts {
		return "", send.Fail(send.Invalid, "parts are numbered from 1 to %d", send.MaxParts)
	}
	o, err := s.write(ctx, filepath.Join(dir, strconv.Itoa(number)), body, size)
	if err == nil {
		// The upload may have been ended while the part arrived; then its
		// folder was made again for a part that nobody will ask for.
		if _, err = os.Stat(dir); err != nil {
			err = failure(err)
		}
	}
	return o.ETag, err
}

// Assemble copies the parts into one file, within the kernel, and puts that in
// place. The parts stay until it is there: however the process may end, nothing
// that was acknowledged is lost.
func (s *Store) Assemble(ctx context.Context, key, uploadID string, parts []send.Part) (send.Object, error) {
	path, err := s.path(key)
	if err != nil {
		return send.Object{}, err
	}
	dir, err := s.upload(uploadID)
	if err != nil {
		return send.Object{}, err
	}
	if err := verify(dir, parts); err != nil {
		return send.Object{}, err
	}
	o, err := s.create(path, func(f *os.File) error {
		for _, p := range parts {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := appendFile(f, partPath(dir, p)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return send.Object{}, err
	}
	return o, failure(os.RemoveAll(dir))
}

func appendFile(f *os.File, from string) error {
	part, err := os.Open(from)
	if err != nil {
		return failure(err)
	}
	defer part.Close()
	_, err = f.ReadFrom(part)
	return failure(err)
}

// verify checks that the parts are there, in order, as they were answered.
func verify(dir string, parts []send.Part) error {
	if len(parts) == 0 {
		return send.Fail(send.Invalid, "no parts are named")
	}
	for i, p := range parts {
		if i > 0 && p.Number <= parts[i-1].Number {
			return send.Fail(send.Invalid, "part %d is out of order", p.Number)
		}
		info, err := os.Stat(partPath(dir, p))
		if errors.Is(err, fs.ErrNotExist) {
			return send.Fail(send.Invalid, "part %d was not uploaded", p.Number)
		}
		if err != nil {
			return failure(err)
		}
		if p.ETag != object(info).ETag && `"`+p.ETag+`"` != object(info).ETag {
			return send.Fail(send.Invalid, "part %d has another ETag than its upload answered", p.Number)
		}
	}
	return nil
}

func partPath(dir string, p send.Part) string { return filepath.Join(dir, strconv.Itoa(p.Number)) }

// Abort forgets an upload.
func (s *Store) Abort(_ context.Context, _, uploadID string) error {
	dir, err := s.upload(uploadID)
	if send.CodeOf(err) == send.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	return failure(os.RemoveAll(dir))
}
