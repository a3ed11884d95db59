// Package engine drives a tab of a real browser: of Chromium or, with SEND_BROWSER=firefox, of Firefox.
package engine

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// Tab is one tab of a browser, however that is driven.
type Tab interface {
	Open(url string) error
	Reload() error
	// Evaluate awaits an expression and returns its value, a text.
	Evaluate(expression string) (string, error)
	// Before has every page that is opened from now on run a script before its own.
	Before(script string) error
	// Look has the page seen as on another screen; the pointer stays what it is.
	Look(on Screen) error
	Click(selector string) error
	// Press presses keys one after the other, which are named as in package kb.
	Press(keys string) error
	Choose(selector string, paths []string) error
	Picture() ([]byte, error)
	DropCookies() error
	// Process is of which kind a process is, by the words it was started with; "" if it is none of this browser.
	Process(pid int, words []string) (kind string)
	// HearNoRequests ends that the browser tells of requests, where it keeps what they send and receive meanwhile.
	HearNoRequests() error
	// Tab opens another one, of the same browser, which tells another what happens in it.
	Tab(p Page) (Tab, error)
	// Quit closes the browser, as who uses it does.
	Quit() error
}

// Page is told what happens in a tab.
type Page interface {
	// Complain is told what a page should not have had to say.
	Complain(format string, args ...any)
	// Said is told what a page said to anyone.
	Said(request string)
	// Began is told under which name a download goes, Ended that one is on disk as a whole, and Finished of which name.
	Began(id, name string)
	Ended(id string)
	Finished(name string)
}

// Screen is what a page is looked at with.
type Screen struct {
	Width, Height int64
	Phone, Dark   bool
	Forced        bool // colours of the person's own
}

// Profile is what a browser has of its own.
type Profile struct {
	T         testing.TB // at whose end the browser ends
	Dir       string     // where it keeps what is of this profile
	Downloads string     // where it puts what pages save
}

// OtherMachine is a name of this machine by which a browser takes it for one on the network, whose pages anybody in
// between could have changed.
const OtherMachine = "send.lan"

// Patience is how long is waited for what must come. It ends a test that would hang; nothing is proven by something
// coming sooner.
const Patience = 2 * time.Minute

// ErrLeft is that a page is left while something is asked of it.
var ErrLeft = errors.New("the page was left")

// kinds are the browsers that there are here: what they are called on the PATH, and how each is started.
var kinds = map[string]struct {
	names []string
	start func(from Profile, page Page, path string, on Screen) (Tab, error)
}{
	"chromium": {[]string{"chromium", "chromium-browser", "google-chrome"}, startChromium},
	"firefox":  {[]string{"firefox-esr", "firefox"}, startFirefox},
}

// Kind is the browser to test in: Chromium, unless SEND_BROWSER names another.
func Kind() string {
	if named := os.Getenv("SEND_BROWSER"); named != "" {
		return named
	}
	return "chromium"
}

// Find returns the path of the browser to test in, and ends the test where there is none.
func Find(t testing.TB) string {
	t.Helper()
	names := kinds[Kind()].names
	if names == nil {
		t.Fatalf("SEND_BROWSER is %q, which these tests do not know", Kind())
	}
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

// Start starts the browser to test in, with the profile that a folder has.
func Start(from Profile, page Page, on Screen) (Tab, error) {
	from.T.Helper()
	return kinds[Kind()].start(from, page, Find(from.T), on)
}
