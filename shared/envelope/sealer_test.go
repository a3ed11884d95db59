package envelope

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"sgraph.ai/send/shared/send"
)

// segmentsSealed returns what a sealer hands out.
func segmentsSealed(t testing.TB, secret Secret, s Stream, content io.Reader, size int64) (all []SealedSegment) {
	t.Helper()
	sealer, err := NewSealer(secret, s, testMeta, size)
	if err != nil {
		t.Fatal(err)
	}
	err = sealer.Each(content, nil, func(s SealedSegment) error {
		s.Sealed = slices.Clone(s.Sealed)
		all = append(all, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// The same file sealed again is the same, however it is read and whether or not
// its size is known: so that the rest of it can be sent later.
func TestSealedAgain(t *testing.T) {
	t.Parallel()
	key := NewKey()
	for _, secret := range []Secret{key, locked(t, cheap(1), key, "p")} {
		for _, n := range interesting() {
			content, stream := pattern(n), NewStream()
			once := segmentsSealed(t, secret, stream, bytes.NewReader(content), int64(n))
			again := segmentsSealed(t, secret, stream, iotest.HalfReader(bytes.NewReader(content)), Unknown)
			var file []byte
			for i, s := range once {
				if s.Number != int64(i) || s.Last != (i == len(once)-1) || s.Place != int64(len(file)) ||
					!bytes.HasSuffix(s.Sealed, s.Tag[:]) || i > 0 && s.Place != (streamHead{secret.stretched(),
					stream}).form().SegmentPlace(s.Number) {
					t.Fatalf("%d bytes, segment %d: %d, %v, %d", n, i, s.Number, s.Last, s.Place)
				}
				if a := again[i]; a.Tag != s.Tag || a.Number != s.Number || a.Last != s.Last || a.Place != s.Place {
					t.Fatalf("%d bytes, segment %d: sealed otherwise", n, i)
				}
				file = append(file, s.Sealed...)
			}
			if sealer, _ := NewSealer(secret, stream, testMeta, int64(n)); sealer.Size() != int64(len(file)) {
				t.Errorf("%d bytes: Size %d of %d", n, sealer.Size(), len(file))
			}
			if _, got, err := openWith(file, secret); err != nil || !bytes.Equal(got, content) {
				t.Errorf("%d bytes: %v", n, err)
			}
			// Anywhere else, and with anything else, nothing is as it was.
			for _, other := range [][]SealedSegment{
				segmentsSealed(t, secret, NewStream(), bytes.NewReader(content), int64(n)),
				segmentsSealed(t, NewKey(), stream, bytes.NewReader(content), int64(n)),
			} {
				for i := range other {
					if other[i].Tag == once[i].Tag {
						t.Errorf("%d bytes, segment %d is the same under another key", n, i)
					}
				}
			}
		}
	}
}

// What was changed is told by the tags: of every segment in which it was.
func TestSealedAgainAfterAChange(t *testing.T) {
	t.Parallel()
	key, stream, content := NewKey(), NewStream(), pattern(3<<20)
	once := segmentsSealed(t, key, stream, bytes.NewReader(content), int64(len(content)))
	for at, want := range map[int]int64{0: 0, 1 << 20: 1, 3<<20 - 1: 3} {
		changed := slices.Clone(content)
		changed[at] ^= 1
		for i, s := range segmentsSealed(t, key, stream, bytes.NewReader(changed), int64(len(changed))) {
			if (s.Tag != once[i].Tag) != (s.Number == want) {
				t.Errorf("byte %d changed, segment %d: %v", at, i, s.Tag == once[i].Tag)
			}
		}
	}
	// A file that ends sooner or later, too: its last segment is sealed as the last.
	longer := segmentsSealed(t, key, stream, bytes.NewReader(append(content, 1)), Unknown)
	if last := len(once) - 1; longer[last].Tag == once[last].Tag {
		t.Error("a byte more changes nothing")
	}
}

// A content that is not as long as was said has no last segment, nor has one that
// fails, and who takes no more is not asked again.
func TestSealerStops(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk on fire")
	for name, c := range map[string]struct {
		content io.Reader
		size    int64
		want    error
	}{
		"shorter": {strings.NewReader("abc"), 4, errSize},
		"longer":  {strings.NewReader("abc"), 2, errSize},
		"fails":   {io.MultiReader(bytes.NewReader(pattern(5<<20)), iotest.ErrReader(broken)), Unknown, broken},
		"cut": {io.MultiReader(bytes.NewReader(pattern(5<<20)), iotest.ErrReader(io.ErrUnexpectedEOF)), Unknown,
			io.ErrUnexpectedEOF},
	} {
		sealer, err := NewSealer(NewKey(), NewStream(), testMeta, c.size)
		if err != nil {
			t.Fatal(err)
		}
		err = sealer.Each(c.content, nil, func(s SealedSegment) error {
			if s.Last {
				t.Errorf("%s: it has an end", name)
			}
			return nil
		})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	sealer, _ := NewSealer(NewKey(), NewStream(), testMeta, Unknown)
	n, enough := 0, errors.New("enough")
	if err := sealer.Each(zeros{}, nil, func(SealedSegment) error {
		if n++; n == 5 {
			return enough
		}
		return nil
	}); err != enough || n != 5 {
		t.Errorf("%d segments, %v", n, err)
	}
	if _, err := NewSealer(unopened{}, NewStream(), testMeta, 0); send.CodeOf(err) != send.Invalid {
		t.Errorf("a secret that opens nothing: %v", err)
	}
}

// unopened is a secret that does not open what it says of itself.
type unopened struct{ Key }

func (unopened) under(*Stretch) (Key, error) { return Key{}, ErrPassphrase }

// Wherever a segment is sealed, it is the same, and begins where its room does.
func TestSealedInItsRoom(t *testing.T) {
	t.Parallel()
	key, stream, content := NewKey(), NewStream(), pattern(5<<20)
	once := segmentsSealed(t, key, stream, bytes.NewReader(content), Unknown)
	sealer, err := NewSealer(key, stream, testMeta, Unknown)
	if err != nil {
		t.Fatal(err)
	}
	rooms := map[int64][]byte{}
	asked, refused := 0, 0
	room := func(place int64, next bool) ([]byte, error) {
		switch asked++; {
		case !next && asked%3 == 0:
			refused++
			return nil, ErrNoRoom
		case asked%4 == 0:
			return nil, nil
		}
		rooms[place] = make([]byte, MaxSegment)
		return rooms[place], nil
	}
	n := 0
	if err := sealer.Each(bytes.NewReader(content), room, func(s SealedSegment) error {
		if !bytes.Equal(s.Sealed, once[n].Sealed) || s.Tag != once[n].Tag {
			t.Errorf("segment %d is another", n)
		}
		if in := rooms[s.Place]; in != nil && &in[0] != &s.Sealed[0] {
			t.Errorf("segment %d is elsewhere", n)
		}
		n++
		return nil
	}); err != nil || n != len(once) || len(rooms) == 0 {
		t.Fatalf("%d segments of %d, %d in rooms: %v", n, len(once), len(rooms), err)
	}
	t.Logf("%d segments, %d in rooms, %d times none", n, len(rooms), refused)
	err = sealer.Each(bytes.NewReader(content), func(int64, bool) ([]byte, error) { return nil, ErrNoRoom },
		func(SealedSegment) error { t.Error("a segment without room"); return nil })
	if !errors.Is(err, ErrNoRoom) {
		t.Errorf("never any room: %v", err)
	}
}
