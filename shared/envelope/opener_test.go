package envelope_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"sgraph.ai/send/shared/envelope"
)

// sealV2 seals n bytes as a file of V2.
func sealV2(t *testing.T, key envelope.Key, n int) (sealed, content []byte) {
	t.Helper()
	content = make([]byte, n)
	for i := range content {
		content[i] = byte(i % 251)
	}
	var out bytes.Buffer
	err := envelope.Encrypt(&out, key, envelope.Meta{Filename: "a.bin"}, bytes.NewReader(content), envelope.Unknown)
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), content
}

// openerSizes are around the ends of the first segments.
var openerSizes = []int{0, 1, 1<<20 - 40 - 16 - 31, 1<<20 - 40 - 16 - 30, 1 << 20, 3<<20 + 5}

// From whichever segment on, what is opened is what Decrypt opens.
func TestOpenerFromAnySegment(t *testing.T) {
	t.Parallel()
	key := envelope.NewKey()
	for _, n := range openerSizes {
		sealed, content := sealV2(t, key, n)
		o, err := envelope.NewOpener(sealed[:envelope.V2.StreamHead()], key)
		if err != nil {
			t.Fatal(err)
		}
		var all []envelope.Segment
		for from := int64(0); ; from++ {
			var plain []byte
			err := o.Each(bytes.NewReader(sealed[envelope.V2.SegmentPlace(from):]), from, func(s envelope.Segment) error {
				s.Plain = slices.Clone(s.Plain)
				plain = append(plain, s.Plain...)
				if from == 0 {
					all = append(all, s)
				}
				return nil
			})
			if err != nil {
				t.Fatalf("%d bytes, from %d: %v", n, from, err)
			}
			if from == 0 {
				meta, size, err := envelope.SplitMeta(plain)
				if err != nil || meta.Filename != "a.bin" {
					t.Fatalf("%+v, %v", meta, err)
				}
				plain = plain[size:]
			}
			if !bytes.HasSuffix(content, plain) {
				t.Errorf("%d bytes, from %d: something else came out", n, from)
			}
			if from == int64(len(all))-1 {
				break
			}
		}
		for _, s := range all {
			if !o.Proves(s) {
				t.Errorf("%d bytes: segment %d is not proved", n, s.Number)
			}
			for name, changed := range map[string]envelope.Segment{
				"number": {s.Number + 1, s.Last, s.Plain, s.Tag},
				"last":   {s.Number, !s.Last, s.Plain, s.Tag},
				"plain":  {s.Number, s.Last, append([]byte{1}, s.Plain...), s.Tag},
				"tag":    {s.Number, s.Last, s.Plain, [16]byte{}},
			} {
				if o.Proves(changed) {
					t.Errorf("%d bytes: segment %d with another %s is proved", n, s.Number, name)
				}
			}
		}
	}
}

// What is cut, longer, changed, in another place or under another key does not
// come out to its end.
func TestOpenerRefuses(t *testing.T) {
	t.Parallel()
	key := envelope.NewKey()
	sealed, _ := sealV2(t, key, 2<<20)
	each := func(key envelope.Key, sealed []byte, from int64) error {
		o, err := envelope.NewOpener(sealed[:envelope.V2.StreamHead()], key)
		if err != nil {
			return err
		}
		src := bytes.NewReader(sealed[envelope.V2.SegmentPlace(from):])
		return o.Each(src, from, func(envelope.Segment) error { return nil })
	}
	if err := each(key, sealed, 0); err != nil {
		t.Fatal(err)
	}
	flipped := slices.Clone(sealed)
	flipped[len(flipped)-20] ^= 1
	second := envelope.V2.SegmentPlace(1)
	for name, err := range map[string]error{
		"cut":       each(key, sealed[:len(sealed)-1], 0),
		"cut there": each(key, sealed[:second], 0),
		"longer":    each(key, append(slices.Clone(sealed), 0), 0),
		"changed":   each(key, flipped, 0),
		"moved":     each(key, append(slices.Clone(sealed[:second]), sealed[envelope.V2.StreamHead():]...), 1),
		"key":       each(envelope.NewKey(), sealed, 0),
		"empty":     each(key, sealed[:envelope.V2.StreamHead()], 0),
	} {
		if !errors.Is(err, envelope.ErrNotAuthentic) {
			t.Errorf("%s: %v", name, err)
		}
	}
	lost := errors.New("lost")
	o, err := envelope.NewOpener(sealed[:envelope.V2.StreamHead()], key)
	if err != nil {
		t.Fatal(err)
	}
	src := io.MultiReader(bytes.NewReader(sealed[envelope.V2.StreamHead():second+5]), iotest.ErrReader(lost))
	if err := o.Each(src, 0, func(envelope.Segment) error { return nil }); !errors.Is(err, lost) {
		t.Errorf("a lost connection: %v", err)
	}
	if _, err := envelope.NewOpener(make([]byte, envelope.V2.StreamHead()), key); !errors.Is(err, envelope.ErrVersion) {
		t.Errorf("another version: %v", err)
	}
}

