package browser

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

// chromium is a tab of Chromium, by its own protocol.
type chromium struct {
	ctx context.Context
	dir string // of the profile

	mutex   sync.Mutex
	deaf    bool              // hears no requests
	workers []context.Context // that are attended
}

// lifetime is how long a browser may be needed: a large file takes a while.
const lifetime = time.Hour

// step is something done in a browser.
type step = chromedp.Action[chromedp.Void]

func startChromium(p *profile, path, dir string, on screen) (engine, error) {
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.UserDataDir(dir), chromedp.WSURLReadTimeout(patience),
		chromedp.Flag("headless", "new"), chromedp.Flag("host-resolver-rules", "MAP "+otherMachine+" 127.0.0.1"),
	}
	for _, flag := range []string{
		"no-sandbox", "disable-gpu", "no-first-run", "no-default-browser-check", "disable-background-networking",
		"disable-component-update", "disable-sync", "disable-extensions", "disable-dev-shm-usage", "mute-audio",
		"hide-scrollbars",
	} {
		options = append(options, chromedp.Flag(flag, true))
	}
	ctx, cancel := context.WithTimeout(context.Background(), lifetime)
	p.t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	p.t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithListener(p.observe))
	p.t.Cleanup(cancel)

	c := &chromium{ctx: ctx, dir: dir}
	p.engine = c // a listener may need it
	return c, chromedp.Do(ctx,
		seen(on),
		call(emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: on.phone}),
		keepDownloads(p.downloads),
		holdWorkers(),
	)
}

// holdWorkers has each worker of a page wait until it is attended, so that nothing that it says goes unheard. The
// service worker, which asks nobody for anything, would wait for ever.
func holdWorkers() step {
	flatten := true
	return call(target.SetAutoAttach, target.SetAutoAttachParams{
		AutoAttach: true, WaitForDebuggerOnStart: true, Flatten: &flatten,
		Filter: target.Filter{{Type: "worker"}},
	})
}

// isGone matches what is said of a worker, or a browser, that has ended.
var isGone = regexp.MustCompile("target detached|No target with given id|lost the connection to the browser")

// attend has observe hear of a worker, too, and lets it begin, unless it is gone by then, or the browser is: its
// context ends with it, and of a browser that is gone all else complains.
func (c *chromium) attend(p *profile, worker *target.Info) {
	ctx, cancel := chromedp.NewContext(c.ctx,
		chromedp.WithTargetID(worker.TargetID), chromedp.WithListener(p.observe), chromedp.WithDetachOnCancel())
	p.t.Cleanup(cancel)
	steps := []step{holdWorkers(), call(runtime.RunIfWaitingForDebugger, cdp.Empty{})} // it may begin some itself
	c.mutex.Lock()
	c.workers = append(c.workers, ctx)
	if c.deaf {
		steps = slices.Insert(steps, 0, hearNoRequests)
	}
	c.mutex.Unlock()
	err := chromedp.Do(ctx, steps...)
	if err != nil && ctx.Err() == nil && !isGone.MatchString(err.Error()) {
		p.complain("the %s %s is not attended: %v", worker.Type, worker.URL, err)
	}
}

// keepDownloads puts what a page saves into a folder, and tells observe.
func keepDownloads(folder string) step {
	events := true
	return call(browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: folder, EventsEnabled: &events,
	})
}

// call is a command of the browser's protocol as a step.
func call[P, R any](command cdp.Command[P, R], params P) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, command, params)
		return err
	})
}

