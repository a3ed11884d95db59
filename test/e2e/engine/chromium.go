package engine

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Chromium is what no other browser can be asked, by its own protocol.
type Chromium interface {
	Tab

	Do(steps ...Step) error
	// Every does something in the page and in each worker of it that was attended, and says in how many.
	Every(step Step) (workers int)
}

// chromium is a tab of Chromium.
type chromium struct {
	ctx  context.Context
	from Profile
	page Page

	mutex   sync.Mutex
	deaf    bool              // hears no requests
	workers []context.Context // that are attended
}

// lifetime is how long a browser may be needed: a large file takes a while.
const lifetime = time.Hour

// Step is something done in Chromium.
type Step = chromedp.Action[chromedp.Void]

func startChromium(from Profile, page Page, path string, on Screen) (Tab, error) {
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.UserDataDir(from.Dir), chromedp.WSURLReadTimeout(Patience),
		chromedp.Flag("headless", "new"), chromedp.Flag("host-resolver-rules", "MAP "+OtherMachine+" 127.0.0.1"),
	}
	for _, flag := range []string{
		"no-sandbox", "disable-gpu", "no-first-run", "no-default-browser-check", "disable-background-networking",
		"disable-component-update", "disable-sync", "disable-extensions", "disable-dev-shm-usage", "mute-audio",
		"hide-scrollbars",
	} {
		options = append(options, chromedp.Flag(flag, true))
	}
	ctx, cancel := context.WithTimeout(context.Background(), lifetime)
	from.T.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	from.T.Cleanup(cancel)
	c := &chromium{from: from, page: page}
	c.begin(ctx)
	return c, c.Do(
		seen(on),
		Call(emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: on.Phone}),
		keepDownloads(from.Downloads),
		holdWorkers(),
	)
}

// begin has the tab be one of a browser's, or of that which another is of.
func (c *chromium) begin(of context.Context) {
	var cancel func()
	c.ctx, cancel = chromedp.NewContext(of, chromedp.WithListener(c.observe))
	c.from.T.Cleanup(cancel)
}

// holdWorkers has each worker of a page wait until it is attended, so that nothing that it says goes unheard. The
// service worker, which asks nobody for anything, would wait for ever.
func holdWorkers() Step {
	flatten := true
	return Call(target.SetAutoAttach, target.SetAutoAttachParams{
		AutoAttach: true, WaitForDebuggerOnStart: true, Flatten: &flatten,
		Filter: target.Filter{{Type: "worker"}},
	})
}

// isGone matches what is said of a worker, or a browser, that has ended.
var isGone = regexp.MustCompile("target detached|No target with given id|lost the connection to the browser")

// attend has observe hear of a worker, too, and lets it begin, unless it is gone by then, or the browser is: its
// context ends with it, and of a browser that is gone all else complains.
func (c *chromium) attend(worker *target.Info) {
	ctx, cancel := chromedp.NewContext(c.ctx,
		chromedp.WithTargetID(worker.TargetID), chromedp.WithListener(c.observe), chromedp.WithDetachOnCancel())
	c.from.T.Cleanup(cancel)
	steps := []Step{holdWorkers(), Call(runtime.RunIfWaitingForDebugger, cdp.Empty{})} // it may begin some itself
	c.mutex.Lock()
	c.workers = append(c.workers, ctx)
	if c.deaf {
		steps = slices.Insert(steps, 0, hearNoRequests)
	}
	c.mutex.Unlock()
	err := chromedp.Do(ctx, steps...)
	if err != nil && ctx.Err() == nil && !isGone.MatchString(err.Error()) {
		c.page.Complain("the %s %s is not attended: %v", worker.Type, worker.URL, err)
	}
}

// keepDownloads puts what a page saves into a folder, and tells observe.
func keepDownloads(folder string) Step {
	events := true
	return Call(browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: folder, EventsEnabled: &events,
	})
}

// Call is a command of the browser's protocol as a step.
func Call[P, R any](command cdp.Command[P, R], params P) Step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, command, params)
		return err
	})
}

