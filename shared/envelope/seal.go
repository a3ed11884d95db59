package envelope

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io"

	"sgraph.ai/send/shared/send"
)

const (
	// MaxV1 is the largest content, in bytes, that Encrypt seals as V1,
	// which needs it all in memory.
	MaxV1 = 32 << 20

	// MaxOpen is the largest file of V1, in bytes, that Decrypt opens. Web
	// clients have sealed large files in one piece.
	MaxOpen = 2 << 30
)

// Unknown is the size of a content of unknown length.
const Unknown = -1

// formOf chooses the form of a content of that size.
func formOf(secret Secret, meta Meta, size int64) Form {
	switch {
	case secret.stretched() != nil:
		return V3
	case size >= 0 && size <= MaxV1 && !meta.IsFiles():
		return V1
	}
	return V2
}

// SealedSize returns how many bytes Encrypt will write for a content of size
// bytes, or Unknown when that is.
func SealedSize(secret Secret, meta Meta, size int64) int64 {
	if size < 0 {
		return Unknown
	}
	return formOf(secret, meta, size).sealedSize(int64(len(meta.seal())) + size)
}

// Encrypt seals a file: V3 with a passphrase; else V1 up to MaxV1 bytes of
// content, V2 above, where size is Unknown, and for several files, of which a
// reader may want one. V2 and V3 take the same few MiB of memory whatever the
// size. Who may have to send the rest later seals by a [Sealer].
//
// A content that is not of the stated size is Invalid. After an error dst has
// a file that nobody can open.
func Encrypt(dst io.Writer, secret Secret, meta Meta, content io.Reader, size int64) error {
	if formOf(secret, meta, size) == V1 {
		key, err := secret.under(nil)
		if err != nil {
			return err
		}
		var iv [ivSize]byte
		rand.Read(iv[:])
		return sealV1(dst, key, iv, meta, content, size)
	}
	s, err := NewSealer(secret, NewStream(), meta, size)
	if err != nil {
		return err
	}
	return s.writeTo(dst, content)
}

// Decrypt opens a file of any form, whose first bytes say which it is. What
// the reader returns has passed its tag; that it is all there is certain only
// with io.EOF, so keep nothing of it after another error.
//
// It is ErrPassphrase where the file asks for one and secret is a [Key]: then
// [StretchOf] tells how its first bytes want it stretched. It is ErrNoPassphrase
// where secret has one and the file asks for none. A file of V1 that is larger
// than MaxOpen is ErrTooLarge; DecryptLimit has a limit of the caller's.
func Decrypt(src io.Reader, secret Secret) (Meta, io.Reader, error) {
	return DecryptLimit(src, secret, MaxOpen)
}

// DecryptLimit is Decrypt for a machine that has another amount of memory:
// a file of V1 takes as much as it is large, and somewhat more while it is
// being read. A file of V2 or V3 is opened whatever its size.
func DecryptLimit(src io.Reader, secret Secret, limit int64) (Meta, io.Reader, error) {
	var first [len(magicV2)]byte
	in := &source{r: src}
	_, err := io.ReadFull(in, first[:])
	if in.err != nil {
		return Meta{}, nil, in.err
	}
	if err != nil {
		return Meta{}, nil, ErrNotAuthentic // no file is that short
	}
	form, err := FormOf(first[:])
	switch {
	case err != nil:
		return Meta{}, nil, err
	case form != V1:
		return openStream(in, form, first[:], secret)
	}
	key, err := secret.under(nil)
	if err != nil {
		return Meta{}, nil, err
	}
	return openV1(in, first[:], key, limit)
}

// source remembers how reading failed, so that a lost connection is not taken
// for a short file: io.ErrUnexpectedEOF from the inside of an HTTP client must
// not look like the end of the file.
type source struct {
	r    io.Reader
	what string // "the sealed file" where it is not said
	err  error
	stop <-chan struct{} // closed where nobody wants more; nil for never
}

func (s *source) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	select {
	case <-s.stop:
		s.err = errStopped
		return 0, s.err
	default:
	}
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = fmt.Errorf("read %s: %w", cmp.Or(s.what, "the sealed file"), err)
		err = s.err
	}
	return n, err
}

var errStopped = errors.New("nobody wants more of it")

var errSize = send.Fail(send.Invalid, "the content is not as long as was said; it changed while it was read")
