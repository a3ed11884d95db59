package stack

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// patience is how long is waited for what must come. It ends a test that would
// hang; nothing is proven by something coming sooner.
const patience = 2 * time.Minute

// tab is a page in a browser of its own.
type tab struct {
	t   *testing.T
	ctx context.Context
}

// open starts a browser, which takes the fronts for what they stand in for.
func open(t *testing.T) tab {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("SKIPPED, no page was opened: ", err)
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.IgnoreCertErrors,
		chromedp.WSURLReadTimeout(patience))...)
	t.Cleanup(cancel)
	return tab{t, ctx}.another()
}

// another opens another tab of the same browser.
func (p tab) another() tab {
	p.t.Helper()
	ctx, cancel := chromedp.NewContext(p.ctx)
	p.t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // what opens it ends with its context
		p.t.Fatal(err)
	}
	return tab{p.t, ctx}
}

// inFront is the tab that somebody uses: one behind others draws nothing, and may not
// take what is pressed there.
var inFront = chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
	_, err := cdp.Call(ctx, t, page.BringToFront, cdp.Empty{})
	return err
})

func (p tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, append([]chromedp.Action[chromedp.Void]{inFront}, steps...)...); err != nil {
		p.t.Fatalf("%v; the page says:\n%s", err, evaluate[string](p, `document.body.innerText`))
	}
}

func (p tab) goTo(url string) { p.t.Helper(); p.do(chromedp.Navigate(url)) }

// see waits until something can be seen: it is there, and no longer made ready out of
// sight, where nothing takes what is typed.
func (p tab) see(selector string) {
	p.t.Helper()
	p.do(chromedp.WaitVisible(chromedp.CSS(selector)))
	p.until(fmt.Sprintf(`document.querySelector(%q)?.checkVisibility({ visibilityProperty: true }) ?? false`, selector))
}

func (p tab) click(selector string) {
	p.t.Helper()
	p.see(selector)
	p.do(chromedp.Click(chromedp.CSS(selector)))
}

func (p tab) enter(selector, text string) {
	p.t.Helper()
	p.see(selector)
	p.do(chromedp.SendKeys(chromedp.CSS(selector), text))
}

// press clicks the button that begins with those words.
func (p tab) press(words string) {
	p.t.Helper()
	p.until(fmt.Sprintf(`(() => {
		const button = [...document.querySelectorAll("button")].find((b) =>
			b.checkVisibility() && !b.disabled && b.innerText.trim().startsWith(%q));
		button?.click();
		return !!button;
	})()`, words))
}

// says waits until the page has a text.
func (p tab) says(text string) {
	p.t.Helper()
	p.until(fmt.Sprintf(`document.body.innerText.includes(%q)`, text))
}

// until waits for something to be true.
func (p tab) until(question string) {
	p.t.Helper()
	for end := time.Now().Add(patience); !evaluate[bool](p, question); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			p.t.Fatalf("never true: %s; the page says:\n%s", question, evaluate[string](p, `document.body.innerText`))
		}
	}
}

func evaluate[T any](p tab, script string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](script))
	if err != nil {
		p.t.Fatal(err)
	}
	return value
}
