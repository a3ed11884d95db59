package envelope

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"io"

	"sgraph.ai/send/shared/send"
)

// Stream is what makes one file of V2 or V3 different from all others under the
// same key: the salt of its key, and what its nonces begin with. Both are random
// and stand in its header.
//
// The format is Tink's AES-GCM-HKDF streaming AEAD, with SHA-256, 32-byte keys
// and ciphertext segments of 1 MiB
// (developers.google.com/tink/streaming-aead/aes_gcm_hkdf_streaming), with what
// stands before it as its associated data. Tink's own primitive makes the same
// stream, and a test holds the two against each other, but it links a protobuf
// runtime into every service, draws the salt itself, which neither a test
// vector nor somebody who sends the rest later can fix, and copies every segment
// twice.
type Stream struct {
	Salt   [saltSize]byte
	Prefix [prefixSize]byte
}

// NewStream makes the stream of a new file.
func NewStream() (s Stream) {
	rand.Read(s.Salt[:])
	rand.Read(s.Prefix[:])
	return s
}

// streamHead is what stands before the segments of a file of V2 or V3.
type streamHead struct {
	stretch *Stretch // nil: V2
	Stream
}

func (h streamHead) form() Form {
	if h.stretch != nil {
		return V3
	}
	return V2
}

// bound returns what stands before the stream, to which it is bound.
func (h streamHead) bound() []byte {
	if h.stretch != nil {
		return append([]byte(magicV3), h.stretch.Bytes()...)
	}
	return []byte(magicV2)
}

func (h streamHead) bytes() []byte {
	b := append(h.bound(), streamSize)
	b = append(b, h.Salt[:]...)
	return append(b, h.Prefix[:]...)
}

// parseHead reads what stands before the first segment of a file of a form.
func parseHead(form Form, b []byte) (h streamHead, err error) {
	if len(b) < form.StreamHead() || b[form.headerSize()] != streamSize {
		return h, ErrNotAuthentic
	}
	if s, ok, err := StretchOf(b); err != nil {
		return h, err
	} else if ok {
		h.stretch = &s
	}
	b = b[form.headerSize()+1:]
	copy(h.Salt[:], b)
	copy(h.Prefix[:], b[saltSize:])
	return h, nil
}

// deriveKey returns the AES key of the stream: HKDF-SHA256 (RFC 5869) of the
// key, with what stands before the stream as info.
func (h streamHead) deriveKey(key Key) []byte {
	k, err := hkdf.Key(sha256.New, key[:], h.Salt[:], string(h.bound()), len(key))
	if err != nil {
		panic(err) // only a length beyond the hash's bound can fail
	}
	return k
}

// nonce of a segment: docs/formats.md, version 2.
func (s Stream) nonce(number int64, last bool) []byte {
	nonce := append(make([]byte, 0, ivSize), s.Prefix[:]...)
	nonce = binary.BigEndian.AppendUint32(nonce, uint32(number))
	if last {
		return append(nonce, 1)
	}
	return append(nonce, 0)
}

// SegmentRoom returns how many bytes a segment holds that is not the last.
func SegmentRoom(number int64) int {
	if number == 0 {
		return firstRoom
	}
	return segmentRoom
}

// SplitMeta returns what the first segment says of the file, and how many of its
// bytes that takes: the content follows. V2 and V3 have always had layout A, and
// nothing else.
func SplitMeta(plain []byte) (meta Meta, size int, err error) {
	const before = len(layoutA) + lengthSize
	if len(plain) < before || string(plain[:len(layoutA)]) != layoutA {
		return meta, 0, errMalformed
	}
	n := binary.BigEndian.Uint32(plain[len(layoutA):])
	if n > maxMeta || int(n) > len(plain)-before {
		return meta, 0, errMalformed
	}
	size = before + int(n)
	meta, ok := decodeMeta(plain[before:size])
	if !ok {
		return Meta{}, 0, errMalformed
	}
	return meta, size, nil
}

var errMalformed = send.Fail(send.Invalid,
	"the file is genuine but was not made by SGraph Send: its description is missing")

// openStream opens a file of V2 or V3, of which the first bytes have been read.
func openStream(src *source, form Form, first []byte, secret Secret) (Meta, io.Reader, error) {
	head := make([]byte, form.StreamHead())
	copy(head, first)
	if _, err := io.ReadFull(src, head[len(first):]); err != nil {
		return Meta{}, nil, src.failure()
	}
	o, err := NewOpener(head, secret)
	if err != nil {
		return Meta{}, nil, err
	}
	r := &opened{segments: o.from(src, 0)}
	if err := r.fill(); err != nil {
		return Meta{}, nil, err
	}
	meta, n, err := SplitMeta(r.plain)
	if err != nil {
		return Meta{}, nil, err
	}
	r.plain = r.plain[n:]
	return meta, r, nil
}

// opened reads what segments hold, one after the other.
type opened struct {
	segments segmentReader
	plain    []byte // of the segment that was opened last, what was not read yet
	err      error  // what follows it
}

// fill opens the next segment.
func (o *opened) fill() error {
	if o.err != nil {
		return o.err
	}
	s, err := o.segments.next()
	if err != nil {
		o.err = err
		return err
	}
	if o.plain = s.Plain; s.Last {
		o.err = io.EOF
	}
	return nil
}

func (o *opened) Read(p []byte) (int, error) {
	for len(o.plain) == 0 && len(p) > 0 {
		if err := o.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, o.plain)
	o.plain = o.plain[n:]
	return n, nil
}

// WriteTo spares io.Copy a buffer, and the bytes a way through it.
func (o *opened) WriteTo(w io.Writer) (written int64, err error) {
	for ; err == nil; err = o.fill() {
		if len(o.plain) == 0 {
			continue
		}
		n, err := w.Write(o.plain)
		written += int64(n)
		if o.plain = o.plain[n:]; err != nil {
			return written, err
		}
	}
	if err == io.EOF {
		err = nil
	}
	return written, err
}

// failure says why a stream could not be opened: for what reading it met, or
// because of what was read.
func (s *source) failure() error {
	if s.err != nil {
		return s.err
	}
	return ErrNotAuthentic
}
