package envelope

import (
	"bytes"
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
	"io"
	"math"
)

// StreamHead is how many bytes of a file of V2 stand before its first segment,
// and are needed to open any.
const StreamHead = headerSize + streamSize

// IsV2 says whether a file begins as those of V2 do.
func IsV2(head []byte) bool { return bytes.HasPrefix(head, []byte(magic)) }

// Opener opens a file of V2 segment by segment, from any on: for who keeps what
// was opened, and goes on later. [Decrypt] is for who reads to the end.
type Opener struct {
	gcm    cipher.AEAD
	prefix [prefixSize]byte
	buffer []byte
}

// Segment is a part of a file of V2 that its tag has proved genuine.
type Segment struct {
	Number int64
	Last   bool
	Plain  []byte        // of the first, the envelope stands before the content
	Tag    [tagSize]byte // proves number, last and plain, to who has head and key
}

// NewOpener returns the opener of the file that begins with head.
func NewOpener(head []byte, key Key) (*Opener, error) {
	if !IsV2(head) {
		return nil, ErrVersion
	}
	if len(head) != StreamHead {
		return nil, ErrNotAuthentic
	}
	s, ok := parseStream([streamSize]byte(head[headerSize:]))
	if !ok {
		return nil, ErrNotAuthentic
	}
	return &Opener{gcm: newGCM(s.deriveKey(key)), prefix: s.prefix}, nil
}

// SegmentPlace returns where in a file of V2 a segment begins.
func SegmentPlace(number int64) int64 {
	if number == 0 {
		return int64(StreamHead)
	}
	return int64(headerSize) + number*segmentSize
}

// SegmentRoom returns how many bytes a segment holds that is not the last.
func SegmentRoom(number int64) int {
	if number == 0 {
		return firstRoom
	}
	return segmentRoom
}

// Each opens what src has, which begins where the given segment does, and hands
// out the segments until the last, which ends the file. What it hands out is
// gone when the call returns. An error of src is returned as it is, wrapped.
func (o *Opener) Each(src io.Reader, number int64, take func(Segment) error) error {
	in := &source{r: src}
	buffer := make([]byte, segmentSize+1) // one byte of the next, to see whether there is one
	have := 0
	for ; ; number++ {
		whole := SegmentRoom(number) + tagSize
		n, err := io.ReadFull(in, buffer[have:whole+1])
		have += n
		if in.err != nil {
			return in.err
		}
		s := Segment{Number: number, Last: err != nil}
		sealed := buffer[:min(have, whole)]
		if len(sealed) < tagSize || number >= math.MaxUint32 {
			return ErrNotAuthentic
		}
		copy(s.Tag[:], sealed[len(sealed)-tagSize:])
		next := buffer[whole]
		if s.Plain, err = o.gcm.Open(sealed[:0], o.nonce(s), sealed, nil); err != nil {
			return ErrNotAuthentic
		}
		if err := take(s); err != nil || s.Last {
			return err
		}
		buffer[0], have = next, 1
	}
}

// Proves says whether a segment is what it was when it was opened.
func (o *Opener) Proves(s Segment) bool {
	o.buffer = o.gcm.Seal(o.buffer[:0], o.nonce(s), s.Plain, nil)
	return subtle.ConstantTimeCompare(o.buffer[len(s.Plain):], s.Tag[:]) == 1
}

// nonce of a segment: docs/formats.md, version 2.
func (o *Opener) nonce(s Segment) []byte {
	nonce := append(make([]byte, 0, ivSize), o.prefix[:]...)
	nonce = binary.BigEndian.AppendUint32(nonce, uint32(s.Number))
	if s.Last {
		return append(nonce, 1)
	}
	return append(nonce, 0)
}

// SplitMeta returns what the first segment says of the file, and how many of its
// bytes that takes: the content follows.
func SplitMeta(plain []byte) (meta Meta, size int, err error) {
	r := bytes.NewReader(plain)
	meta, err = readMeta(r)
	return meta, len(plain) - r.Len(), err
}
