package terminal

import (
	_ "embed"
	"math"
	"strings"
	"text/template"
)

// prompt is what a typed line begins with.
const prompt = "$ "

// Sizes in pixels: of a character, and of what is round the text.
const (
	cellWidth, cellHeight = 8.0, 20.0
	side, above, below    = 20.0, 44.0, 20.0
)

// pause is how long the end stands before the drawing is over, in seconds.
const pause = 2.0

//go:embed terminal.svg
var drawing string

var drawn = template.Must(template.New("").Parse(drawing))

// line is a span as it is drawn.
type line struct {
	ID          int
	X, Y, Width float64
	Text        string
	Typed, Last bool
	From, To    float64 // in hundredths of the whole
}

// SVG draws a cast. What moves is done by CSS, once, and not for whoever wants nothing
// to move: they see what stands there at the end.
func (c Cast) SVG() (string, error) {
	all, err := c.spans()
	if err != nil {
		return "", err
	}
	whole := pause
	if n := len(c.Events); n > 0 {
		whole += c.Events[n-1].At
	}
	lines := make([]line, len(all))
	for i, s := range all {
		l := line{
			ID: i, X: side, Y: above + cellHeight*(float64(s.row)+0.7), Text: s.text, Last: s.to < 0,
			From: hundredths(s.from / whole), To: hundredths(s.to / whole),
		}
		if text, ok := strings.CutPrefix(s.text, prompt); ok {
			l.Typed, l.Text, l.X = true, text, side+cellWidth*float64(len(prompt))
		}
		l.Width = cellWidth * float64(len([]rune(l.Text)))
		lines[i] = l
	}
	var out strings.Builder
	err = drawn.Execute(&out, map[string]any{
		"Title": c.Title, "Words": strings.Join(left(all), "\n"), "Lines": lines, "Whole": hundredths(whole / 100),
		"Side": side, "Width": 2*side + cellWidth*float64(c.Width),
		"Height": above + below + cellHeight*float64(c.Height),
	})
	return out.String(), err
}

func hundredths(part float64) float64 { return math.Round(part*1e4) / 1e2 }
