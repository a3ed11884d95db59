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
	"sync"
	"time"

	"sgraph.ai/send/shared/send"
)

// Put implements [send.Store].
func (s *Store) Put(ctx context.Context, key string, body io.Reader, size int64) (send.Object, error) {
	path, err := s.path(key)
	if err != nil {
		return send.Object{}, err
	}
	temp, o, err := s.write(ctx, body, size)
	if err != nil {
		return send.Object{}, err
	}
	return o, s.place(temp, path)
}

// Copy implements [send.Store]. Both keys then share one file, which nobody
// ever writes to; where the file system cannot do that the bytes are copied.
func (s *Store) Copy(ctx context.Context, from, to string) (send.Object, error) {
	source, err := s.path(from)
	if err != nil {
		return send.Object{}, err
	}
	target, err := s.path(to)
	if err != nil {
		return send.Object{}, err
	}
	temp := s.tempName()
	if err := os.Link(source, temp); err == nil {
		info, err := os.Stat(temp)
		if err != nil {
			os.Remove(temp)
			return send.Object{}, failed(err)
		}
		return object(info), s.place(temp, target)
	}
	f, err := os.Open(source)
	if err != nil {
		return send.Object{}, missing(err)
	}
	defer f.Close()
	temp, o, err := s.write(ctx, f, -1)
	if err != nil {
		return send.Object{}, err
	}
	return o, s.place(temp, target)
}

// write makes a temporary file of what body gives.
func (s *Store) write(ctx context.Context, body io.Reader, size int64) (temp string, o send.Object, err error) {
	if err := s.room(max(size, 0)); err != nil {
		return "", o, err
	}
	return s.create(func(f *os.File) error { return s.copyBody(ctx, f, body, size) })
}

// create makes a temporary file that fill writes. When it fails the file is
// gone.
func (s *Store) create(fill func(*os.File) error) (temp string, o send.Object, err error) {
	temp = s.tempName()
	f, err := os.OpenFile(temp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", o, failed(err)
	}
	err = fill(f)
	if closing := f.Close(); err == nil {
		err = failed(closing)
	}
	if err == nil {
		o, err = s.mark(temp)
	}
	if err != nil {
		os.Remove(temp)
	}
	return temp, o, err
}

// bufferSize is how much of a body is gathered before it is written. The
// network gives less at a time; few large writes cost the system far less than
// many small ones, and beyond half a MiB nothing more is gained.
const bufferSize = 512 << 10

var buffers = sync.Pool{New: func() any { return new([bufferSize]byte) }}

// buffer returns one for a body of that size, to be used until done. A small body, such
// as an event of the trail, has one of its own: or there would soon be as many large
// ones as there were ever bodies at once.
func buffer(size int64) (buf []byte, done func()) {
	const small = 64 << 10
	if size >= 0 && size < small {
		return make([]byte, size+1), func() {} // with room to see that there is no more
	}
	large := buffers.Get().(*[bufferSize]byte)
	return large[:], func() { buffers.Put(large) }
}

// copyBody writes what body gives, which is to be size bytes unless that is
// negative. An error of body is returned as it is.
func (s *Store) copyBody(ctx context.Context, f io.Writer, body io.Reader, size int64) error {
	buf, done := buffer(size)
	defer done()
	var written int64
	for {
		n, err := fill(buf, body)
		if err := ended(ctx); err != nil {
			return err
		}
		if written += int64(n); size >= 0 && written > size {
			return send.Fail(send.Invalid, "more than the %d bytes that were announced", size)
		}
		if written > bufferSize || size < 0 { // others write, too, since it was looked
			if err := s.room(int64(n)); err != nil {
				return err
			}
		}
		if _, err := f.Write(buf[:n]); err != nil {
			return failed(err)
		}
		switch {
		case err == io.EOF && written < size:
			return send.Fail(send.Invalid, "%d bytes of the %d that were announced", written, size)
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}

// fill reads until the buffer is full or the body ends. Unlike io.ReadFull it
// tells the end of the body from one that was cut short.
func fill(buf []byte, body io.Reader) (n int, err error) {
	for n < len(buf) && err == nil {
		var m int
		m, err = body.Read(buf[n:])
		n += m
	}
	return n, err
}

// mark gives a file a modification time that no other has: with the size it is
// what the ETag is made of, so that no content need be hashed.
func (s *Store) mark(path string) (send.Object, error) {
	const step = 100 // nanoseconds, the finest that NTFS keeps; others keep finer
	now := time.Now().UnixNano() / step * step
	for {
		last := s.stamp.Load()
		now = max(now, last+step)
		if s.stamp.CompareAndSwap(last, now) {
			break
		}
	}
	if err := os.Chtimes(path, time.Time{}, time.Unix(0, now)); err != nil {
		return send.Object{}, failed(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return send.Object{}, failed(err)
	}
	return object(info), nil
}

func object(info fs.FileInfo) send.Object {
	return send.Object{Size: info.Size(), ETag: etag(info.ModTime(), info.Size())}
}

func etag(modified time.Time, size int64) string {
	return fmt.Sprintf(`"%x-%x"`, modified.UnixNano(), size)
}

// place gives a temporary file its name. It removes the file if that fails.
func (s *Store) place(temp, path string) error {
	// Where the name is already one of the same file, which is so after a
	// Copy, a rename leaves both. So the temporary one is removed in any case.
	defer os.Remove(temp)
	return s.move(temp, path)
}

// emptying keeps the last object of a folder from being removed with it while
// another is on its way into it. Of the process, as a folder may be open twice.
var emptying sync.RWMutex

// move gives a file the name of an object.
func (s *Store) move(file, path string) error {
	err := os.Rename(file, path)
	if !errors.Is(err, fs.ErrNotExist) {
		return failed(err)
	}
	// Its folder is not there yet, or was removed just now with the last object
	// in it: none is removed until this one is in its own.
	emptying.RLock()
	defer emptying.RUnlock()
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return failed(err)
	}
	return failed(os.Rename(file, path))
}

func (s *Store) tempName() string { return filepath.Join(s.temporary, rand.Text()) }
