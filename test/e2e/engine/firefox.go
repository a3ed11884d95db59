package engine

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/coder/websocket"

	"sgraph.ai/send/shared/test/logtest"
)

// firefox is a tab of Firefox, by WebDriver BiDi: https://w3c.github.io/webdriver-bidi/
type firefox struct {
	*session
	context string
}

// session is the connection to a browser, and the browser at its end.
type session struct {
	conn *websocket.Conn
	pid  int // also of its group
	stop func()

	mu      sync.Mutex
	last    int
	waiting map[int]chan answer
	tabs    map[string]Page // by their contexts
	first   Page            // is told what is of no tab
	front   string          // context of the tab that is before the others
}

// answer is anything that the browser says.
type answer struct {
	Type    string          `json:"type"`
	ID      int             `json:"id"`
	Result  json.RawMessage `json:"result"`
	Error   string          `json:"error"`
	Message string          `json:"message"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params"`
}

var bidi = regexp.MustCompile(`WebDriver BiDi listening on (ws://\S+)`)

func startFirefox(from Profile, page Page, path string, on Screen) (Tab, error) {
	if err := os.WriteFile(filepath.Join(from.Dir, "user.js"), preferences(from.Downloads, on), 0o600); err != nil {
		return nil, err
	}
	out := &logtest.Buffer{}
	cmd := exec.Command(path, "--headless", "--no-remote", "--profile", from.Dir, "--remote-debugging-port", "0")
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // it has children, which must end with it
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	l := &session{pid: cmd.Process.Pid, waiting: map[int]chan answer{}, tabs: map[string]Page{}, first: page}
	l.stop = func() {
		select {
		case <-ended:
		case <-time.After(Patience):
		}
	}
	from.T.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		<-ended
	})
	at := func(said string) bool { return bidi.MatchString(said) }
	select {
	case <-out.When(at):
	case <-ended:
		return nil, fmt.Errorf("it ended:\n%s", out)
	case <-time.After(Patience):
		return nil, fmt.Errorf("it does not say where it listens:\n%s", out)
	}
	var err error
	address := bidi.FindStringSubmatch(out.String())[1] + "/session"
	if l.conn, _, err = websocket.Dial(context.Background(), address, nil); err != nil {
		return nil, err
	}
	from.T.Cleanup(func() { _ = l.conn.CloseNow() })
	l.conn.SetReadLimit(-1)
	go l.listen()

	if _, err := l.ask("session.new", map[string]any{"capabilities": map[string]any{
		"alwaysMatch": map[string]any{"unhandledPromptBehavior": map[string]any{"default": "accept"}},
	}}); err != nil {
		return nil, err
	}
	if _, err := l.ask("session.subscribe", map[string]any{"events": []string{
		"log.entryAdded", requestSent, "browsingContext.downloadEnd",
	}}); err != nil {
		return nil, err
	}
	// The page that the browser begins with hears nothing of what is focused.
	begun, err := (&firefox{session: l}).Tab(page)
	if err != nil {
		return nil, err
	}
	return begun, begun.Look(on)
}

// preferences is the file that says how the browser is set up.
func preferences(downloads string, on Screen) []byte {
	set := map[string]any{
		"browser.download.folderList": 2, "browser.download.dir": downloads,
		"browser.download.always_ask_before_handling_new_types": false, "browser.download.alwaysOpenPanel": false,
		"browser.safebrowsing.downloads.enabled": false, "browser.shell.checkDefaultBrowser": false,
		"datareporting.policy.dataSubmissionEnabled": false, "app.update.auto": false, "pdfjs.disabled": true,
		"layout.css.prefers-color-scheme.content-override": 1,
		"network.dns.localDomains":                         OtherMachine,
		// Nothing of the browser's own lies over the page, or takes the focus from it.
		"browser.startup.page": 0, "browser.startup.homepage_override.mstone": "ignore",
		"browser.aboutwelcome.enabled": false, "browser.preonboarding.enabled": false,
		"termsofuse.bypassNotification": true, "datareporting.policy.dataSubmissionPolicyBypassNotification": true,
		// One that was killed begins as any other.
		"browser.sessionstore.resume_from_crash": false, "toolkit.startup.max_resumed_crashes": -1,
		// Where no window has the focus of a screen, each acts as if it had.
		"focusmanager.testmode": true,
	}
	if on.Dark {
		set["layout.css.prefers-color-scheme.content-override"] = 0
	}
	if on.Phone {
		set["ui.primaryPointerCapabilities"], set["ui.allPointerCapabilities"] = 1, 1 // fingers
		set["dom.w3c_touch_events.enabled"] = 1
	}
	var out bytes.Buffer
	for name, value := range set {
		said, _ := json.Marshal(value)
		fmt.Fprintf(&out, "user_pref(%q, %s);\n", name, said)
	}
	return out.Bytes()
}

