package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// chromium returns the browser to test in, and ends the test where there is none.
func chromium(t *testing.T) string {
	t.Helper()
	names := []string{"chromium", "chromium-browser", "google-chrome"}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	why := "NOT TESTED: the pages, because none of " + strings.Join(names, ", ") + " is on the PATH"
	if os.Getenv("CI") == "true" {
		t.Fatal(why)
	}
	fmt.Fprintln(os.Stderr, why)
	t.Skip(why)
	return ""
}

// profile is a browser of its own, with one page, that remembers what the page did.
type profile struct {
	t         *testing.T
	ctx       context.Context
	downloads string

	mu        *sync.Mutex
	problems  []string
	tolerated []string
	requests  []string          // everything each request said: method, URL, headers, body
	names     map[string]string // of the downloads that began, by their ids
	complete  map[string]bool   // the names of those that are on disk as a whole
}

// step is something done in a browser.
type step = chromedp.Action[chromedp.Void]

// screen is what a page is looked at with.
type screen struct {
	width, height int64
	phone, dark   bool
}

// patience is how long is waited for what must come. It ends a test that would
// hang; nothing is proven by something coming sooner.
const patience = 2 * time.Minute

var desktop = screen{width: 1280, height: 900}

// open starts a browser with an empty profile. When the test ends, nothing that a page complained about may be left.
func open(t *testing.T, on screen) *profile {
	t.Helper()
	return openIn(t, t.TempDir(), on)
}

// openIn starts a browser with the profile that a folder has.
func openIn(t *testing.T, dir string, on screen) *profile {
	t.Helper()
	path := chromium(t)
	p := &profile{
		t: t, downloads: t.TempDir(), mu: &sync.Mutex{}, names: map[string]string{}, complete: map[string]bool{},
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.UserDataDir(dir), chromedp.WSURLReadTimeout(patience),
		chromedp.Flag("headless", "new"),
	}
	for _, flag := range []string{
		"no-sandbox", "disable-gpu", "no-first-run", "no-default-browser-check", "disable-background-networking",
		"disable-component-update", "disable-sync", "disable-extensions", "disable-dev-shm-usage", "mute-audio",
		"hide-scrollbars",
	} {
		options = append(options, chromedp.Flag(flag, true))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*patience)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	p.ctx, cancel = chromedp.NewContext(ctx, chromedp.WithListener(p.observe))
	t.Cleanup(cancel)

	scheme := "light"
	if on.dark {
		scheme = "dark"
	}
	p.do(
		call(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: on.width, Height: on.height, DeviceScaleFactor: 1, Mobile: on.phone,
		}),
		call(emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: on.phone}),
		call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		}),
		p.keepDownloads(),
	)
	t.Cleanup(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, problem := range p.problems {
			if !p.isTolerated(problem) {
				t.Errorf("the page complained: %s", problem)
			}
		}
		if t.Failed() {
			p.photograph()
		}
	})
	return p
}

// tab opens another tab of the same browser.
func (p *profile) tab() *profile {
	p.t.Helper()
	other := &profile{t: p.t, downloads: p.downloads, mu: p.mu, names: p.names, complete: p.complete}
	ctx, cancel := chromedp.NewContext(p.ctx, chromedp.WithListener(p.observe))
	p.t.Cleanup(cancel)
	other.ctx = ctx
	other.do(other.keepDownloads())
	return other
}

// keepDownloads puts what a page saves into the folder for that, and tells observe.
func (p *profile) keepDownloads() step {
	events := true
	return call(browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: p.downloads, EventsEnabled: &events,
	})
}

// call is a command of the browser's protocol as a step.
func call[P, R any](command cdp.Command[P, R], params P) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, command, params)
		return err
	})
}

// tolerate allows complaints of the browser that hold a text: a 404 that a test is about, for example.
func (p *profile) tolerate(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tolerated = append(p.tolerated, text)
}

func (p *profile) isTolerated(problem string) bool {
	for _, text := range p.tolerated {
		if strings.Contains(problem, text) {
			return true
		}
	}
	return false
}

// observe keeps errors on the console, exceptions, violations of the content security policy, and requests.
func (p *profile) observe(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *log.EventEntryAdded:
		if e.Entry.Level == "error" || e.Entry.Level == "warning" || e.Entry.Source == "security" {
			p.problems = append(p.problems, fmt.Sprintf("%s: %s (%s)", e.Entry.Level, e.Entry.Text, e.Entry.URL))
		}
	case *runtime.EventExceptionThrown:
		d := e.ExceptionDetails
		p.problems = append(p.problems, fmt.Sprintf("exception: %s %+v", d.Text, d.Exception))
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" {
			p.problems = append(p.problems, fmt.Sprintf("console: %v", e.Args))
		}
	case *page.EventJavascriptDialogOpening:
		go func() {
			_ = chromedp.Do(p.ctx, call(page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true}))
		}()
	case *browser.EventDownloadWillBegin:
		p.names[e.GUID] = e.SuggestedFilename
	case *browser.EventDownloadProgress:
		if e.State == browser.DownloadProgressStateCompleted {
			p.complete[p.names[e.GUID]] = true
		}
	case *network.EventRequestWillBeSent:
		// Without URLFragment: that is told to us, not to the server.
		said := fmt.Sprintf("%s %s %v", e.Request.Method, e.Request.URL, e.Request.Headers)
		for _, entry := range e.Request.PostDataEntries {
			said += " " + string(entry.Bytes)
		}
		p.requests = append(p.requests, said)
	}
}

