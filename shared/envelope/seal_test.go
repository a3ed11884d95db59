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

var testMeta = Meta{Filename: "report.pdf", Type: "application/pdf"}

// pattern is a content whose segments all differ: 251 divides no power of two.
func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i % 251)
	}
	return b
}

// interesting are the sizes of content around the edges of segments, with the
// envelope of testMeta before it.
func interesting() []int {
	first := firstRoom - len(testMeta.seal())
	second := first + segmentRoom
	return []int{0, 1, first - 1, first, first + 1, second - 1, second, second + 1, 3 << 20}
}

const headerV2 = len(magicV2)

// sealV2 seals a file of V2, or of V3, whatever its size, always in the same way.
func sealV2(dst io.Writer, secret Secret, s Stream, meta Meta, content io.Reader, size int64) error {
	sealer, err := NewSealer(secret, s, meta, size)
	if err != nil {
		return err
	}
	return sealer.writeTo(dst, content)
}

func sealedV1(t testing.TB, key Key, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Encrypt(&b, key, testMeta, bytes.NewReader(content), int64(len(content))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func sealedV2(t testing.TB, key Key, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Encrypt(&b, key, testMeta, bytes.NewReader(content), Unknown); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// open decrypts all of a file.
func open(blob []byte, key Key) (Meta, []byte, error) {
	meta, r, err := Decrypt(bytes.NewReader(blob), key)
	if err != nil {
		return meta, nil, err
	}
	b, err := io.ReadAll(r)
	return meta, b, err
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for _, n := range interesting() {
		content, key := pattern(n), NewKey()
		one, two := sealedV1(t, key, content), sealedV2(t, key, content)
		if got, want := int64(len(one)), SealedSize(Key{}, testMeta, int64(n)); got != want {
			t.Errorf("%d bytes: V1 has %d bytes, SealedSize says %d", n, got, want)
		}
		if got, want := int64(len(two)), V2.sealedSize(int64(len(testMeta.seal())+n)); got != want {
			t.Errorf("%d bytes: V2 has %d bytes, not %d", n, got, want)
		}
		for form, blob := range map[Form][]byte{V1: one, V2: two} {
			meta, got, err := open(blob, key)
			if err != nil || meta != testMeta || !bytes.Equal(got, content) {
				t.Errorf("%v, %d bytes: %+v, %d bytes, %v", form, n, meta, len(got), err)
			}
			if got, err := Inspect(blob[:min(len(blob), HeadSize)], int64(len(blob))); got != form || err != nil {
				t.Errorf("%v, %d bytes: Inspect: %v, %v", form, n, got, err)
			}
			plain := int64(len(testMeta.seal()) + n)
			if got := form.PlainSize(int64(len(blob))); got != plain {
				t.Errorf("%v, %d bytes: PlainSize %d, not %d", form, n, got, plain)
			}
		}
	}
}

func TestFormBySize(t *testing.T) {
	t.Parallel()
	for size, want := range map[int64]Form{0: V1, MaxV1: V1, MaxV1 + 1: V2} {
		var b bytes.Buffer
		if err := Encrypt(&b, NewKey(), Meta{}, io.LimitReader(zeros{}, size), size); err != nil {
			t.Fatal(err)
		}
		if got := int64(b.Len()); got != SealedSize(Key{}, Meta{}, size) {
			t.Errorf("%d bytes: sealed %d, SealedSize %d", size, got, SealedSize(Key{}, Meta{}, size))
		}
		if got, err := Inspect(b.Bytes()[:min(b.Len(), HeadSize)], int64(b.Len())); got != want || err != nil {
			t.Errorf("%d bytes: %v, %v", size, got, err)
		}
	}
	if SealedSize(Key{}, Meta{}, Unknown) != Unknown {
		t.Error("the sealed size of an unknown size is known")
	}
}

// No two seals of the same file have a byte in common beyond chance.
func TestFresh(t *testing.T) {
	t.Parallel()
	key, content := NewKey(), pattern(1000)
	a, b := sealedV1(t, key, content), sealedV1(t, key, content)
	if bytes.Equal(a[:ivSize], b[:ivSize]) {
		t.Error("V1 uses a nonce twice")
	}
	a, b = sealedV2(t, key, content), sealedV2(t, key, content)
	salt := a[headerV2+1:][:saltSize]
	const begin, end = headerV2 + 1 + saltSize, headerV2 + 1 + saltSize + prefixSize // of the nonces' prefix
	if bytes.Contains(b, salt) || bytes.Equal(a[begin:end], b[begin:end]) {
		t.Error("V2 uses a salt or a nonce prefix twice")
	}
}

func TestWrongKey(t *testing.T) {
	t.Parallel()
	for _, blob := range [][]byte{sealedV1(t, NewKey(), pattern(10)), sealedV2(t, NewKey(), pattern(10))} {
		if _, _, err := Decrypt(bytes.NewReader(blob), NewKey()); !errors.Is(err, ErrNotAuthentic) {
			t.Errorf("got %v", err)
		}
	}
}

func TestEveryTruncation(t *testing.T) {
	t.Parallel()
	key := NewKey()
	for _, blob := range [][]byte{sealedV1(t, key, pattern(40)), sealedV2(t, key, pattern(40))} {
		for n := range blob {
			if _, _, err := open(blob[:n], key); !errors.Is(err, ErrNotAuthentic) {
				t.Errorf("%d of %d bytes: %v", n, len(blob), err)
			}
		}
	}
}

// A stream that is cut exactly between two segments is cut all the same.
func TestTruncationBetweenSegments(t *testing.T) {
	t.Parallel()
	key := NewKey()
	content := pattern(3 << 20)
	blob := sealedV2(t, key, content)
	for at := headerV2 + segmentSize; at < len(blob); at += segmentSize {
		for _, n := range []int{at - 1, at, at + 1, at + tagSize} {
			_, got, err := open(blob[:n], key)
			if !errors.Is(err, ErrNotAuthentic) {
				t.Errorf("cut at %d: %v", n, err)
			}
			if !bytes.HasPrefix(content, got) {
				t.Errorf("cut at %d: released what was not sealed", n)
			}
		}
	}
}

func TestEveryFlippedByte(t *testing.T) {
	t.Parallel()
	key := NewKey()
	for _, blob := range [][]byte{sealedV1(t, key, pattern(40)), sealedV2(t, key, pattern(40))} {
		for i := range blob {
			changed := slices.Clone(blob)
			changed[i] ^= 1 << (i % 8)
			if _, _, err := open(changed, key); !errors.Is(err, ErrNotAuthentic) && !errors.Is(err, ErrVersion) {
				t.Errorf("byte %d: %v", i, err)
			}
		}
	}
}

func TestSegmentsMoved(t *testing.T) {
	t.Parallel()
	key := NewKey()
	content := pattern(4 << 20)
	blob := sealedV2(t, key, content)
	seg := func(i int) []byte { return blob[headerV2+i*segmentSize:][:segmentSize] }
	end := blob[headerV2+4*segmentSize:]
	head := blob[:headerV2]
	other := sealedV2(t, key, content) // of the same key, but another stream
	for name, moved := range map[string][]byte{
		"swapped":       slices.Concat(head, seg(0), seg(2), seg(1), seg(3), end),
		"left out":      slices.Concat(head, seg(0), seg(2), seg(3), end),
		"repeated":      slices.Concat(head, seg(0), seg(1), seg(1), seg(2), seg(3), end),
		"spliced":       slices.Concat(head, seg(0), other[headerV2+segmentSize:]),
		"one byte more": slices.Concat(blob, []byte{0}),
		"end repeated":  slices.Concat(blob, end),
	} {
		_, got, err := open(moved, key)
		if !errors.Is(err, ErrNotAuthentic) {
			t.Errorf("%s: %v", name, err)
		}
		if !bytes.HasPrefix(content, got) {
			t.Errorf("%s: released what was not sealed", name)
		}
	}
}

// Who reads on after an error gets the error again, not the end of the file.
func TestErrorStays(t *testing.T) {
	t.Parallel()
	key := NewKey()
	blob := sealedV2(t, key, pattern(2<<20))
	_, r, err := Decrypt(bytes.NewReader(blob[:len(blob)-1]), key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, r); !errors.Is(err, ErrNotAuthentic) {
		t.Fatalf("got %v", err)
	}
	if n, err := r.Read(make([]byte, 1)); n != 0 || !errors.Is(err, ErrNotAuthentic) {
		t.Errorf("the second read: %d, %v", n, err)
	}
}

// A lost connection is told from a changed file: io.ErrUnexpectedEOF is how
// net/http reports it.
func TestReadErrors(t *testing.T) {
	t.Parallel()
	key := NewKey()
	lost := errors.New("connection reset")
	for _, cause := range []error{lost, io.ErrUnexpectedEOF} {
		for _, blob := range [][]byte{sealedV1(t, key, pattern(100)), sealedV2(t, key, pattern(2<<20))} {
			for _, n := range []int{0, 4, 8, 20, 48, 60, len(blob) - 1} {
				src := io.MultiReader(bytes.NewReader(blob[:n]), iotest.ErrReader(cause))
				_, r, err := Decrypt(src, key)
				if err == nil {
					_, err = io.Copy(io.Discard, r)
				}
				if !errors.Is(err, cause) || errors.Is(err, ErrNotAuthentic) {
					t.Errorf("after %d bytes: %v", n, err)
				}
			}
		}
	}
}

func TestOddReaders(t *testing.T) {
	t.Parallel()
	key, content := NewKey(), pattern(5000)
	for _, blob := range [][]byte{sealedV1(t, key, content), sealedV2(t, key, content)} {
		for _, odd := range []func(io.Reader) io.Reader{iotest.OneByteReader, iotest.HalfReader, iotest.DataErrReader} {
			_, r, err := Decrypt(odd(bytes.NewReader(blob)), key)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(odd(r)); err != nil || !bytes.Equal(got, content) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
		}
	}
}

func TestContentOfAnotherSize(t *testing.T) {
	t.Parallel()
	for _, said := range []int64{9, 11, MaxV1 + 1} {
		err := Encrypt(io.Discard, NewKey(), testMeta, strings.NewReader("ten bytes!"), said)
		if send.CodeOf(err) != send.Invalid {
			t.Errorf("%d said, 10 given: %v", said, err)
		}
	}
	// V2 that turns out longer must not be finished either.
	var b bytes.Buffer
	key := NewKey()
	err := sealV2(&b, key, Stream{}, testMeta, strings.NewReader("ten bytes!"), 9)
	if send.CodeOf(err) != send.Invalid {
		t.Errorf("got %v", err)
	}
	if _, _, err := open(b.Bytes(), key); err == nil {
		t.Error("a file that was not finished opens")
	}
}

func TestContentFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk on fire")
	for _, size := range []int64{10, MaxV1 + 1, Unknown} {
		src := io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(broken))
		if err := Encrypt(io.Discard, NewKey(), testMeta, src, size); !errors.Is(err, broken) {
			t.Errorf("size %d: %v", size, err)
		}
	}
}

func TestVersionUnknown(t *testing.T) {
	t.Parallel()
	blob := sealedV2(t, NewKey(), nil)
	blob[7] = 4
	if _, _, err := Decrypt(bytes.NewReader(blob), NewKey()); !errors.Is(err, ErrVersion) {
		t.Errorf("got %v", err)
	}
}

func TestLimit(t *testing.T) {
	t.Parallel()
	key := NewKey()
	one, two := sealedV1(t, key, pattern(1000)), sealedV2(t, key, pattern(1000))
	for limit, want := range map[int64]error{0: ErrTooLarge, int64(len(one)) - 1: ErrTooLarge, int64(len(one)): nil} {
		if _, _, err := DecryptLimit(bytes.NewReader(one), key, limit); !errors.Is(err, want) {
			t.Errorf("limit %d: %v", limit, err)
		}
	}
	if _, _, err := DecryptLimit(bytes.NewReader(two), key, 0); err != nil {
		t.Errorf("V2 is limited: %v", err)
	}
}

// A stream that is genuine but has no envelope is none of ours.
func TestStreamWithoutEnvelope(t *testing.T) {
	t.Parallel()
	key := NewKey()
	for _, plain := range []string{
		"", "SGMETA\x00", "hello, hello, hello", "SGMETB\x00\x00\x00\x00\x02{}", "SGMETA\x00\x00\x00\x00\x05[1,2]",
		"SGMETA\x00\xff\xff\xff\xff{}", "SGMETA\x00\x00\x00\x00\x09{}",
	} {
		blob := rawStream(t, key, []byte(plain))
		if _, _, err := Decrypt(bytes.NewReader(blob), key); !errors.Is(err, errMalformed) {
			t.Errorf("%q: %v", plain, err)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