// listen takes what the browser says until it says no more.
func (l *session) listen() {
	for {
		_, said, err := l.conn.Read(context.Background())
		if err != nil {
			l.mu.Lock()
			defer l.mu.Unlock()
			for _, asked := range l.waiting {
				asked <- answer{Type: "error", Error: "closed", Message: err.Error()}
			}
			clear(l.waiting)
			return
		}
		var a answer
		if json.Unmarshal(said, &a) != nil {
			continue
		}
		l.mu.Lock()
		asked := l.waiting[a.ID]
		delete(l.waiting, a.ID)
		l.mu.Unlock()
		switch {
		case a.Type == "event":
			l.observe(a.Method, a.Params)
		case asked != nil:
			asked <- a
		}
	}
}

// ask sends a command and returns its result.
func (l *session) ask(method string, params any) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	answered := make(chan answer, 1)
	l.mu.Lock()
	l.last++
	id := l.last
	l.waiting[id] = answered
	l.mu.Unlock()
	command, err := json.Marshal(map[string]any{"id": id, "method": method, "params": params})
	if err != nil {
		return nil, err
	}
	if err := l.conn.Write(ctx, websocket.MessageText, command); err != nil {
		return nil, err
	}
	select {
	case a := <-answered:
		switch {
		case a.Type != "error":
			return a.Result, nil
		case a.Error == "no such frame" || strings.Contains(a.Message, "DiscardedBrowsingContext") ||
			strings.Contains(a.Message, "destroyed") || strings.Contains(a.Message, "actor"):
			return nil, fmt.Errorf("%w: %s: %s: %s", ErrLeft, method, a.Error, a.Message)
		default:
			return nil, fmt.Errorf("%s: %s: %s", method, a.Error, a.Message)
		}
	case <-ctx.Done():
		return nil, fmt.Errorf("%s: %w", method, ctx.Err())
	}
}

func (l *session) into(result any, method string, params any) error {
	said, err := l.ask(method, params)
	if err == nil {
		err = json.Unmarshal(said, result)
	}
	return err
}

// at is the tab of a context that was opened just now, whose page belongs to p.
func (l *session) at(context string, p Page) *firefox {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tabs[context], l.front = p, context
	return &firefox{l, context}
}

const requestSent = "network.beforeRequestSent"

func (l *session) HearNoRequests() error {
	_, err := l.ask("session.unsubscribe", map[string]any{"events": []string{requestSent}})
	return err
}

// observe tells the profile of a tab what happens in it. The bodies of requests are not among it.
func (l *session) observe(method string, params json.RawMessage) {
	var e struct {
		Status, Filepath string
		Context          string
		Level, Text      string
		Source           struct{ Context string }
		Request          struct {
			URL, Method string
			Headers     []struct {
				Name  string
				Value struct{ Value string }
			}
		}
	}
	if json.Unmarshal(params, &e) != nil {
		return
	}
	l.mu.Lock()
	p := l.tabs[e.Context+e.Source.Context]
	l.mu.Unlock()
	if p == nil {
		p = l.first
	}
	switch method {
	case "log.entryAdded":
		if e.Level == "error" || e.Level == "warn" {
			p.Complain("%s: %s", e.Level, e.Text)
		}
	case requestSent:
		address, _, _ := strings.Cut(e.Request.URL, "#") // which is told to us, not to the server
		p.Said(fmt.Sprintf("%s %s %v", e.Request.Method, address, e.Request.Headers))
	case "browsingContext.downloadEnd":
		if e.Status == "complete" {
			p.Finished(filepath.Base(e.Filepath)) // as it is named beside others of its name
		}
	}
}

func (f *firefox) Open(address string) error {
	if err := f.show(); err != nil {
		return err
	}
	wait := "complete"
	if u, err := url.Parse(address); err == nil && u.Fragment != "" {
		wait = "interactive" // where only the fragment is another, nothing is loaded
	}
	_, err := f.ask("browsingContext.navigate", map[string]any{"context": f.context, "url": address, "wait": wait})
	return err
}

func (f *firefox) Reload() error {
	_, err := f.ask("browsingContext.reload", map[string]any{"context": f.context, "wait": "complete"})
	return err
}

