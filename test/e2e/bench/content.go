package main

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"
)

// content is a file that nobody has to keep: noise, of which each MiB begins with whose it is and where it belongs, so
// that no part of one is taken for another, nor for a part of another file.
type content struct {
	id   uint64
	size int64
}

var contents atomic.Uint64

// sealed is what a file begins with that OpenPGP sealed: yopass takes no other.
const sealed = 0xc1 << 56

// newContent is one of size bytes, unlike all before it.
func newContent(size int64) content { return content{sealed | contents.Add(1), size} }

// noise is what files are made of, again and again.
var noise = func() []byte {
	b := make([]byte, 1<<20)
	rand.Read(b)
	return b
}()

// pieces gives the bytes of a content one after another.
type pieces struct {
	content
	at    int64
	piece []byte // the MiB that at is in
}

func (c content) pieces() pieces { return pieces{content: c, piece: append([]byte(nil), noise...)} }

// next returns the bytes that are next, at most so many; none at the end.
func (p *pieces) next(most int) []byte {
	in := p.at % int64(len(p.piece))
	if in == 0 {
		binary.BigEndian.PutUint64(p.piece, p.id)
		binary.BigEndian.PutUint64(p.piece[8:], uint64(p.at))
	}
	b := p.piece[in : in+min(int64(most), int64(len(p.piece))-in, p.size-p.at)]
	p.at += int64(len(b))
	return b
}

// source is a reader of a content.
type source struct{ pieces }

func (c content) source() *source { return &source{c.pieces()} }

func (s *source) Read(p []byte) (int, error) {
	if s.at == s.size {
		return 0, io.EOF
	}
	return copy(p, s.next(len(p))), nil
}

// WriteTo hands over large pieces, so that the client costs little.
func (s *source) WriteTo(w io.Writer) (total int64, err error) {
	for s.at < s.size && err == nil {
		var n int
		n, err = w.Write(s.next(len(s.piece)))
		total += int64(n)
	}
	return total, err
}

// errWrong is what a download fails with whose bytes are not those of the upload.
var errWrong = errors.New("not what was uploaded")

// compared takes what is downloaded, and fails at the first byte that is not the content's.
type compared struct{ pieces }

func (c content) compared() *compared { return &compared{c.pieces()} }

func (c *compared) Write(b []byte) (int, error) {
	for rest := b; len(rest) > 0; {
		at := c.at
		want := c.next(len(rest))
		if len(want) == 0 {
			return 0, fmt.Errorf("%w: more than its %d bytes", errWrong, c.size)
		}
		if !bytes.Equal(want, rest[:len(want)]) {
			return 0, fmt.Errorf("%w, between byte %d and %d", errWrong, at, c.at)
		}
		rest = rest[len(want):]
	}
	return len(b), nil
}

// whole says whether all of it came.
func (c *compared) whole() error {
	if c.at != c.size {
		return fmt.Errorf("%w: %d of %d bytes", errWrong, c.at, c.size)
	}
	return nil
}

// write makes a file of it.
func (c content) write(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, c.source())
	return errors.Join(err, f.Close())
}

// taken compares a file that was received, and removes it.
func (c content) taken(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	to := c.compared()
	if _, err := io.CopyBuffer(to, struct{ io.Reader }{f}, make([]byte, 256<<10)); err != nil {
		return err
	}
	return errors.Join(to.whole(), os.Remove(path))
}
