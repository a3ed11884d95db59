package browser

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/test/e2e/engine"
)

// beyondAHand is how late a service answers for what moves then to be moved by no hand: a browser takes what moves
// within half a second of a press for moved by that.
const beyondAHand = 700 * time.Millisecond

// Nothing moves by itself either where the service takes its time, and a page goes on long after somebody pressed
// something.
func TestLittleMovesWhileTheServiceTakesItsTime(t *testing.T) {
	inBrowser(t)
	if engine.Kind() != "chromium" {
		t.Skip("SKIPPED: only Chromium says what moved")
	}
	s := serve(t)
	slow := &server{Token: s.Token, URL: s.behind(t, func(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
		if strings.HasPrefix(r.URL.Path, "/api/") {
			time.Sleep(beyondAHand)
		}
		return w
	})}
	large, _ := randomFile(t, "large.bin", 20<<20)
	small, _ := randomFile(t, "small.txt", 6)
	for name, on := range screens {
		t.Run(name, func(t *testing.T) {
			steady := func() *profile {
				p := open(t, on)
				p.must(p.Before(steadyScript))
				return p
			}
			isSent := func(p *profile, what string) {
				t.Helper()
				p.click(submit)
				p.see(sendingDone)
				p.see(`transfer-status .facts dd`)
				p.mustBeSteady(what)
			}
			p := steady()
			p.goSend(slow)
			p.choose(fileInput, large)
			isSent(p, "a large file is sent")
			link := p.value(linkInput)

			p = steady()
			p.goSend(slow)
			p.click(textTab)
			p.enter(textBox, "a text")
			p.click(`passphrase-field summary`)
			p.enter(`#passphrase`, "between us")
			isSent(p, "a text with a passphrase is sent")

			p = steady()
			p.goTo(link)
			p.see(receiveIt)
			p.click(receiveIt)
			p.see(received)
			p.mustBeSteady("received")

			request := open(t, on).ask(s, "Contract")
			p = steady()
			p.goTo(strings.Replace(request, s.URL, slow.URL, 1))
			p.see(submit)
			p.choose(fileInput, small)
			p.click(submit)
			p.see(sendingDone)
			p.see(`transfer-status .facts dd`)
			p.mustBeSteady("delivered")
		})
	}
}
