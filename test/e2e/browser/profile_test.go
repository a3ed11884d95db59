package browser

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"sgraph.ai/send/test/e2e/engine"
)

// inBrowser ends the test where the browser to test in is not.
func inBrowser(t testing.TB) {
	t.Helper()
	engine.Find(t)
}

// patience is how long is waited for what must come.
const patience = engine.Patience

// profile is a browser of its own, with one page, that remembers what the page did.
type profile struct {
	engine.Tab
	t         testing.TB
	on        screen
	dir       string // where the browser keeps what is of this profile
	downloads string

	mu        *sync.Mutex
	problems  []string
	tolerated []string
	requests  []string          // everything each request said: method, URL, headers, body
	names     map[string]string // of the downloads that began, by their ids
	complete  map[string]bool   // the names of those that are on disk as a whole
}

// screen is what a page is looked at with.
type screen struct {
	width, height int64
	phone, dark   bool
	forced        bool // colours of the person's own
}

// seen is that for who drives the browser.
func (s screen) seen() engine.Screen {
	return engine.Screen{Width: s.width, Height: s.height, Phone: s.phone, Dark: s.dark, Forced: s.forced}
}

var desktop = screen{width: 1280, height: 900}

// usual is what a flow is gone through on that is the same on all: a desktop, or a phone where SEND_SCREEN says so, as
// it does at night.
var usual = map[bool]screen{true: screens["phone"], false: desktop}[os.Getenv("SEND_SCREEN") == "phone"]

// open starts a browser with an empty profile. When the test ends, nothing that a page complained about may be left.
func open(t testing.TB, on screen) *profile {
	t.Helper()
	return openIn(t, t.TempDir(), on)
}

// openIn starts a browser with the profile that a folder has.
func openIn(t testing.TB, dir string, on screen) *profile {
	t.Helper()
	p := &profile{
		t: t, on: on, dir: dir, downloads: t.TempDir(),
		mu: &sync.Mutex{}, names: map[string]string{}, complete: map[string]bool{},
	}
	var err error
	if p.Tab, err = engine.Start(engine.Profile{T: t, Dir: dir, Downloads: p.downloads}, p, on.seen()); err != nil {
		t.Fatal(err)
	}
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
	other := &profile{t: p.t, on: p.on, dir: p.dir, downloads: p.downloads, mu: p.mu, names: p.names, complete: p.complete}
	var err error
	if other.Tab, err = p.Tab.Tab(other); err != nil {
		p.t.Fatal(err)
	}
	return other
}

// close closes the browser.
func (p *profile) close() {
	p.t.Helper()
	p.must(p.Quit())
}

// must ends the test where something could not be done in the browser.
func (p *profile) must(err error) {
	p.t.Helper()
	if err != nil {
		p.photograph()
		p.t.Fatal(err)
	}
}

// Complain remembers what a page should not have had to say.
func (p *profile) Complain(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.problems = append(p.problems, fmt.Sprintf(format, args...))
}

// Said remembers what a page said to anyone.
func (p *profile) Said(request string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests = append(p.requests, request)
}

// Began remembers under which name a download goes.
func (p *profile) Began(id, name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.names[id] = name
}

// Ended remembers that one is on disk as a whole.
func (p *profile) Ended(id string) {
	p.mu.Lock()
	name := p.names[id]
	p.mu.Unlock()
	p.Finished(name)
}