func (f *firefox) Evaluate(expression string) (string, error) {
	var said struct {
		Type             string
		Result           struct{ Value json.RawMessage }
		ExceptionDetails struct{ Text string }
	}
	err := f.into(&said, "script.evaluate", map[string]any{
		"expression": expression, "target": map[string]any{"context": f.context}, "awaitPromise": true,
	})
	if err != nil {
		return "", err
	}
	if said.Type != "success" {
		return "", fmt.Errorf("exception: %s", said.ExceptionDetails.Text)
	}
	var text string
	return text, json.Unmarshal(said.Result.Value, &text)
}

// Look leaves the colours as the preferences have them.
func (f *firefox) Look(on Screen) error {
	_, err := f.ask("browsingContext.setViewport", map[string]any{
		"context": f.context, "viewport": map[string]any{"width": on.Width, "height": on.Height},
	})
	return err
}

func (f *firefox) Before(script string) error {
	_, err := f.ask("script.addPreloadScript", map[string]any{"functionDeclaration": "() => {" + script + "}"})
	return err
}

// element is the one that a selector finds, as commands name it.
func (f *firefox) element(selector string) (map[string]any, error) {
	var said struct {
		Result struct{ SharedID string }
	}
	err := f.into(&said, "script.evaluate", map[string]any{
		"expression": fmt.Sprintf(`((e) => { e?.scrollIntoView({ block: "center", behavior: "instant" }); return e; })
			(document.querySelector(%q))`, selector),
		"target": map[string]any{"context": f.context}, "awaitPromise": false,
	})
	if err == nil && said.Result.SharedID == "" {
		err = fmt.Errorf("there is no %s", selector)
	}
	return map[string]any{"sharedId": said.Result.SharedID}, err
}

func (f *firefox) Click(selector string) error {
	element, err := f.element(selector)
	if err != nil {
		return err
	}
	return f.act("pointer", []map[string]any{
		{"type": "pointerMove", "x": 0, "y": 0, "origin": map[string]any{"type": "element", "element": element}},
		{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0},
	})
}

// keys are those that have another name here.
var keys = map[string]string{
	kb.Tab: "\uE004", kb.Enter: "\uE007", kb.Escape: "\uE00C", kb.Backspace: "\uE003",
	kb.ArrowLeft: "\uE012", kb.ArrowUp: "\uE013", kb.ArrowRight: "\uE014", kb.ArrowDown: "\uE015",
}

func (f *firefox) Press(text string) error {
	var steps []map[string]any
	for _, char := range text {
		key := string(char)
		if char == '\n' {
			key = kb.Enter
		}
		if named, is := keys[key]; is {
			key = named
		}
		steps = append(steps, map[string]any{"type": "keyDown", "value": key}, map[string]any{"type": "keyUp", "value": key})
	}
	return f.act("key", steps)
}

// show brings the tab to the front, as who uses it has it: what has the focus of one behind others hears of nothing.
func (f *firefox) show() error {
	f.mu.Lock()
	isBehind := f.front != f.context
	f.front = f.context
	f.mu.Unlock()
	if !isBehind {
		return nil
	}
	_, err := f.ask("browsingContext.activate", map[string]any{"context": f.context})
	return err
}

func (f *firefox) act(kind string, steps []map[string]any) error {
	if err := f.show(); err != nil {
		return err
	}
	_, err := f.ask("input.performActions", map[string]any{
		"context": f.context, "actions": []any{map[string]any{"type": kind, "id": kind, "actions": steps}},
	})
	return err
}

func (f *firefox) Choose(selector string, paths []string) error {
	element, err := f.element(selector)
	if err != nil {
		return err
	}
	_, err = f.ask("input.setFiles", map[string]any{"context": f.context, "element": element, "files": paths})
	return err
}

func (f *firefox) Picture() ([]byte, error) {
	var said struct{ Data string }
	if err := f.into(&said, "browsingContext.captureScreenshot", map[string]any{"context": f.context}); err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(said.Data)
}

// Process goes by the group: that of the first has all children.
func (f *firefox) Process(pid int, words []string) string {
	if group, err := syscall.Getpgid(pid); err != nil || group != f.pid {
		return ""
	}
	if pid == f.pid || len(words) == 0 {
		return "browser"
	}
	return words[len(words)-1]
}

func (f *firefox) Tab(p Page) (Tab, error) {
	var said struct{ Context string }
	err := f.into(&said, "browsingContext.create", map[string]any{"type": "tab"})
	return f.at(said.Context, p), err
}

func (f *firefox) DropCookies() error {
	_, err := f.ask("storage.deleteCookies", map[string]any{})
	return err
}

func (f *firefox) Quit() error {
	_, err := f.ask("browser.close", map[string]any{})
	f.stop()
	return err
}
