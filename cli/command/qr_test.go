package command

import (
	"bytes"
	"image"
	"image/color"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"sgraph.ai/send/shared/envelope"
)

// look is what a camera sees of what was drawn: by the colours that are set, or with
// light blocks on a dark ground.
func look(t *testing.T, drawn string) image.Image {
	t.Helper()
	coloured := strings.Contains(drawn, "\x1b[38;5;16;48;5;231m")
	var rows [][]bool // of modules that are dark
	for line := range strings.SplitSeq(strings.TrimSuffix(drawn, "\n"), "\n") {
		line = strings.TrimSuffix(strings.TrimPrefix(line, "\x1b[38;5;16;48;5;231m"), "\x1b[0m")
		var upper, lower []bool
		for _, c := range line {
			up, low := c == '█' || c == '▀', c == '█' || c == '▄'
			if !strings.ContainsRune(" █▀▄", c) {
				t.Fatalf("%q was drawn", c)
			}
			upper, lower = append(upper, up == coloured), append(lower, low == coloured)
		}
		rows = append(rows, upper, lower)
	}
	const scale = 8
	seen := image.NewGray(image.Rect(0, 0, len(rows[0])*scale, len(rows)*scale))
	for y := range len(rows) * scale {
		for x := range len(rows[0]) * scale {
			shade := color.Gray{Y: 255}
			if rows[y/scale][x/scale] {
				shade.Y = 0
			}
			seen.SetGray(x, y, shade)
		}
	}
	return seen
}

// What is drawn is read by a decoder of others, on a terminal and elsewhere.
func TestDrawnLinksAreRead(t *testing.T) {
	t.Parallel()
	for _, origin := range []string{
		"http://127.0.0.1:8080", "https://send.example.org", "https://" + strings.Repeat("a", 63) + ".example.org",
	} {
		want := envelope.Link{Origin: origin, ID: "4abd0a491ed3", Key: envelope.NewKey(), HasKey: true}.String()
		for _, terminal := range []bool{true, false} {
			var drawn bytes.Buffer
			if err := drawQR(&drawn, want, terminal); err != nil {
				t.Fatal(err)
			}
			bits, err := gozxing.NewBinaryBitmapFromImage(look(t, drawn.String()))
			if err != nil {
				t.Fatal(err)
			}
			got, err := qrcode.NewQRCodeReader().Decode(bits, nil)
			if err != nil || got.GetText() != want {
				t.Errorf("%s: %v, %v\n%s", want, got, err, &drawn)
			}
			if !terminal && strings.Contains(drawn.String(), "\x1b") {
				t.Errorf("what is no terminal is told of colours")
			}
		}
	}
	if err := drawQR(&bytes.Buffer{}, strings.Repeat("x", 3000), true); err == nil {
		t.Error("more was drawn than there is room for")
	}
}
