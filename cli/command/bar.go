package command

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/shared/send"
)

// bar shows how far a transfer is: on a terminal as a bar, elsewhere as a line now
// and then.
type bar struct {
	w     io.Writer // nil for silence
	verb  string
	every time.Duration // between lines; 0 for a bar
	began time.Time

	mu      sync.Mutex // a pause is told from elsewhere than progress
	drawn   time.Time
	first   int64 // what was there already when it began; -1 until that is known
	visible bool
	pauses  map[string]time.Time // until when what was said of one holds, by why
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
	b := &bar{w: e.notes(), verb: verb, began: time.Now(), first: -1}
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
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if b.first < 0 {
		b.first = done
	}
	how := progress{b.verb, done, total, pace(done-b.first, now.Sub(b.began))}
	switch {
	case b.w == nil:
	case b.every > 0:
		if now.Sub(b.drawn) >= b.every {
			b.drawn = now
			fmt.Fprintln(b.w, how.plain())
		}
	case now.Sub(b.drawn) >= barPeriod || total > 0 && done >= total:
		b.draw(now, how.line(widthOf(b.w)))
	}
}

// pause says why nothing moves: the service is asked again once the wait is over. Several
// that wait for the same say it once.
func (b *bar) pause(why string, wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	said := fmt.Sprintf("%s: %s, again in %s", b.verb, why, roughly(wait))
	switch {
	case b.w == nil:
	case b.every == 0:
		b.draw(now, shorten(said, widthOf(b.w)))
	case !now.Before(b.pauses[why]):
		if b.pauses == nil {
			b.pauses = map[string]time.Time{}
		}
		b.pauses[why] = now.Add(wait)
		fmt.Fprintln(b.w, said)
	}
}

// again is [bar.pause] as the client tells it.
func (b *bar) again(why error, wait time.Duration) {
	text := "the connection was lost"
	if op, ok := errors.AsType[*net.OpError](why); ok && op.Op == "dial" {
		text = "the service cannot be reached"
	}
	switch {
	case send.CodeOf(why) == send.Limited:
		text = "the service asks for patience"
	case client.Answered(why):
		text = "the service is away for the moment"
	}
	b.pause(text, wait)
}

func (b *bar) draw(now time.Time, text string) {
	b.drawn, b.visible = now, true
	fmt.Fprint(b.w, "\r"+text+"\x1b[K")
}

// end removes the bar.
func (b *bar) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.visible {
		fmt.Fprint(b.w, "\r\x1b[K")
		b.visible = false
	}
}

// widthOf is how wide a terminal is; what is no terminal is as wide as most.
func widthOf(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return 80
}

// progress is how far a transfer is, and how many bytes go in a second; 0 where that is
// not known yet.
type progress struct {
	verb        string
	done, total int64
	pace        float64
}

// line is the bar as text that leaves the last column free: where that is reached,
// terminals go on in the next line, and the bar could not be drawn over.
func (p progress) line(columns int) string {
	speed, left := p.speed(), ""
	if p.total <= 0 {
		return shorten(fmt.Sprintf("%s %s%s", p.verb, size(p.done), speed), columns)
	}
	if p.pace > 0 && p.done < p.total {
		left = "  " + roughly(time.Duration(float64(p.total-p.done)/p.pace*float64(time.Second))) + " left"
	}
	percent := fmt.Sprintf("%s %d %%", p.verb, min(p.done, p.total)*100/p.total)
	of := fmt.Sprintf("  %s of %s", size(p.done), size(p.total))
	for _, text := range []string{
		p.drawn(24) + of + speed + left,
		p.drawn(12) + of + speed + left,
		percent + of + speed + left,
		percent + speed + left,
		percent + left,
	} {
		if utf8.RuneCountInString(text) < columns {
			return text
		}
	}
	return shorten(percent, columns)
}

// drawn is the bar itself.
func (p progress) drawn(width int64) string {
	done := min(p.done, p.total)
	full := int(float64(done) / float64(p.total) * float64(width))
	return fmt.Sprintf("%s [%s%s] %3d %%", p.verb,
		strings.Repeat("#", full), strings.Repeat(" ", int(width)-full), done*100/p.total)
}

// plain is the same as a line of a log.
func (p progress) plain() string {
	if p.total <= 0 {
		return fmt.Sprintf("%s: %s%s", p.verb, size(p.done), p.speed())
	}
	return fmt.Sprintf("%s: %d %%, %s of %s%s", p.verb, min(p.done, p.total)*100/p.total, size(p.done), size(p.total),
		p.speed())
}

func (p progress) speed() string {
	if p.pace <= 0 {
		return ""
	}
	return fmt.Sprintf("  %s/s", size(int64(p.pace)))
}

// pace is how many bytes go in a second, once that can be said.
func pace(done int64, took time.Duration) float64 {
	if s := took.Seconds(); s > 0.5 {
		return float64(done) / s
	}
	return 0
}

// roughly writes a length of time for people.
func roughly(d time.Duration) string {
	switch {
	case d < 90*time.Second:
		return fmt.Sprintf("%d s", max(1, int(d.Round(time.Second).Seconds())))
	case d < 90*time.Minute:
		return fmt.Sprintf("%d min", int(d.Round(time.Minute).Minutes()))
	case d < 100*time.Hour:
		return fmt.Sprintf("%d h", int(d.Round(time.Hour).Hours()))
	}
	return "days"
}

// shorten leaves of a text what fits before the last column.
func shorten(text string, columns int) string {
	if all := []rune(text); len(all) >= columns {
		return string(all[:max(0, columns-1)])
	}
	return text
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