// Finished remembers that what has a name is on disk as a whole.
func (p *profile) Finished(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.complete[name] = true
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

// mustHaveAsked says that a request for a path was seen: that what a worker sends is among what is searched.
func (p *profile) mustHaveAsked(path string) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.ContainsFunc(p.requests, func(request string) bool { return strings.Contains(request, path) }) {
		p.t.Errorf("of %d requests none was for %s", len(p.requests), path)
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

func (p *profile) goTo(url string) {
	p.t.Helper()
	p.must(p.Open(url))
}

// goAfresh loads a page even where only the fragment differs from the address it is at.
func (p *profile) goAfresh(url string) {
	p.t.Helper()
	p.must(p.Open("about:blank"))
	p.must(p.Open(url))
}

// goAgain loads the page once more, as the button of the browser does.
func (p *profile) goAgain() {
	p.t.Helper()
	p.must(p.Reload())
}

// isVisible is a script that says whether something is there to be seen.
func isVisible(selector string) string {
	return fmt.Sprintf(`((e) => Boolean(e?.checkVisibility({ visibilityProperty: true })) &&
		e.getClientRects().length > 0)(document.querySelector(%q))`, selector)
}

// see waits until something is visible.
func (p *profile) see(selector string) {
	p.t.Helper()
	p.await(isVisible(selector))
}

func (p *profile) click(selector string) {
	p.t.Helper()
	p.see(selector)
	p.must(p.Click(selector))
}

// press presses keys one after the other, as on a keyboard.
func (p *profile) press(keys string) {
	p.t.Helper()
	p.must(p.Press(keys))
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

// text is what is to be read, whether lines may end at its spaces or not.
func (p *profile) text(selector string) string {
	text, _ := value[string](p, fmt.Sprintf(`document.querySelector(%q)?.innerText ?? ""`, selector))
	return strings.ReplaceAll(text, "\u00a0", " ")
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

// value runs a script, which may be asynchronous.
func value[T any](p *profile, script string) (v T, err error) {
	text, err := p.Evaluate("(async () => JSON.stringify(await (" + script + ")) ?? 'null')()")
	if err == nil {
		err = json.Unmarshal([]byte(text), &v)
	}
	return v, err
}

// evaluate runs a script, which may be asynchronous, and returns its value.
func evaluate[T any](p *profile, script string) T {
	p.t.Helper()
	v, err := value[T](p, script)
	if err != nil {
		p.t.Fatalf("%v\nin: %.300s", err, script)
	}
	return v
}

// await waits until a script is true.
func (p *profile) await(script string) {
	p.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		is, err := value[bool](p, script)
		if err != nil && !errors.Is(err, engine.ErrLeft) {
			p.t.Fatalf("%v\nin: %.300s", err, script)
		}
		if is {
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
	evaluate[bool](p, fmt.Sprintf(`(document.querySelector(%q).focus(), true)`, selector))
	p.press(text)
}

// choose puts files into a file input.
func (p *profile) choose(selector string, paths ...string) {
	p.t.Helper()
	p.must(p.Choose(selector, paths))
}

// downloaded waits for a file in the downloads, takes it out of there and returns its bytes. That a file of the name
// is there does not say that it is whole: the browser takes the name with an empty file before it writes.
func (p *profile) downloaded(name string) []byte {
	p.t.Helper()
	path := p.saved(name)
	content, err := os.ReadFile(path)
	if err != nil {
		p.t.Fatal(err)
	}
	_ = os.Remove(path)
	return content
}

// saved waits for a file in the downloads, as long as something arrives there, and says where it is.
func (p *profile) saved(name string) (path string) {
	p.t.Helper()
	there, since := int64(-1), time.Now()
	for ; !p.took(name); time.Sleep(50 * time.Millisecond) {
		now := int64(0)
		files, _ := os.ReadDir(p.downloads)
		for _, file := range files {
			if info, err := file.Info(); err == nil {
				now += info.Size()
			}
		}
		if now != there {
			there, since = now, time.Now()
		}
		if time.Since(since) > patience {
			p.t.Fatalf("%s was not downloaded; there is %v, of %d bytes", name, files, there)
		}
	}
	return filepath.Join(p.downloads, name)
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
	if png, err := p.Picture(); err == nil && os.MkdirAll(dir, 0o755) == nil {
		name := strings.ReplaceAll(p.t.Name(), "/", "-") + ".png"
		_ = os.WriteFile(filepath.Join(dir, name), png, 0o644)
	}
}
