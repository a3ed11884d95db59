package command

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// bar shows on a terminal how far a transfer is; anywhere else it is silent.
type bar struct {
	w       io.Writer // nil for silence
	verb    string
	began   time.Time
	drawn   time.Time
	visible bool
}

const barPeriod = 100 * time.Millisecond

func newBar(w io.Writer, verb string) *bar {
	if !isTerminal(w) {
		w = nil
	}
	return &bar{w: w, verb: verb, began: time.Now()}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"
}

// show draws the bar, at most once in a period.
func (b *bar) show(done, total int64) {
	now := time.Now()
	if b.w == nil || now.Sub(b.drawn) < barPeriod && done < total {
		return
	}
	b.drawn, b.visible = now, true
	fmt.Fprint(b.w, "\r"+line(b.verb, done, total, now.Sub(b.began))+"\x1b[K")
}

// end removes the bar.
func (b *bar) end() {
	if b.visible {
		fmt.Fprint(b.w, "\r\x1b[K")
		b.visible = false
	}
}

// line is the bar as text.
func line(verb string, done, total int64, took time.Duration) string {
	const width = 24
	speed := ""
	if s := took.Seconds(); s > 0.5 {
		speed = fmt.Sprintf("  %s/s", size(int64(float64(done)/s)))
	}
	if total <= 0 {
		return fmt.Sprintf("%s %s%s", verb, size(done), speed)
	}
	full := int(min(done, total) * width / total)
	return fmt.Sprintf("%s [%s%s] %3d %%  %s of %s%s", verb,
		strings.Repeat("#", full), strings.Repeat(" ", width-full), min(done, total)*100/total,
		size(done), size(total), speed)
}

// size writes bytes for people.
func size(n int64) string {
	if n < 1<<10 {
		return fmt.Sprintf("%d bytes", n)
	}
	f, unit := float64(n)/(1<<10), 0
	for ; f >= 1<<10 && unit < 4; unit++ {
		f /= 1 << 10
	}
	return fmt.Sprintf("%.1f %ciB", f, "KMGTP"[unit])
}