// While a segment is taken others are read and opened, and no more than a few.
func TestOpenerReadsAhead(t *testing.T) {
	t.Parallel()
	key := envelope.NewKey()
	sealed, _ := sealV2(t, key, 20<<20)
	o, err := envelope.NewOpener(sealed, key)
	if err != nil {
		t.Fatal(err)
	}
	src := &counting{r: bytes.NewReader(sealed[envelope.V2.StreamHead():]), third: make(chan struct{})}
	err = o.Each(src, 0, func(s envelope.Segment) error {
		if s.Number == 0 {
			select {
			case <-src.third:
			case <-time.After(time.Minute):
				t.Error("nothing is read meanwhile")
			}
		}
		if ahead := src.n.Load()>>20 - s.Number; ahead > 5 {
			t.Errorf("%d segments were read when the one of number %d was taken", ahead+s.Number, s.Number)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// counting counts what is read, and tells when there are more than two segments.
type counting struct {
	r     io.Reader
	n     atomic.Int64
	third chan struct{}
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if before := c.n.Add(int64(n)) - int64(n); before <= 2<<20 && before+int64(n) > 2<<20 {
		close(c.third)
	}
	return n, err
}

// All that came before a failure is handed out; and where it cannot be taken, nothing is
// read any more when Each has returned.
func TestOpenerEnds(t *testing.T) {
	t.Parallel()
	key := envelope.NewKey()
	sealed, _ := sealV2(t, key, 6<<20)
	o, err := envelope.NewOpener(sealed, key)
	if err != nil {
		t.Fatal(err)
	}
	lost, refused := errors.New("lost"), errors.New("refused")
	changed := slices.Clone(sealed)
	changed[envelope.V2.SegmentPlace(4)+1] ^= 1
	head := envelope.V2.StreamHead()
	for _, c := range []struct {
		name  string
		src   io.Reader
		want  error
		taken int64
	}{
		{"lost", io.MultiReader(bytes.NewReader(sealed[head:4<<20+100]), iotest.ErrReader(lost)), lost, 4},
		{"changed", bytes.NewReader(changed[head:]), envelope.ErrNotAuthentic, 4},
		{"refused", bytes.NewReader(sealed[head:]), refused, 2},
	} {
		var taken int64
		var reading atomic.Bool
		src := readerFunc(func(p []byte) (int, error) {
			reading.Store(true)
			defer reading.Store(false)
			time.Sleep(time.Millisecond) // so that one that goes on is seen
			return c.src.Read(p[:min(len(p), 100_000)])
		})
		err := o.Each(src, 0, func(s envelope.Segment) error {
			if s.Number != taken {
				t.Errorf("%s: segment %d comes as number %d", c.name, s.Number, taken)
			}
			if taken++; taken == 2 && c.want == refused {
				return refused
			}
			return nil
		})
		if !errors.Is(err, c.want) || taken != c.taken || reading.Load() {
			t.Errorf("%s: %d segments, %v; still reading: %v", c.name, taken, err, reading.Load())
		}
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
