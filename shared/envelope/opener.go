package envelope

import (
	"crypto/cipher"
	"crypto/subtle"
	"io"
	"math"
	"sync"
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
// gone when the call returns; others are being read and opened meanwhile. An error
// of src is returned as it is, wrapped, when all that came before was handed out.
// Where take fails, Each returns when the read of src that is under way does.
func (o *Opener) Each(src io.Reader, number int64, take func(Segment) error) error {
	stop := make(chan struct{})
	segments := o.from(&source{r: src, stop: stop}, number)
	free := make(chan *incoming, underWay) // each has room for all, so that none waits to hand over
	read, opened := make(chan *incoming, underWay), make(chan *incoming, underWay)
	for range underWay {
		free <- &incoming{}
	}
	var group sync.WaitGroup
	defer group.Wait() // none goes on when this has returned
	defer close(stop)
	group.Go(func() {
		defer close(read)
		for {
			select {
			case s := <-free:
				s.err = segments.read(s)
				ended := s.err != nil || s.Last
				if read <- s; ended {
					return
				}
			case <-stop:
				return
			}
		}
	})
	group.Go(func() {
		defer close(opened)
		for s := range read {
			if s.err == nil {
				s.err = o.open(s)
			}
			opened <- s
		}
	})
	for s := range opened {
		if s.err != nil {
			return s.err
		}
		if err := take(s.Segment); err != nil || s.Last {
			return err
		}
		free <- s
	}
	panic("segments ended with neither the last nor an error")
}

// underWay is how many segments are in memory at the same time: one is read, one opened
// and one taken, and one is ready for whoever is done first.
const underWay = 4

// incoming is a segment under way, which is opened in place.
type incoming struct {
	Segment
	buffer []byte
	sealed []byte // of buffer
	err    error
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
	number int64  // of the next
	count  int64  // of all in the file, where that is known
	ahead  []byte // the first byte of the next, where it was read already
	own    incoming
}

func (o *Opener) from(src *source, number int64) segmentReader {
	return segmentReader{Opener: o, src: src, number: number, count: Unknown}
}

// next opens a segment, whose bytes are gone with the next call.
func (r *segmentReader) next() (Segment, error) {
	err := r.read(&r.own)
	if err == nil {
		err = r.open(&r.own)
	}
	return r.own.Segment, err
}

// read reads a segment, and one byte of the next, to see whether there is one.
func (r *segmentReader) read(s *incoming) error {
	if s.buffer == nil {
		s.buffer = make([]byte, segmentSize+1)
	}
	whole := SegmentRoom(r.number) + tagSize
	have := copy(s.buffer, r.ahead)
	n, err := io.ReadFull(r.src, s.buffer[have:whole+1])
	if have += n; r.src.err != nil {
		return r.src.err
	}
	s.Number, s.Last, s.Plain = r.number, err != nil, nil
	if r.count != Unknown { // then src ends where what is wanted does
		s.Last = s.Number == r.count-1
	}
	s.sealed = s.buffer[:min(have, whole)]
	if len(s.sealed) < tagSize || r.number >= math.MaxUint32 {
		return ErrNotAuthentic
	}
	r.ahead = append(r.ahead[:0], s.buffer[len(s.sealed):have]...)
	r.number++
	return nil
}

// open opens what was read.
func (o *Opener) open(s *incoming) (err error) {
	copy(s.Tag[:], s.sealed[len(s.sealed)-tagSize:])
	if s.Plain, err = o.gcm.Open(s.sealed[:0], o.stream.nonce(s.Number, s.Last), s.sealed, nil); err != nil {
		return ErrNotAuthentic
	}
	return nil
}
