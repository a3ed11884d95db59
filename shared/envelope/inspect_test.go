package envelope

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	mathrand "math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/nightly"
)

func inspect(b []byte) (Form, error) {
	return Inspect(b[:min(len(b), HeadSize)], int64(len(b)))
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

// What a client that forgot to encrypt would send, made by real encoders and
// with contents that do not compress.
func TestRefused(t *testing.T) {
	t.Parallel()
	noise := image.NewRGBA(image.Rect(0, 0, 200, 200))
	for i := range noise.Pix {
		noise.Pix[i] = byte(mathrand.Uint32())
	}
	palette := image.NewPaletted(noise.Rect, color.Palette{color.Black, color.White})
	made := func(write func(*bytes.Buffer) error) []byte {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for name, body := range map[string][]byte{
		"nothing":       {},
		"too little":    random(27),
		"envelope":      append(testMeta.seal(), random(50_000)...),
		"short text":    []byte("a text of twenty-eight bytes"),
		"text":          []byte(strings.Repeat("Dear friend, here is the report. ", 100)),
		"Chinese":       []byte("你好,这是我们昨天谈到的那份报告。"),
		"cut in a rune": []byte(strings.Repeat("é", HeadSize) + "."),
		"JSON":          []byte(`{"filename":"a.txt","data":"aGVsbG8="}`),
		"base64":        []byte(base64.StdEncoding.EncodeToString(random(300))),
		"zeros":         make([]byte, 1000),
		"records":       bytes.Repeat(random(20), 30),
		"UTF-16":        []byte(strings.Join(strings.Split(strings.Repeat("secret ", 30), ""), "\x00")),
		"PNG":           made(func(b *bytes.Buffer) error { return png.Encode(b, noise) }),
		"JPEG":          append([]byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00"), random(3000)...),
		"JPEG by Go":    made(func(b *bytes.Buffer) error { return jpeg.Encode(b, noise, nil) }),
		"GIF":           made(func(b *bytes.Buffer) error { return gif.Encode(b, palette, nil) }),
		"gzip": made(func(b *bytes.Buffer) error {
			z := gzip.NewWriter(b)
			_, _ = z.Write(random(3000))
			return z.Close()
		}),
		"ZIP": made(func(b *bytes.Buffer) error {
			z := zip.NewWriter(b)
			w, err := z.Create("a")
			_, _ = w.Write(random(3000))
			return errors.Join(err, z.Close())
		}),
		"PDF":     append([]byte("%PDF-1.7\n"), random(3000)...),
		"MP4":     append([]byte("\x00\x00\x00\x20ftypisom\x00\x00\x02\x00"), random(3000)...),
		"7z":      append([]byte("7z\xbc\xaf\x27\x1c\x00\x04"), random(3000)...),
		"MKV":     append([]byte("\x1a\x45\xdf\xa3\xa3\x42\x86\x81\x01"), random(3000)...),
		"zstd":    append([]byte("\x28\xb5\x2f\xfd\x04"), random(3000)...),
		"program": thisProgram(t),
		// A header without what it announces is no sealed file either.
		"v2, plaintext after":  append([]byte(magicV2+"\x28"), bytes.Repeat([]byte("plain text "), 100)...),
		"v2, header length":    append([]byte(magicV2+"\x29"), random(1000)...),
		"v2, unknown version":  append([]byte(family+"\x03\x28"), random(1000)...),
		"v2, too short":        append([]byte(magicV2+"\x28"), random((headerV2+leastStream)-headerV2-2)...),
		"v2, no room for tag":  append([]byte(magicV2+"\x28"), random(segmentSize-1+tagSize)...),
		"v2, empty segment":    append([]byte(magicV2+"\x28"), random(segmentSize-1+1)...),
		"v2, only the header":  []byte(magicV2),
		"v2, part of a header": []byte(family),
	} {
		form, err := inspect(body)
		if send.CodeOf(err) != send.Invalid || form != 0 {
			t.Errorf("%s: %v, %v", name, form, err)
		} else if !strings.Contains(err.Error(), "nothing was kept") {
			t.Errorf("%s: the message does not say what became of the file: %v", name, err)
		}
	}
}

// thisProgram returns the beginning of an executable file.
func thisProgram(t *testing.T) []byte {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b[:HeadSize]
}

func TestHeadOfAnotherSizeIsAFault(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		head int
		size int64
	}{{100, 101}, {100, 99}, {100, -1}, {0, 28}, {HeadSize - 1, HeadSize}} {
		if _, err := Inspect(random(c.head), c.size); send.CodeOf(err) != send.Internal {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if _, err := Inspect(random(HeadSize+1), HeadSize+1); err != nil {
		t.Errorf("more head than needed: %v", err)
	}
}

// Sealed files of any size pass. That none is refused here shows nothing about
// one in 10^9; the next tests add that up.
func TestSealedFilesPass(t *testing.T) {
	t.Parallel()
	for i := range nightly.Or(3000, 300_000) {
		n := leastV1 + i%600
		if i%50 == 0 {
			n = HeadSize - i%3 + 1
		}
		if form, err := inspect(random(n)); form != V1 || err != nil {
			t.Fatalf("%d random bytes: %v, %v", n, form, err)
		}
		if n >= (headerV2 + leastStream) {
			if form, err := inspect(append([]byte(magicV2+"\x28"), random(n)...)); form != V2 || err != nil {
				t.Fatalf("V2 with %d random bytes: %v, %v", n, form, err)
			}
		}
	}
}

// The chance that random bytes match any signature.
func TestChanceOfSignatures(t *testing.T) {
	t.Parallel()
	sum := 0.0
	for _, s := range signatures {
		bits := 4 * (len(s.pattern) - strings.Count(s.pattern, "?"))
		if len(s.pattern)%2 != 0 || bits < 32 || len(s.pattern)/2 > leastV1 {
			t.Errorf("%s, %s: %d bits", s.name, s.pattern, bits)
		}
		sum += math.Pow(2, -float64(bits))
	}
	t.Logf("%.1e", sum)
	if sum > 1e-10 {
		t.Errorf("signatures match one random head in %.0f", 1/sum)
	}
}

// The chance that the fewest random bytes that are looked at are a text, by
// counting the texts of n bytes: each is a text of n-w bytes and one rune of w.
func TestChanceOfText(t *testing.T) {
	t.Parallel()
	var runes [utf8.UTFMax + 1]float64 // how many printed runes have w bytes
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if utf8.ValidRune(r) && isPrinted(r) {
			runes[utf8.RuneLen(r)]++
		}
	}
	chance := make([]float64, leastV1+1) // of n bytes
	chance[0] = 1
	for n := 1; n <= leastV1; n++ {
		for w := 1; w <= min(n, utf8.UTFMax); w++ {
			chance[n] += chance[n-w] * runes[w] / math.Pow(256, float64(w))
		}
	}
	t.Logf("%.1e", chance[leastV1])
	if chance[leastV1] > 8e-10 {
		t.Errorf("%d random bytes are a text once in %.0f", leastV1, 1/chance[leastV1])
	}
}

// What only happens to be UTF-8 is no text: half of all bytes are.
func TestControlsAreNoText(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		strings.Repeat("a", 40) + "\x00", strings.Repeat("\x01", 40), strings.Repeat("a\u0085", 20), "too short",
	} {
		if isText([]byte(s)) {
			t.Errorf("%q is taken for a text", s)
		}
	}
}

// Random heads are never shortened at all, while evidentSaving asks for eight
// bytes: by counting, a chance below 2^-63.
func TestChanceOfSaving(t *testing.T) {
	t.Parallel()
	most := math.MinInt
	for i := range 400 {
		most = max(most, saving(random(28+i*131)))
	}
	t.Logf("at best %d bytes", most)
	if most >= 0 {
		t.Errorf("random bytes were shortened by %d", most)
	}
}

func FuzzInspect(f *testing.F) {
	f.Add([]byte(nil), int64(0))
	f.Add(random(64), int64(64))
	f.Add([]byte(magicV2+"\x28"), int64(1<<40))
	f.Add(slices.Concat([]byte(magicV2+"\x28"), random(100)), int64(109))
	f.Add(slices.Concat([]byte(magicV3), cheap(1).Bytes(), []byte("\x28"), random(100)), int64(133))
	f.Add(slices.Concat([]byte(magicV3), random(100)), int64(108))
	f.Add([]byte("PK\x03\x04"), int64(4))
	f.Fuzz(func(t *testing.T, head []byte, size int64) {
		form, err := Inspect(head, size)
		if err == nil && form.PlainSize(size) < 0 {
			t.Fatalf("%v of %d bytes holds nothing", form, size)
		}
		if err != nil && form != 0 {
			t.Fatalf("%v and %v", form, err)
		}
	})
}
