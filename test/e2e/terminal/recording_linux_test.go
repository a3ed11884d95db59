package terminal

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// pictures is where the recording is kept.
var pictures = filepath.Join("..", "..", "..", "docs", "pictures")

// TestPictureOfTheTerminal makes the recording anew where SEND_PICTURES=1 asks for it
// (make pictures), and else holds the one that is kept to what sgsend says today.
func TestPictureOfTheTerminal(t *testing.T) {
	t.Parallel()
	cast, drawn := filepath.Join(pictures, "terminal.cast"), filepath.Join(pictures, "terminal.svg")
	if os.Getenv("SEND_PICTURES") == "1" {
		var out bytes.Buffer
		made := session(t, true)
		svg, failed := made.SVG()
		if err := errors.Join(failed, made.Write(&out), os.MkdirAll(pictures, 0o755)); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(os.WriteFile(cast, out.Bytes(), 0o644), os.WriteFile(drawn, []byte(svg), 0o644)); err != nil {
			t.Fatal(err)
		}
		return
	}
	file, err := os.Open(cast)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	kept, err := ReadCast(file)
	if err != nil {
		t.Fatal(err)
	}
	was, is := words(t, kept), words(t, session(t, false))
	if !slices.Equal(was, is) {
		t.Errorf("it shows\n%s\nand sgsend says by now\n%s\n: make pictures", strings.Join(was, "\n"), strings.Join(is, "\n"))
	}
	svg, err := kept.SVG()
	if err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(drawn); err != nil || string(text) != svg {
		t.Errorf("%s is not drawn of the recording (%v): make pictures", drawn, err)
	}
	if len(svg) > 100<<10 {
		t.Errorf("the drawing has %d bytes", len(svg))
	}
}

// differs is what is another each time: secrets, ids, times and days.
var differs = regexp.MustCompile(`\b[A-Za-z0-9_-]{43}|\b[0-9a-f]{12}\b|` +
	`[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d`)

// words are what stands on the terminal at the end, but for what differs each time.
func words(t *testing.T, c Cast) []string {
	t.Helper()
	all, err := c.spans()
	if err != nil {
		t.Fatal(err)
	}
	rows := left(all)
	for i, row := range rows {
		rows[i] = differs.ReplaceAllString(row, "…")
	}
	return rows
}

func TestWhatIsDrawnOver(t *testing.T) {
	t.Parallel()
	c := Cast{Width: 10, Height: 4, Title: "a & b", Events: []Event{
		{0, "$ "}, {1, "go <x>\r\n"}, {2, "\r50 %\x1b[K"}, {3, "\r100 %\x1b[K"}, {4, "\r\x1b[Kdone\r\n"}, {5, "12345678901"},
	}}
	all, err := c.spans()
	if err != nil {
		t.Fatal(err)
	}
	want := []span{
		{0, "$", 0, 1}, {0, "$ go <x>", 1, -1}, {1, "50 %", 2, 3}, {1, "100 %", 3, 4}, {1, "done", 4, -1},
		{2, "1234567890", 5, -1}, {3, "1", 5, -1},
	}
	if !slices.Equal(all, want) {
		t.Errorf("it is\n%v", all)
	}
	svg, err := c.SVG()
	if err != nil {
		t.Fatal(err)
	}
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("it is no XML: %v\n%s", err, svg)
		}
	}
	if !strings.Contains(svg, "prefers-reduced-motion: no-preference") || strings.Contains(svg, "<script") {
		t.Errorf("it is\n%s", svg)
	}
	c.Height = 3
	if _, err := c.SVG(); err == nil {
		t.Error("what does not stand on the terminal is left out")
	}
	c.Events = []Event{{0, "\x1b[2J"}}
	if _, err := c.SVG(); err == nil {
		t.Error("what the terminal does not know is drawn")
	}
}

func TestCastsAreKept(t *testing.T) {
	t.Parallel()
	c := Cast{Width: 80, Height: 24, Title: "<b>", Events: []Event{{0.5, "\r\x1b[K<…>"}, {1.25, "\n"}}}
	var kept bytes.Buffer
	if err := c.Write(&kept); err != nil {
		t.Fatal(err)
	}
	read, err := ReadCast(bytes.NewReader(kept.Bytes()))
	same := read.Title == c.Title && read.Width == 80 && read.Height == 24 && slices.Equal(read.Events, c.Events)
	if err != nil || !same {
		t.Errorf("%+v, %v, of\n%s", read, err, &kept)
	}
	for _, text := range []string{"", "{}", `{"version":2}` + "\n[1]", `{"version":2}` + "\n" + `[1,"i","x"]`} {
		if _, err := ReadCast(strings.NewReader(text)); err == nil {
			t.Errorf("%q is a recording", text)
		}
	}
}
