package envelope

import (
	"crypto/cipher"
	"crypto/subtle"
	"io"
	"math"
)

// Opener opens a file of V2 or V3 segment by segment, from any on: for who keeps
// what was opened, and goes on later, or wants a part. [Decrypt] is for who reads
// to the end.
type Opener struct {
	form   Form
	stream Stream
	gcm    cipher.AEAD
	buffer []byte
}

// Segment is a part of a file of V2 or V3 that its tag has proved genuine.
type Segment struct {
	Number int64
	Last   bool
	Plain  []byte // of the first, the envelope stands before the content
	Tag    Tag    // proves number, last and plain, to who has head and key
}

// NewOpener returns the opener of the file that begins so, with its head or more.
// ErrPassphrase and ErrNoPassphrase as [Decrypt]; ErrVersion for a file of V1, too.
func NewOpener(head []byte, secret Secret) (*Opener, error) {
	form, err := FormOf(head)
	if err != nil || form == V1 {
		return nil, ErrVersion
	}
	h, err := parseHead(form, head)
	if err != nil {
		return nil, err
	}
	key, err := secret.under(h.stretch)
	if err != nil {
		return nil, err
	}
	return &Opener{form: form, stream: h.Stream, gcm: newGCM(h.deriveKey(key))}, nil
}

// Form returns the form of the file, which says where its segments begin.
func (o *Opener) Form() Form { return o.form }

// Each opens what src has, which begins where the given segment does, and hands
// out the segments until the last, which ends the file. What it hands out is
// gone when the call returns. An error of src is returned as it is, wrapped.
func (o *Opener) Each(src io.Reader, number int64, take func(Segment) error) error {
	for segments := o.from(&source{r: src}, number); ; {
		s, err := segments.next()
		if err != nil {
			return err
		}
		if err := take(s); err != nil || s.Last {
			return err
		}
	}
}

// Proves says whether a segment is what it was when it was opened.
func (o *Opener) Proves(s Segment) bool {
	o.buffer = o.gcm.Seal(o.buffer[:0], o.stream.nonce(s.Number, s.Last), s.Plain, nil)
	return subtle.ConstantTimeCompare(o.buffer[len(s.Plain):], s.Tag[:]) == 1
}

// segmentReader opens one segment after the other, in one buffer.
type segmentReader struct {
	*Opener
	src    *source
	number int64 // of the next
	count  int64 // of all in the file, where that is known
	buffer []byte
	ahead  []byte // the first byte of the next, where it was read already
}

func (o *Opener) from(src *source, number int64) segmentReader {
	// One byte of the next, to see whether there is one.
	return segmentReader{Opener: o, src: src, number: number, count: Unknown, buffer: make([]byte, segmentSize+1)}
}

// next opens a segment, whose bytes are gone with the next call.
func (r *segmentReader) next() (Segment, error) {
	whole := SegmentRoom(r.number) + tagSize
	have := copy(r.buffer, r.ahead)
	n, err := io.ReadFull(r.src, r.buffer[have:whole+1])
	if have += n; r.src.err != nil {
		return Segment{}, r.src.err
	}
	s := Segment{Number: r.number, Last: err != nil}
	if r.count != Unknown { // then src ends where what is wanted does
		s.Last = s.Number == r.count-1
	}
	sealed := r.buffer[:min(have, whole)]
	if len(sealed) < tagSize || r.number >= math.MaxUint32 {
		return Segment{}, ErrNotAuthentic
	}
	copy(s.Tag[:], sealed[len(sealed)-tagSize:])
	r.ahead = r.buffer[len(sealed):have]
	if s.Plain, err = r.gcm.Open(sealed[:0], r.stream.nonce(s.Number, s.Last), sealed, nil); err != nil {
		return Segment{}, ErrNotAuthentic
	}
	r.number++
	return s, nil
}