// observe keeps errors on the console, exceptions, violations of the content security policy, and requests.
func (c *chromium) observe(event any) {
	switch e := event.(type) {
	case *log.EventEntryAdded:
		if strings.Contains(e.Entry.Text, "icon from the Manifest") {
			return // the page was left while the browser fetched it; TestPageCanBeInstalled asks if it is good
		}
		if e.Entry.Level == "error" || e.Entry.Level == "warning" || e.Entry.Source == "security" {
			c.page.Complain("%s: %s (%s)", e.Entry.Level, e.Entry.Text, e.Entry.URL)
		}
	case *runtime.EventExceptionThrown:
		c.page.Complain("exception: %s %+v", e.ExceptionDetails.Text, e.ExceptionDetails.Exception)
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" {
			c.page.Complain("console: %v", e.Args)
		}
	case *target.EventAttachedToTarget:
		go c.attend(e.TargetInfo)
	case *page.EventJavascriptDialogOpening:
		go func() {
			_ = c.Do(Call(page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true}))
		}()
	case *browser.EventDownloadWillBegin:
		c.page.Began(e.GUID, e.SuggestedFilename)
	case *browser.EventDownloadProgress:
		if e.State == browser.DownloadProgressStateCompleted {
			c.page.Ended(e.GUID)
		}
	case *network.EventRequestWillBeSent:
		// Without URLFragment: that is told to us, not to the server.
		said := []string{fmt.Sprintf("%s %s %v", e.Request.Method, e.Request.URL, e.Request.Headers)}
		for _, entry := range e.Request.PostDataEntries {
			said = append(said, string(entry.Bytes))
		}
		c.page.Said(strings.Join(said, " "))
	}
}

func (c *chromium) Do(steps ...Step) error { return chromedp.Do(c.ctx, steps...) }

func (c *chromium) Open(url string) error { return c.Do(chromedp.Navigate(url)) }

func (c *chromium) Reload() error { return c.Do(chromedp.Reload()) }

// isLeft is what Chromium says of an execution context that is no more, or is about to be.
var isLeft = regexp.MustCompile(`context|Inspected target navigated`)

func (c *chromium) Evaluate(expression string) (string, error) {
	v, err := chromedp.Run(c.ctx, chromedp.Evaluate[string](expression, chromedp.EvalAwaitPromise))
	if err != nil && c.ctx.Err() == nil && isLeft.MatchString(err.Error()) {
		err = fmt.Errorf("%w: %w", ErrLeft, err)
	}
	return v, err
}

func (c *chromium) Look(on Screen) error { return c.Do(seen(on)) }

// seen has a page seen as on a screen.
func seen(on Screen) Step {
	scheme, colours := "light", "none"
	if on.Dark {
		scheme = "dark"
	}
	if on.Forced {
		colours = "active"
	}
	return chromedp.Steps(
		Call(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: on.Width, Height: on.Height, DeviceScaleFactor: 1, Mobile: on.Phone,
		}),
		Call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{
				{Name: "prefers-color-scheme", Value: scheme}, {Name: "forced-colors", Value: colours},
			},
		}),
	)
}

func (c *chromium) Before(script string) error {
	return c.Do(Call(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script}))
}

func (c *chromium) Click(selector string) error { return c.Do(chromedp.Click(chromedp.CSS(selector))) }

func (c *chromium) Press(keys string) error { return c.Do(chromedp.KeyEvent(keys)) }

func (c *chromium) Choose(selector string, paths []string) error {
	return c.Do(chromedp.SetUploadFiles(chromedp.CSS(selector), paths))
}

func (c *chromium) Picture() ([]byte, error) {
	return chromedp.Run(c.ctx, chromedp.CaptureScreenshot())
}

func (c *chromium) Process(_ int, words []string) string {
	if !slices.Contains(words, "--user-data-dir="+c.from.Dir) {
		return ""
	}
	for _, word := range words {
		if kind, is := strings.CutPrefix(word, "--type="); is {
			return strings.Replace(kind, "renderer", "tab", 1)
		}
	}
	return "browser"
}

// HearNoRequests also has the browser keep none of what is sent and answered: each body of a request is said otherwise,
// and those of answers are kept for who may ask for them.
func (c *chromium) HearNoRequests() error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.deaf = true
	err := c.Do(hearNoRequests)
	for _, worker := range c.workers {
		if worker.Err() == nil {
			err = cmp.Or(err, chromedp.Do(worker, hearNoRequests))
		}
	}
	return err
}

var hearNoRequests = Call(network.Disable, cdp.Empty{})

func (c *chromium) Tab(p Page) (Tab, error) {
	other := &chromium{from: c.from, page: p}
	other.begin(c.ctx)
	return other, other.Do(keepDownloads(c.from.Downloads), holdWorkers())
}

func (c *chromium) DropCookies() error { return c.Do(Call(network.ClearBrowserCookies, cdp.Empty{})) }

func (c *chromium) Every(step Step) (workers int) {
	c.mutex.Lock()
	all := append(slices.Clone(c.workers), c.ctx)
	c.mutex.Unlock()
	for _, one := range all {
		if chromedp.Do(one, step) == nil && one != c.ctx {
			workers++
		}
	}
	return workers
}

func (c *chromium) Quit() error { return chromedp.Cancel(c.ctx) }
