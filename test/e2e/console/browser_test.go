package console

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"sgraph.ai/send/test/e2e/looks"
)

// otherMachine is a name of this machine by which a browser takes it for one on the network.
const otherMachine = "send.lan"

// step is something done in the browser.
type step = chromedp.Action[chromedp.Void]

func TestMain(m *testing.M) { os.Exit(looks.Main(m)) }

// keep keeps what a state looks like, where somebody wants to look at it.
func keep(t *testing.T, ctx context.Context, what string) {
	t.Helper()
	if looks.Dir() == "" {
		return
	}
	const still = `((sheet) => {
		sheet.replaceSync("* { transition: none !important; }"); // nothing is on its way to a colour
		document.adoptedStyleSheets = [sheet];
		return 0;
	})(new CSSStyleSheet())`
	number(t, ctx, still)
	for _, at := range looks.Screens {
		for _, colours := range []string{looks.Colours(false), looks.Colours(true)} {
			run(t, ctx, inColours(colours), chromedp.EmulateViewport(at.Width, at.Height))
			all := number(t, ctx, `document.documentElement.scrollHeight`)
			run(t, ctx, chromedp.EmulateViewport(at.Width, min(4000, max(at.Height, int64(all)))))
			picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
			if err != nil {
				t.Fatal(err)
			}
			looks.Keep(t, what, picture, at.Name, colours, "chromium")
		}
	}
	number(t, ctx, `(document.adoptedStyleSheets = [], 0)`)
	run(t, ctx, inColours(looks.Colours(false)), chromedp.EmulateViewport(1280, 900)) // as it began
}

// open starts a browser of its own profile for a test. Without a browser the
// test is skipped, but not where CI is set: there it must have run.
func open(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("no Chromium is installed, and CI must not go without this test")
		}
		t.Skip("SKIPPED: the console is not tested, because no Chromium is installed")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1280, 900),
		chromedp.Flag("host-resolver-rules", "MAP "+otherMachine+" 127.0.0.1"))...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	watch(t, ctx)
	return ctx
}

// watch makes every fault that the browser reports (a script that fails, a
// policy that is broken) one of the test.
func watch(t *testing.T, ctx context.Context) {
	messages := chromedp.Console(ctx)
	ctx, cancel := context.WithCancel(ctx)
	var reading sync.WaitGroup
	reading.Go(func() {
		for m, err := range messages {
			if err != nil || ctx.Err() != nil {
				return
			}
			bad := m.Type == chromedp.ConsoleException || m.Type == chromedp.ConsoleError
			// What counts only where nobody can have changed it is left out over plain http.
			bad = bad && !strings.Contains(m.Text, "Cross-Origin-Opener-Policy")
			if bad && m.Source != "network" { // a 401 is an answer
				t.Errorf("the browser says: %s", m.Text)
			}
		}
	})
	t.Cleanup(func() {
		cancel()
		chromedp.Cancel(ctx)
		reading.Wait()
	})
}

func run(t *testing.T, ctx context.Context, steps ...step) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		page, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body.innerText`))
		t.Fatalf("%v; the page says:\n%s", err, page)
	}
}

func number(t *testing.T, ctx context.Context, expression string) int {
	t.Helper()
	n, err := chromedp.Run(ctx, chromedp.Evaluate[int](expression))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// until repeats a question to the page, a function of one text, until the
// answer is true. (chromedp's own polling is what the page's policy forbids.)
func until(question, text string) step {
	quoted, _ := json.Marshal(text)
	ask := chromedp.Evaluate[bool](fmt.Sprintf("(%s)(%s)", question, quoted))
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
			yes, err := ask(ctx, target)
			isLeft := err != nil && strings.Contains(err.Error(), "Inspected target navigated")
			if yes || err != nil && !isLeft {
				return chromedp.Void{}, err
			}
			if time.Now().After(deadline) {
				return chromedp.Void{}, fmt.Errorf("waited in vain for %q", text)
			}
		}
	}
}

// says waits until the page shows a text.
func says(text string) step {
	return until(`(text) => document.body?.innerText.replaceAll("\u00a0", " ").includes(text) ?? false`,
		strings.ReplaceAll(text, "\u00a0", " "))
}

// press clicks the button, or the link of a view, that begins with those
// words: of the dialog on top, where one is open.
func press(text string) step {
	return until(`(text) => {
		const open = [...document.querySelectorAll("dialog[open]")].pop() ?? document;
		const button = [...open.querySelectorAll("button, nav a")].find((b) =>
			b.checkVisibility() && !b.disabled && new RegExp("^" + text + "\\b").test(b.innerText.trim()));
		button?.focus();
		button?.click();
		return !!button;
	}`, text)
}

// focused waits until what has the focus has that selector.
func focused(selector string) step {
	return until(`(selector) => document.activeElement?.matches(selector) ?? false`, selector)
}

// enter types into the field of that selector, in place of what it has.
func enter(selector chromedp.CSS, text string) step {
	return chromedp.Steps(
		chromedp.WaitVisible(selector),
		until(`(selector) => { document.querySelector(selector).select(); return true; }`, string(selector)),
		chromedp.SendKeys(selector, text),
	)
}
