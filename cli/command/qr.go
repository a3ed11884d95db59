package command

import (
	"fmt"
	"io"
	"strings"

	"rsc.io/qr"
)

// quietZone is how much light stands around a QR code, in modules, as ISO/IEC 18004
// wants it.
const quietZone = 4

// drawQR draws a text as a QR code, two modules in the height of a character. On a
// terminal it has colours of its own, whatever those of the terminal are. Elsewhere
// what is light are blocks, which is right on a dark ground, and read from most
// others, too.
func drawQR(w io.Writer, text string, terminal bool) error {
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return fmt.Errorf("it cannot be drawn as a QR code: %w", err)
	}
	// For each pair of modules, the upper and the lower one: whether they are drawn.
	characters := map[[2]bool]string{{true, true}: "█", {true, false}: "▀", {false, true}: "▄", {false, false}: " "}
	begin, end := "\x1b[38;5;16;48;5;231m", "\x1b[0m\n" // black on white
	if !terminal {
		begin, end = "", "\n"
	}
	var out strings.Builder
	for y := -quietZone; y < code.Size+quietZone; y += 2 {
		out.WriteString(begin)
		for x := -quietZone; x < code.Size+quietZone; x++ {
			out.WriteString(characters[[2]bool{code.Black(x, y) == terminal, code.Black(x, y+1) == terminal}])
		}
		out.WriteString(end)
	}
	_, err = io.WriteString(w, out.String())
	return err
}

// showQR draws a link among what is for people, if that was asked for.
func (e Env) showQR(link string, asked bool) error {
	if !asked {
		return nil
	}
	return drawQR(e.Err, link, isTerminal(e.Err))
}
