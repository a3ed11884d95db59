package s3store

import (
	"errors"
	"io"
	"sync"

	"sgraph.ai/send/shared/send"
)

// exactly reads a body that has to have a certain length. The last bytes are
// handed over only when it is certain that no more follow: whoever takes all of
// them has a body that is right.
type exactly struct {
	mu   sync.Mutex // the HTTP transport may still read when the request is over
	body io.Reader
	left int64
	err  error
}

// Read implements [io.Reader].
func (e *exactly) Read(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err != nil {
		return 0, e.err
	}
	n, err := e.read(p)
	e.err = err
	return n, err
}

func (e *exactly) read(p []byte) (int, error) {
	n := 0
	if e.left > 0 {
		var err error
		n, err = e.body.Read(p[:min(int64(len(p)), e.left)])
		e.left -= int64(n)
		if err != nil && (err != io.EOF || e.left > 0) {
			if err == io.EOF {
				err = send.Fail(send.Invalid, "%d bytes less than were announced", e.left)
			}
			return n, err
		}
	}
	if e.left > 0 {
		return n, nil
	}
	var surplus [1]byte
	switch m, err := io.ReadFull(e.body, surplus[:]); {
	case m > 0:
		return 0, send.Fail(send.Invalid, "more bytes than were announced")
	case err != io.EOF:
		return 0, err
	}
	return n, io.EOF
}

var errStopped = errors.New("nobody reads this any more")

// stop ends the reading, and returns what was wrong with the body.
func (e *exactly) stop() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	err := e.err
	e.err = errStopped
	if err == nil && e.left == 0 { // a body of no bytes that nobody had to read
		_, err = e.read(nil)
	}
	if err == io.EOF {
		return nil
	}
	return err
}
