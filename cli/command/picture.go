package command

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	_ "image/gif" // is decoded
	"image/jpeg"
	_ "image/png" // is decoded
	"io"
	"os"
	"strings"

	"sgraph.ai/send/shared/envelope"
)

const (
	pictureSide   = 160      // pixels, of the longer side
	pictureSource = 32 << 20 // bytes, the largest file of which one is made
	picturePixels = 12 << 20 // the most that are decoded, which takes up to 16 bytes for each
)

// pictureOf is the picture of a regular file that nobody has read of yet.
func pictureOf(file *os.File, mediaType string) *envelope.Picture {
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	if at, err := file.Seek(0, io.SeekCurrent); err != nil || at != 0 { // what is sent is not the picture
		return nil
	}
	return picture(file, info.Size(), mediaType)
}

// picture makes a small picture for the label out of a file that is one, and nil
// where that is not to be had for little: without it a file is sent as well.
func picture(file io.ReaderAt, size int64, mediaType string) *envelope.Picture {
	if !strings.HasPrefix(mediaType, "image/") || size <= 0 || size > pictureSource {
		return nil
	}
	source := func() io.Reader { return io.NewSectionReader(file, 0, size) }
	c, _, err := image.DecodeConfig(source())
	if err != nil || c.Width <= 0 || c.Height <= 0 || int64(c.Width)*int64(c.Height) > picturePixels {
		return nil
	}
	full, _, err := image.Decode(source())
	if err != nil {
		return nil
	}
	turn := orientation(source())
	for side := pictureSide; side >= 40; side /= 2 {
		small := shrunk(full, side, turn)
		for quality := 80; quality >= 40; quality -= 20 {
			var b bytes.Buffer
			if jpeg.Encode(&b, small, &jpeg.Options{Quality: quality}) != nil {
				return nil
			}
			if b.Len() <= envelope.MaxPicture {
				return &envelope.Picture{Type: "image/jpeg", Data: b.Bytes()}
			}
		}
	}
	return nil
}

// shrunk returns a picture that has at most side pixels a side, on white, turned
// the way that EXIF's orientation says. Each pixel is the mean of up to 16 that
// stand in its place.
func shrunk(full image.Image, side, turn int) image.Image {
	const samples = 4 // each way
	from := full.Bounds()
	w, h := from.Dx(), from.Dy()
	if long := max(w, h); long > side {
		w, h = max(1, w*side/long), max(1, h*side/long)
	}
	size := image.Rect(0, 0, w, h)
	if turn > 4 { // on its side
		size = image.Rect(0, 0, h, w)
	}
	small := image.NewRGBA(size)
	for y := range h {
		for x := range w {
			var r, g, b uint32
			for i := range samples * samples {
				px := from.Min.X + ((2*samples*x+2*(i%samples)+1)*from.Dx())/(2*samples*w)
				py := from.Min.Y + ((2*samples*y+2*(i/samples)+1)*from.Dy())/(2*samples*h)
				cr, cg, cb, alpha := full.At(px, py).RGBA()
				r, g, b = r+cr+0xffff-alpha, g+cg+0xffff-alpha, b+cb+0xffff-alpha
			}
			const n = samples * samples << 8 // and 16 bits to 8
			tx, ty := turned(x, y, w, h, turn)
			small.SetRGBA(tx, ty, color.RGBA{uint8(r / n), uint8(g / n), uint8(b / n), 0xff})
		}
	}
	return small
}

// turned is where a pixel goes by an orientation of EXIF, in a picture that is w
// wide and h high before.
func turned(x, y, w, h, turn int) (int, int) {
	switch turn {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	case 8:
		return y, w - 1 - x
	}
	return x, y
}

// orientation reads which way up a JPEG is (EXIF 2.3, tag 0x0112); 1, as it is
// stored, where it does not say.
func orientation(r io.Reader) int {
	head := make([]byte, 64<<10)
	n, _ := io.ReadFull(r, head)
	_, exif, ok := bytes.Cut(head[:n], []byte("Exif\x00\x00"))
	if !ok || !bytes.HasPrefix(head, []byte("\xff\xd8")) || len(exif) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if exif[0] == 'I' {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(exif[4:]))
	if at+2 > int64(len(exif)) {
		return 1
	}
	entries := exif[at+2:]
	for range order.Uint16(exif[at:]) {
		if len(entries) < 12 {
			break
		}
		if turn := int(order.Uint16(entries[8:])); order.Uint16(entries) == 0x0112 && turn >= 1 && turn <= 8 {
			return turn
		}
		entries = entries[12:]
	}
	return 1
}
