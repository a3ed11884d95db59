package envelope

import (
	"crypto/rand"
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
func formOf(size int64) Form {
	if size >= 0 && size <= MaxV1 {
		return V1
	}
	return V2
}

// SealedSize returns how many bytes Encrypt will write for a content of size
// bytes, or Unknown when that is.
func SealedSize(meta Meta, size int64) int64 {
	if size < 0 {
		return Unknown
	}
	return formOf(size).sealedSize(int64(len(meta.seal())) + size)
}

// Encrypt seals a file: V1 up to MaxV1 bytes of content, V2 above, and where
// size is Unknown. V2 takes the same few MiB of memory whatever the size.
//
// A content that is not of the stated size is Invalid. After an error dst has
// a file that nobody can open.
func Encrypt(dst io.Writer, key Key, meta Meta, content io.Reader, size int64) error {
	if formOf(size) == V1 {
		var iv [ivSize]byte
		rand.Read(iv[:])
		return sealV1(dst, key, iv, meta, content, size)
	}
	var s stream
	rand.Read(s.salt[:])
	rand.Read(s.prefix[:])
	return sealV2(dst, key, s, meta, content, size)
}

// Decrypt opens a file of either form, whose first bytes say which it is. What
// the reader returns has passed its tag; that it is all there is certain only
// with io.EOF, so keep nothing of it after another error.
//
// A file of V1 that is larger than MaxOpen is ErrTooLarge; DecryptLimit has a
// limit of the caller's.
func Decrypt(src io.Reader, key Key) (Meta, io.Reader, error) {
	return DecryptLimit(src, key, MaxOpen)
}

// DecryptLimit is Decrypt for a machine that has another amount of memory:
// a file of V1 takes as much as it is large, and somewhat more while it is
// being read. A file of V2 is opened whatever its size.
func DecryptLimit(src io.Reader, key Key, limit int64) (Meta, io.Reader, error) {
	var head [len(magic)]byte
	in := &source{r: src}
	n, err := io.ReadFull(in, head[:])
	if in.err != nil {
		return Meta{}, nil, in.err
	}
	switch {
	case err != nil:
		return Meta{}, nil, ErrNotAuthentic // no file is that short
	case string(head[:]) == magic:
		return openV2(in, key)
	case string(head[:len(family)]) == family:
		return Meta{}, nil, ErrVersion
	}
	return openV1(in, head[:n], key, limit)
}

// source remembers how reading failed, so that a lost connection is not taken
// for a short file: io.ErrUnexpectedEOF from the inside of an HTTP client must
// not look like the end of the file.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = fmt.Errorf("read the sealed file: %w", err)
		err = s.err
	}
	return n, err
}

// copyExactly copies a content of size bytes, or of any number when that is
// Unknown.
func copyExactly(dst io.Writer, content io.Reader, size int64) error {
	if size >= 0 {
		content = io.LimitReader(content, size+1) // one more, to see that there is none
	}
	n, err := io.Copy(dst, content)
	if err == nil && size >= 0 && n != size {
		err = errSize
	}
	return err
}

var errSize = send.Fail(send.Invalid, "the content is not as long as was said; it changed while it was read")
