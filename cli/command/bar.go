package command

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// bar shows how far a transfer is: on a terminal as a bar, elsewhere as a line now
// and then.
type bar struct {
	w       io.Writer // nil for silence
	verb    string
	every   time.Duration // between lines; 0 for a bar
	began   time.Time
	drawn   time.Time
	visible bool
}

const barPeriod = 100 * time.Millisecond

// How often a line is written, where nobody asked for lines and where somebody did.
const (
	seldom = 30 * time.Second
	often  = 5 * time.Second
)

// The forms of progress.
const (
	progressAuto  = "auto"
	progressBar   = "bar"
	progressPlain = "plain"
	progressNone  = "none"
)

var progressForms = []string{progressAuto, progressBar, progressPlain, progressNone}

// manner is how a command tells people what it does.
type manner struct {
	progress string
	quiet    bool
}

// mannerFlags adds the flags that say how much a command tells. It reads them by its
// Env.
func (e *Env) mannerFlags(c *cobra.Command) {
	e.manner = &manner{progress: progressAuto}
	flags := c.Flags()
	flags.StringVar(&e.manner.progress, "progress", progressAuto,
		"how far it is: bar, plain (a line now and then), none, or auto: a bar on a terminal, else a line each half minute")
	completes(c, "progress", cobra.FixedCompletions(progressForms, cobra.ShellCompDirectiveNoFileComp))
	flags.BoolVarP(&e.manner.quiet, "quiet", "q", false, "tell people nothing but what failed")
	c.PreRunE = func(*cobra.Command, []string) error {
		if e.manner.progress == "" {
			e.manner.progress = progressNone
		}
		return oneOf("--progress", e.manner.progress, progressForms)
	}
}

// notes is where a command tells people what they need not know.
func (e Env) notes() io.Writer {
	if e.manner != nil && e.manner.quiet {
		return io.Discard
	}
	return e.Err
}

func (e Env) newBar(verb string) *bar {
	b := &bar{w: e.notes(), verb: verb, began: time.Now()}
	form := progressAuto
	if e.manner != nil {
		form = e.manner.progress
	}
	switch {
	case b.w == io.Discard || form == progressNone:
		b.w = nil
	case form == progressPlain:
		b.every = often
	case form == progressAuto && !isTerminal(b.w):
		b.every = seldom
	}
	b.drawn = b.began
	return b
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"
}

// show draws the bar, at most once in a period.
func (b *bar) show(done, total int64) {
	now := time.Now()
	switch {
	case b.w == nil:
	case b.every > 0:
		if now.Sub(b.drawn) >= b.every {
			b.drawn = now
			fmt.Fprintln(b.w, plainLine(b.verb, done, total, now.Sub(b.began)))
		}
	case now.Sub(b.drawn) >= barPeriod || total > 0 && done >= total:
		b.drawn, b.visible = now, true
		fmt.Fprint(b.w, "\r"+line(b.verb, done, total, now.Sub(b.began))+"\x1b[K")
	}
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
	speed := speed(done, took)
	if total <= 0 {
		return fmt.Sprintf("%s %s%s", verb, size(done), speed)
	}
	full := int(min(done, total) * width / total)
	return fmt.Sprintf("%s [%s%s] %3d %%  %s of %s%s", verb,
		strings.Repeat("#", full), strings.Repeat(" ", width-full), min(done, total)*100/total,
		size(done), size(total), speed)
}

// plainLine is how far a transfer is as a line of a log.
func plainLine(verb string, done, total int64, took time.Duration) string {
	if total <= 0 {
		return fmt.Sprintf("%s: %s%s", verb, size(done), speed(done, took))
	}
	return fmt.Sprintf("%s: %d %%, %s of %s%s", verb, min(done, total)*100/total, size(done), size(total),
		speed(done, took))
}

func speed(done int64, took time.Duration) string {
	if s := took.Seconds(); s > 0.5 {
		return fmt.Sprintf("  %s/s", size(int64(float64(done)/s)))
	}
	return ""
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
