package browser

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"sgraph.ai/send/test/e2e/engine"
)

// handing has what a page hands to other programs kept, and goes to none.
const handing = `(() => {
	window.handed = [];
	navigator.share = async ({ title, text }) => { handed.push("share:" + title + "\n" + text); };
	document.addEventListener("click", (event) => {
		const link = event.target.closest('a[href^="mailto:"], a[href^="sms:"]');
		if (!link) return;
		event.preventDefault();
		handed.push(decodeURIComponent(link.href));
	});
	return true;
})()`

// What was sent is handed over by e-mail, by text message and by what the device has: with the key, or with the key
// apart, in another message.
func TestHandingOver(t *testing.T) {
	inBrowser(t)
	for name, on := range map[string]screen{"desktop": desktop, "phone": {width: 390, height: 844, phone: true}} {
		t.Run(name, func(t *testing.T) {
			s := serve(t)
			p := open(t, on)
			p.must(p.Before(`navigator.share = async () => {}`))
			link := p.sendText(s, "to be handed over")
			id, key := partsOf(t, link)
			evaluate[bool](p, handing)
			const whole, apart = `sent-transfer > .row`, `sent-transfer .apart > .row`
			ways := []string{`a[href^="mailto:"]`, `a[href^="sms:"]`, `[type="button"]:last-child`}
			if !on.phone {
				ways = append(ways[:1], ways[2])
				if evaluate[bool](p, `document.querySelector('a[href^="sms:"]') !== null`) {
					t.Error("a computer is offered text messages")
				}
			}
			hand := func(row string) []string {
				t.Helper()
				evaluate[bool](p, `(handed.length = 0, true)`)
				for n, way := range ways {
					p.click(row + ` ` + way)
					p.await(fmt.Sprintf(`handed.length === %d`, n+1))
				}
				return evaluate[[]string](p, `handed`)
			}
			for _, text := range hand(whole) {
				if !strings.Contains(text, link) {
					t.Errorf("with its key %q is handed over", text)
				}
			}
			p.audit("handing over")
			p.click(`sent-transfer .check input`)
			p.see(apart)
			for _, text := range hand(apart + `:nth-child(2)`) {
				if !strings.Contains(text, "/d/#"+id) || strings.Contains(text, key) {
					t.Errorf("without its key %q is handed over", text)
				}
			}
			for _, text := range hand(apart + `:nth-child(4)`) {
				if !strings.Contains(text, key) || strings.Contains(text, id) {
					t.Errorf("of the key alone %q is handed over", text)
				}
			}
			p.audit("handing over, the key apart")
			p.photograph()
			p.click(`.again`) // nobody asks whether it may be forgotten
			p.see(`#text`)
		})
	}
}

// The page can be installed, as an application of its own.
func TestPageCanBeInstalled(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	p := open(t, usual)
	p.goTo(s.URL + "/")
	tab, isChromium := p.Tab.(engine.Chromium)
	if !isChromium {
		t.Skip("NOT TESTED: whether the page can be installed, which this browser does not say")
	}
	err := tab.Do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		said, err := cdp.Call(ctx, target, page.GetInstallabilityErrors, cdp.Empty{})
		for _, why := range said.InstallabilityErrors {
			t.Errorf("it cannot be installed: %s", why.ErrorID)
		}
		return err
	}))
	if err != nil {
		t.Fatal(err)
	}
}