// mustNotHaveSaid searches what the page sent to anyone.
func (p *profile) mustNotHaveSaid(secrets map[string]string) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.requests) == 0 {
		p.t.Error("no request was seen: nothing was searched")
	}
	for _, request := range p.requests {
		for what, secret := range secrets {
			if strings.Contains(request, secret) {
				p.t.Errorf("%s was sent: %.200s", what, request)
			}
		}
	}
}

// mustHaveStayedAt says that no request went anywhere but to one origin.
func (p *profile) mustHaveStayedAt(origin string) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, request := range p.requests {
		_, url, _ := strings.Cut(request, " ")
		if !strings.HasPrefix(url, origin+"/") &&
			!strings.HasPrefix(url, "blob:"+origin) && !strings.HasPrefix(url, "data:") {
			p.t.Errorf("a request left the site: %.200s", request)
		}
	}
}

// do runs actions and ends the test when one fails.
func (p *profile) do(steps ...step) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.photograph()
		p.t.Fatal(err)
	}
}

func (p *profile) goTo(url string) {
	p.t.Helper()
	p.do(chromedp.Navigate(url))
}

// goAfresh loads a page even where only the fragment differs from the address it is at.
func (p *profile) goAfresh(url string) {
	p.t.Helper()
	p.do(chromedp.Navigate("about:blank"), chromedp.Navigate(url))
}

// see waits until something is visible.
func (p *profile) see(selector string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.WaitVisible(chromedp.CSS(selector))); err != nil {
		p.photograph()
		p.t.Fatalf("%s did not appear: %v\nthe page: %s", selector, err, p.text("main"))
	}
}

func (p *profile) click(selector string) {
	p.t.Helper()
	p.see(selector)
	p.do(chromedp.Click(chromedp.CSS(selector)))
}

// press presses keys one after the other, as on a keyboard.
func (p *profile) press(keys string) {
	p.t.Helper()
	p.do(chromedp.KeyEvent(keys))
}

// tabTo presses the Tab key until it has led to something.
func (p *profile) tabTo(selector string) {
	p.t.Helper()
	for range 40 {
		if evaluate[bool](p, fmt.Sprintf(`document.activeElement?.matches(%q) ?? false`, selector)) {
			return
		}
		p.press(kb.Tab)
	}
	p.t.Fatalf("the Tab key does not lead to %s", selector)
}

func (p *profile) text(selector string) string {
	ask := fmt.Sprintf(`document.querySelector(%q)?.innerText ?? ""`, selector)
	text, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string](ask))
	return text
}

func (p *profile) value(selector string) string {
	p.t.Helper()
	p.see(selector)
	return evaluate[string](p, fmt.Sprintf(`document.querySelector(%q).value`, selector))
}

func (p *profile) address() string {
	p.t.Helper()
	return evaluate[string](p, `location.href`)
}

// evaluate runs a script, which may be asynchronous, and returns its value.
func evaluate[T any](p *profile, script string) T {
	p.t.Helper()
	value, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatal(err)
	}
	return value
}

// await waits until a script is true. (What chromedp has for that is forbidden by the pages' policy.)
func (p *profile) await(script string) {
	p.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if evaluate[bool](p, script) {
			return
		}
	}
	p.photograph()
	p.t.Fatalf("never true: %s\nthe page: %s", script, p.text("main"))
}

// enter types into a field.
func (p *profile) enter(selector, text string) {
	p.t.Helper()
	p.see(selector)
	p.do(chromedp.SendKeys(chromedp.CSS(selector), text))
}

// choose puts files into a file input.
func (p *profile) choose(selector string, paths ...string) {
	p.t.Helper()
	p.do(chromedp.SetUploadFiles(chromedp.CSS(selector), paths))
}

// downloaded waits for a file in the downloads, takes it out of there and returns its bytes. That a file of the name
// is there does not say that it is whole: the browser takes the name with an empty file before it writes.
func (p *profile) downloaded(name string) []byte {
	p.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if !p.took(name) {
			continue
		}
		path := filepath.Join(p.downloads, name)
		content, err := os.ReadFile(path)
		if err != nil {
			p.t.Fatal(err)
		}
		_ = os.Remove(path)
		return content
	}
	entries, _ := os.ReadDir(p.downloads)
	p.t.Fatalf("%s was not downloaded; there is %v", name, entries)
	return nil
}

// took says, once, that a download is complete.
func (p *profile) took(name string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	complete := p.complete[name]
	delete(p.complete, name)
	return complete
}

// photograph leaves a picture of a page that failed, where SEND_SCREENSHOTS says.
func (p *profile) photograph() {
	dir := os.Getenv("SEND_SCREENSHOTS")
	if dir == "" {
		return
	}
	if png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot()); err == nil {
		name := strings.ReplaceAll(p.t.Name(), "/", "-") + ".png"
		_ = os.WriteFile(filepath.Join(dir, name), png, 0o644)
	}
}