// observe keeps errors on the console, exceptions, violations of the content security policy, and requests.
func (p *profile) observe(event any) {
	switch e := event.(type) {
	case *log.EventEntryAdded:
		if strings.Contains(e.Entry.Text, "icon from the Manifest") {
			return // the page was left while the browser fetched it; TestPageCanBeInstalled asks if it is good
		}
		if e.Entry.Level == "error" || e.Entry.Level == "warning" || e.Entry.Source == "security" {
			p.complain("%s: %s (%s)", e.Entry.Level, e.Entry.Text, e.Entry.URL)
		}
	case *runtime.EventExceptionThrown:
		p.complain("exception: %s %+v", e.ExceptionDetails.Text, e.ExceptionDetails.Exception)
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" {
			p.complain("console: %v", e.Args)
		}
	case *target.EventAttachedToTarget:
		go p.engine.(*chromium).attend(p, e.TargetInfo)
	case *page.EventJavascriptDialogOpening:
		go func() {
			_ = chromedp.Do(p.engine.(*chromium).ctx,
				call(page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true}))
		}()
	case *browser.EventDownloadWillBegin:
		p.began(e.GUID, e.SuggestedFilename)
	case *browser.EventDownloadProgress:
		if e.State == browser.DownloadProgressStateCompleted {
			p.ended(e.GUID)
		}
	case *network.EventRequestWillBeSent:
		// Without URLFragment: that is told to us, not to the server.
		said := fmt.Sprintf("%s %s %v", e.Request.Method, e.Request.URL, e.Request.Headers)
		for _, entry := range e.Request.PostDataEntries {
			said += " " + string(entry.Bytes)
		}
		p.say(said)
	}
}

func (c *chromium) do(steps ...step) error { return chromedp.Do(c.ctx, steps...) }

func (c *chromium) open(url string) error { return c.do(chromedp.Navigate(url)) }

func (c *chromium) reload() error { return c.do(chromedp.Reload()) }

// isLeft is what Chromium says of an execution context that is no more, or is about to be.
var isLeft = regexp.MustCompile(`context|Inspected target navigated`)

func (c *chromium) evaluate(expression string) (string, error) {
	v, err := chromedp.Run(c.ctx, chromedp.Evaluate[string](expression, chromedp.EvalAwaitPromise))
	if err != nil && c.ctx.Err() == nil && isLeft.MatchString(err.Error()) {
		err = fmt.Errorf("%w: %w", errLeft, err)
	}
	return v, err
}

func (c *chromium) look(on screen) error { return c.do(seen(on)) }

// seen has a page seen as on a screen.
func seen(on screen) step {
	scheme, colours := "light", "none"
	if on.dark {
		scheme = "dark"
	}
	if on.forced {
		colours = "active"
	}
	return chromedp.Steps(
		call(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: on.width, Height: on.height, DeviceScaleFactor: 1, Mobile: on.phone,
		}),
		call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{
				{Name: "prefers-color-scheme", Value: scheme}, {Name: "forced-colors", Value: colours},
			},
		}),
	)
}

func (c *chromium) before(script string) error {
	return c.do(call(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script}))
}

func (c *chromium) click(selector string) error { return c.do(chromedp.Click(chromedp.CSS(selector))) }

func (c *chromium) press(keys string) error { return c.do(chromedp.KeyEvent(keys)) }

func (c *chromium) choose(selector string, paths []string) error {
	return c.do(chromedp.SetUploadFiles(chromedp.CSS(selector), paths))
}

func (c *chromium) picture() ([]byte, error) {
	return chromedp.Run(c.ctx, chromedp.CaptureScreenshot())
}

func (c *chromium) process(_ int, words []string) string {
	if !slices.Contains(words, "--user-data-dir="+c.dir) {
		return ""
	}
	for _, word := range words {
		if kind, is := strings.CutPrefix(word, "--type="); is {
			return strings.Replace(kind, "renderer", "tab", 1)
		}
	}
	return "browser"
}

// hearNoRequests also has the browser keep none of what is sent and answered: each body of a request is said otherwise,
// and those of answers are kept for who may ask for them.
func (c *chromium) hearNoRequests() error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.deaf = true
	err := c.do(hearNoRequests)
	for _, worker := range c.workers {
		if worker.Err() == nil {
			err = cmp.Or(err, chromedp.Do(worker, hearNoRequests))
		}
	}
	return err
}

var hearNoRequests = call(network.Disable, cdp.Empty{})

func (c *chromium) tab(p *profile) (engine, error) {
	ctx, cancel := chromedp.NewContext(c.ctx, chromedp.WithListener(p.observe))
	p.t.Cleanup(cancel)
	other := &chromium{ctx: ctx, dir: c.dir}
	p.engine = other
	return other, other.do(keepDownloads(p.downloads), holdWorkers())
}

func (c *chromium) quit() error { return chromedp.Cancel(c.ctx) }
