package command

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sgraph.ai/send/shared/envelope"
)

// halves is a picture whose left half is red and whose right half is blue.
func halves(w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, color.RGBA{0xff, 0, 0, 0xff})
			if x >= w/2 {
				m.SetRGBA(x, y, color.RGBA{0, 0, 0xff, 0xff})
			}
		}
	}
	return m
}

func asPNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// asJPEG is a picture that a camera held another way.
func asJPEG(t testing.TB, m image.Image, order binary.AppendByteOrder, turn uint16) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	name := "MM\x00\x2a"
	if order == binary.LittleEndian {
		name = "II\x2a\x00"
	}
	exif := order.AppendUint32([]byte("Exif\x00\x00"+name), 8)
	exif = order.AppendUint16(exif, 1)
	exif = order.AppendUint16(order.AppendUint16(exif, 0x0112), 3)
	exif = order.AppendUint16(order.AppendUint32(exif, 1), turn)
	exif = order.AppendUint32(append(exif, 0, 0), 0)
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(exif)+2))
	return slices.Concat(b.Bytes()[:2], segment, exif, b.Bytes()[2:])
}

// of makes the small picture and decodes it.
func of(t testing.TB, content []byte, mediaType string) image.Image {
	t.Helper()
	p := picture(bytes.NewReader(content), int64(len(content)), mediaType)
	if p == nil {
		return nil
	}
	if p.Type != "image/jpeg" || len(p.Data) > envelope.MaxPicture {
		t.Fatalf("%d bytes of %s", len(p.Data), p.Type)
	}
	m, err := jpeg.Decode(bytes.NewReader(p.Data))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func isRed(m image.Image, x, y int) bool {
	r, _, b, _ := m.At(x, y).RGBA()
	return r > 0xc000 && b < 0x4000
}

func TestPictures(t *testing.T) {
	t.Parallel()
	m := of(t, asPNG(t, halves(1000, 500)), "image/png")
	if m == nil || m.Bounds() != image.Rect(0, 0, 160, 80) || !isRed(m, 20, 40) || isRed(m, 140, 40) {
		t.Errorf("of a large one: %v", m)
	}
	if m := of(t, asPNG(t, halves(30, 20)), "image/png"); m == nil || m.Bounds() != image.Rect(0, 0, 30, 20) {
		t.Error("a small one is not left as it is")
	}
	if m := of(t, asPNG(t, image.NewRGBA(image.Rect(0, 0, 8, 8))), "image/png"); m == nil ||
		m.At(4, 4) != (color.YCbCr{Y: 255, Cb: 128, Cr: 128}) {
		t.Error("what is transparent is not white")
	}
	if m := of(t, asPNG(t, halves(5000, 1)), "image/png"); m == nil || m.Bounds() != image.Rect(0, 0, 160, 1) {
		t.Error("a line has no picture")
	}
	noise := image.NewRGBA(image.Rect(0, 0, 400, 400))
	random := rand.NewChaCha8([32]byte{})
	random.Read(noise.Pix)
	if of(t, asPNG(t, noise), "image/png") == nil {
		t.Error("noise has no picture that fits")
	}
}

// A picture is shown the way that the camera was held.
func TestPicturesAreUpright(t *testing.T) {
	t.Parallel()
	for turn, red := range map[uint16]image.Point{ // where the left half is then
		0: {20, 40}, 1: {20, 40}, 2: {140, 40}, 3: {140, 40}, 4: {20, 40}, 9: {20, 40},
		5: {40, 20}, 6: {40, 20}, 7: {40, 140}, 8: {40, 140},
	} {
		for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
			m := of(t, asJPEG(t, halves(320, 160), order, turn), "image/jpeg")
			b := m.Bounds()
			if tall := turn >= 5 && turn <= 8; (b.Dy() > b.Dx()) != tall || !isRed(m, red.X, red.Y) ||
				isRed(m, b.Dx()-1-red.X, b.Dy()-1-red.Y) {
				t.Errorf("%v, %d: %v", order, turn, b)
			}
		}
	}
}

// What is no picture, or a bomb, is sent without one.
func TestNoPictures(t *testing.T) {
	t.Parallel()
	good := asPNG(t, halves(100, 100))
	bomb := slices.Clone(good)
	copy(bomb[16:], "\x00\x01\x00\x00\x00\x01\x00\x00") // 65,536 each way, which the checksum does not fit
	for name, c := range map[string]struct{ content, mediaType string }{
		"a text": {"hello", "text/plain"}, "a text that says otherwise": {"hello", "image/png"},
		"nothing": {"", "image/png"}, "cut short": {string(good[:len(good)/2]), "image/png"},
		"a page": {"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"}, "a bomb": {string(bomb), "image/png"},
		"not said to be one": {string(good), "application/pdf"},
		"too many pixels":    {string(asPNG(t, image.NewGray(image.Rect(0, 0, 4097, 4096)))), "image/png"},
	} {
		if m := of(t, []byte(c.content), c.mediaType); m != nil {
			t.Errorf("%s has a picture", name)
		}
	}
}

// A file that is a picture is sent with one; what comes by a pipe is not.
func TestFilesHavePictures(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.png")
	content := asPNG(t, halves(100, 100))
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	e := Env{In: strings.NewReader("")}
	f, done, err := openFile(context.Background(), e, path, "")
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	var got bytes.Buffer
	if _, err := got.ReadFrom(f.Content); err != nil || !bytes.Equal(got.Bytes(), content) || f.Picture == nil {
		t.Errorf("%d bytes, a picture: %v, %v", got.Len(), f.Picture != nil, err)
	}
	begun, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer begun.Close()
	if _, err := begun.Seek(5, 0); err != nil || pictureOf(begun, "image/png") != nil {
		t.Errorf("what is sent from the middle on has a picture (%v)", err)
	}
	e.In = bytes.NewReader(content)
	f, done, err = openFile(context.Background(), e, "-", "a.png")
	if err != nil || f.Picture != nil {
		t.Errorf("of a pipe: %v, %v", f.Picture != nil, err)
	}
	done()
}

func FuzzPicture(f *testing.F) {
	f.Add(asPNG(f, halves(3, 2)))
	f.Add(asJPEG(f, halves(3, 2), binary.LittleEndian, 6))
	f.Fuzz(func(t *testing.T, content []byte) { of(t, content, "image/jpeg") })
}
