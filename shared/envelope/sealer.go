package envelope

import (
	"crypto/cipher"
	"errors"
	"io"
	"math"
	"runtime"

	"sgraph.ai/send/shared/send"
)

// Sealer seals one file as V2 or V3, segment by segment, and with the same secret,
// stream, meta and content to the same bytes, as often as need be: for who may
// have to send the rest of it later. [Encrypt] is for who sends once.
//
// A nonce must never be used for two contents. Who seals a second time keeps,
// before a segment leaves, its [SealedSegment.Tag], and lets none leave whose
// place had another tag: see docs/formats.md, "Going on with an upload".
type Sealer struct {
	head   []byte
	stream Stream
	gcm    cipher.AEAD
	meta   []byte
	size   int64 // of the content, or Unknown
}

// NewSealer returns the sealer of a content of size bytes, or of Unknown many.
func NewSealer(secret Secret, s Stream, meta Meta, size int64) (*Sealer, error) {
	h := streamHead{secret.stretched(), s}
	key, err := secret.under(h.stretch)
	if err != nil {
		return nil, err
	}
	return &Sealer{h.bytes(), s, newGCM(h.deriveKey(key)), meta.seal(), size}, nil
}

// Tag is what AES-GCM puts behind a segment. It tells two contents of one place
// apart, where nobody who made them knows the key.
type Tag = [tagSize]byte

// SealedSegment is a part of a sealed file. One behind the other they are the
// file: what stands before the first segment belongs to the first.
type SealedSegment struct {
	Number int64
	Last   bool
	Place  int64  // in the file
	Sealed []byte // 1 MiB, and the head of the first; less of the last
	Tag    Tag    // what Sealed ends with
}

// Size returns how many bytes the sealed file has, or Unknown.
func (s *Sealer) Size() int64 {
	if s.size < 0 {
		return Unknown
	}
	return s.form().sealedSize(int64(len(s.meta)) + s.size)
}

func (s *Sealer) form() Form {
	if len(s.head) == V3.StreamHead() {
		return V3
	}
	return V2
}

// MaxSegment is the most that a [SealedSegment] has, in bytes: a full one, with the
// head of the file before it.
const MaxSegment = maxHead + segmentSize

const maxHead = len(magicV3) + StretchSize + streamSize

// Room gives the room into which a segment is sealed, [MaxSegment] bytes, by where in
// the sealed file the segment begins; nil leaves it to [Sealer.Each]. Nothing is ever
// in it that is not sealed. Nobody else may write to it until the segment was handed
// out, or Each has returned.
//
// next says whether the segment is the next that will be handed out. Where it is not,
// Room may return [ErrNoRoom].
type Room func(place int64, next bool) ([]byte, error)

// ErrNoRoom says that there is no room for a segment before others were handed out.
var ErrNoRoom = errors.New("no room for a segment")

// Each seals a content and hands out the segments in their order, each in the room
// that it was given; others are being sealed meanwhile. Where it was given none, or
// room is nil, what it hands out is gone when the call returns. A content that is not
// of the size that was said is Invalid, and its last segment is not handed out.
func (s *Sealer) Each(content io.Reader, room Room, take func(SealedSegment) error) error {
	lanes := min(most, runtime.GOMAXPROCS(0))
	buffers := make([]*[MaxSegment]byte, lanes) // of one after the other
	r := s.read(content)
	var under []*lane
	defer func() { // none goes on when this has returned
		for _, l := range under {
			<-l.sealed
		}
	}()
	for {
		for !r.ended && len(under) < lanes {
			l := &lane{sealed: make(chan struct{}, 1)}
			if room != nil {
				var err error
				l.room, err = room(r.place, len(under) == 0)
				if errors.Is(err, ErrNoRoom) && len(under) > 0 {
					break
				}
				if err != nil {
					return err
				}
			}
			turn := r.number % int64(lanes)
			if buffers[turn] == nil {
				buffers[turn] = new([MaxSegment]byte)
			}
			l.buffer = buffers[turn]
			if err := r.next(l); err != nil {
				return err
			}
			under = append(under, l)
			go s.seal(l)
		}
		l := under[0]
		<-l.sealed
		under = under[1:]
		if err := take(l.SealedSegment); err != nil || l.Last {
			return err
		}
	}
}

// writeTo writes the sealed file.
func (s *Sealer) writeTo(dst io.Writer, content io.Reader) error {
	return s.Each(content, nil, func(sealed SealedSegment) error {
		_, err := dst.Write(sealed.Sealed)
		return err
	})
}

// most is how many segments are under way at the same time: while one is written,
// others are sealed. More would take memory and gain nothing.
const most = 3

// lane is a segment under way.
type lane struct {
	SealedSegment
	buffer *[MaxSegment]byte
	room   []byte // into which it is sealed; nil = in place
	head   int    // bytes of buffer that are not sealed, but stand before it
	plain  int    // bytes that are
	sealed chan struct{}
}

func (s *Sealer) seal(l *lane) {
	into, plain := l.buffer[:], l.buffer[l.head:][:l.plain]
	if l.room != nil {
		into = l.room
		copy(into, l.buffer[:l.head])
	}
	l.Sealed = s.gcm.Seal(into[:l.head], s.stream.nonce(l.Number, l.Last), plain, nil)
	copy(l.Tag[:], l.Sealed[l.head+l.plain:])
	l.sealed <- struct{}{}
}

// plainReader divides what is sealed into segments.
type plainReader struct {
	*Sealer
	src    source
	number int64
	place  int64
	left   int64  // of the content, which may be Unknown
	ahead  []byte // what the next segment begins with
	ended  bool
}

func (s *Sealer) read(content io.Reader) *plainReader {
	return &plainReader{Sealer: s, src: source{r: content, what: "the content"}, left: s.size, ahead: s.meta}
}

// next reads the next segment, and one byte more, to see whether it is the last.
func (r *plainReader) next(l *lane) error {
	l.head = 0
	if r.number == 0 {
		l.head = copy(l.buffer[:], r.head)
	}
	room := SegmentRoom(r.number)
	space := l.buffer[l.head:][:room+1]
	have := copy(space, r.ahead)
	n, err := io.ReadFull(&r.src, space[have:])
	if have += n; r.src.err != nil {
		return r.src.err
	}
	r.ended = err != nil
	if r.left != Unknown {
		if r.left -= int64(n); r.left < 0 || r.ended && r.left != 0 {
			return errSize
		}
	}
	if r.number >= math.MaxUint32 {
		return send.Fail(send.TooLarge, "the content is too long for any sealed file")
	}
	l.plain = min(have, room)
	r.ahead = append(r.ahead[:0:0], space[l.plain:have]...)
	l.Number, l.Last, l.Place = r.number, r.ended, r.place
	r.number++
	r.place += int64(l.head + l.plain + tagSize)
	return nil
}
