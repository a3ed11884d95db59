package browser

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"sgraph.ai/send/shared/test/cutline"
	"sgraph.ai/send/shared/test/nightly"
	"sgraph.ai/send/test/e2e/engine"
)

// begunBytes is after how many bytes the sender has kept what it goes on by.
const begunBytes = 1 << 20

// begunHere has been begun in this browser, and is not finished.
const begunHere = `document.querySelectorAll("unfinished-uploads > *").length`

// A file goes from one to another over a line that is cut again and again, by pages that are loaded anew and browsers
// that are killed again and again: two hundred cuts and forty of these at night. It arrives as it was, by one transfer,
// and one download is counted.
func TestLineIsCutAndBrowsersAreKilled(t *testing.T) {
	inBrowser(t)
	size := nightly.Or[int64](70<<20, 1<<30)
	b := &broken{t: t, s: serve(t, "SEND__RATE_LIMITS=off"), size: size}
	b.cuts, b.restarts = nightly.Or(4, 100), nightly.Or(2, 20)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	b.chance = rand.New(rand.NewPCG(seed, 1))
	direct := *b.s
	b.line = cutline.Start(t, b.s.URL)
	b.s.URL = b.line.URL
	path, want := cutline.File(t, "long.bin", size, seed)

	link := b.send(path)
	recipient := b.receive(link)
	if got := cutline.SumOf(t, recipient.saved("long.bin")); got != want {
		t.Error("other bytes arrived")
	}
	id, _ := partsOf(t, link)
	direct.mustCount(t, id, 1)
	direct.mustBeConfirmed(t, id)
	recipient.mustKeepPermission(0)
	if n := strings.Count(direct.log.String(), `"route":"/api/transfers/create"`); n != 1 {
		t.Errorf("%d transfers were begun, not one that was gone on with", n)
	}
}

// broken is a transfer over a line that is cut.
type broken struct {
	t        *testing.T
	s        *server
	line     *cutline.Line
	chance   *rand.Rand
	size     int64
	cuts     int
	restarts int
}

// interrupted does something in a browser until it is done, with a plan of cuts, and of moments at which the page is
// loaded anew, or the browser is killed and opened again; nothing happens before so many bytes have gone over the line.
// begin leads the page to where it goes on, or begins, and then lets go of the line.
func (b *broken) interrupted(
	what string, first int64, begin func(p *profile), done, failed string, before ...string,
) *profile {
	t := b.t
	t.Helper()
	moments := make(chan chan bool)
	b.line.Plan(b.chance, first, b.size*9/10-first, b.cuts, func() {
		until := make(chan bool)
		select {
		case moments <- until:
			select {
			case <-until:
			case <-t.Context().Done():
			}
		case <-t.Context().Done():
		}
	}, b.restarts)
	dir := t.TempDir()
	start := func() *profile {
		p := openIn(t, dir, usual)
		p.tolerate("Failed to load resource")
		for _, script := range before {
			p.must(p.Before(script))
		}
		return p
	}
	b.line.Hold(true)
	p := start()
	begin(p)
	kills, reloads, gaveUp := 0, 0, 0
	for {
		select {
		case until := <-moments:
			b.line.Hold(true)
			if (kills+reloads)%2 == 0 {
				p.kill()
				kills++
				p = start()
			} else {
				p.must(p.Open("about:blank"))
				reloads++
				removeParts(p.downloads)
			}
			close(until)
			begin(p)
			continue
		case <-time.After(50 * time.Millisecond):
		}
		switch state, err := value[string](p, fmt.Sprintf(`%s ? "done" : %s ? "failed" : ""`, done, failed)); {
		case err != nil && !errors.Is(err, engine.ErrLeft):
			t.Fatal(err)
		case state == "done":
			left, made := b.line.Left()
			t.Logf("%s: %d cuts, %d kills, loaded anew %d times, gave up %d times", what, made, kills, reloads, gaveUp)
			if left > 0 || kills+reloads != b.restarts {
				t.Errorf("%s came to its end after %d restarts and before %d more things happened", what, kills+reloads, left)
			}
			return p
		case state == "failed":
			t.Logf("%s gave up: %s", what, p.text("main"))
			if gaveUp++; gaveUp > b.cuts {
				t.Fatalf("%s gives up again and again", what)
			}
			b.line.Hold(true)
			p.must(p.Open("about:blank"))
			removeParts(p.downloads)
			begin(p)
		}
	}
}

// send sends a file, and returns its link.
func (b *broken) send(path string) (link string) {
	b.t.Helper()
	isBegun := false
	p := b.interrupted("sending", begunBytes, func(p *profile) {
		p.goAfresh(b.s.URL + "/")
		p.see(tokenInput)
		p.enter(tokenInput, b.s.Token+kb.Tab)
		p.see(accepted)
		p.await(`document.querySelector("unfinished-uploads").dataset.shown !== undefined`)
		if isBegun { // which is seen when the page of before is quite gone
			p.await(begunHere + ` > 0`)
		}
		b.line.Hold(false)
		if !isBegun {
			isBegun = true
			p.choose(fileInput, path)
			p.click(submit)
			return
		}
		p.choose(again, path)
		p.await(`["working", "sent"].some((view) => !document.querySelector('[data-view="' + view + '"]').hidden)`)
	}, isVisible(linkInput), isVisible(`form[data-view="compose"] error-note > div`))
	link = p.value(linkInput)
	p.close()
	return link
}

// receive receives it.
func (b *broken) receive(link string) *profile {
	b.t.Helper()
	return b.interrupted("receiving", 0, func(p *profile) {
		p.goAfresh(link)
		p.see(receiveIt)
		b.line.Hold(false)
		p.click(receiveIt)
	}, isVisible(received), isVisible(readyError)+` || `+isVisible(goneTitle), withoutPickers)
}

// removeParts removes what a page that was left has left of downloads: the next would have another name beside it.
func removeParts(dir string) {
	left, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, path := range left {
		os.Remove(path)
	}
}
