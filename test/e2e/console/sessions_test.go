package console

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"

	"sgraph.ai/send/shared/test/asking"
)

const elsewhere = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

// anotherLogin opens a session from elsewhere, and returns its cookie.
func anotherLogin(t *testing.T, url string) *http.Cookie {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "POST", url+"/auth/login",
		strings.NewReader(`{"api_key":"`+apiKey+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("User-Agent", elsewhere)
	res, err := asking.Client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK || len(res.Cookies()) != 1 {
		t.Fatalf("the login from elsewhere: %d", res.StatusCode)
	}
	return res.Cookies()[0]
}

// holds says whether a session lets its cookie in.
func holds(t *testing.T, url string, session *http.Cookie) bool {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", url+"/auth/session", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(session)
	res, err := asking.Client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode == http.StatusOK
}

func TestSessionsAreShownAndEnded(t *testing.T) {
	t.Parallel()
	ctx := open(t)
	url, _ := serve(t)
	run(t, ctx, chromedp.Navigate(url), login(), press("System"), says("Nobody else is logged in"), says("This session"))
	if n := number(t, ctx, `document.querySelectorAll(".session button").length`); n != 0 {
		t.Error("one's own session has a button that ends it")
	}
	one, two := anotherLogin(t, url), anotherLogin(t, url)
	endOne := chromedp.Click(chromedp.CSS(".session .danger"))
	run(t, ctx, press("Check now"), says("Yours and 2 others"), says("Firefox"), says("From the same address as you"),
		endOne, says("End this session?"), press("Cancel"),
		endOne, says("needs the API key to come back"), press("End"), says("Session ended"),
		says("Yours and 1 other"))
	if holds(t, url, one) == holds(t, url, two) {
		t.Errorf("one holds: %v, the other: %v", holds(t, url, one), holds(t, url, two))
	}
	anotherLogin(t, url)
	run(t, ctx, press("End all others"), says("Everybody but you"), press("End all others"),
		says("All other sessions ended"), says("Nobody else is logged in"),
		until(`() => document.activeElement.id === "sessions-title"`, ""))
	if holds(t, url, one) || holds(t, url, two) {
		t.Error("another session goes on")
	}
	run(t, ctx, press("Log out"), chromedp.WaitVisible(chromedp.CSS("#login-key")),
		until(`() => document.querySelector("send-console").textContent.trim() === ""`, "")) // nothing is left of it
}

// Sessions that cannot be shown leave the rest of the page as it is, and come
// when they can.
func TestSessionsThatCannotBeShown(t *testing.T) {
	t.Parallel()
	ctx := open(t)
	_, _, service := serveWithTrail(t)
	var away atomic.Bool
	url := start(t, service, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if away.Load() && strings.HasPrefix(r.URL.Path, "/auth/sessions") {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		service.ServeHTTP(w, r)
	}))
	away.Store(true)
	run(t, ctx, chromedp.Navigate(url), login(), press("System"), says("The sessions cannot be shown"),
		says("The service has a problem of its own"), says("All well"))
	keep(t, ctx, "the sessions cannot be shown")
	away.Store(false)
	run(t, ctx, press("Try again"), says("Nobody else is logged in"))
	away.Store(true)
	run(t, ctx, press("Check now"), says("The service has a problem of its own"), says("This session"))
}

// Whoever has the right key is told why it is not taken.
func TestWhereTooManyWrongKeysCameFrom(t *testing.T) {
	t.Parallel()
	ctx := open(t)
	_, _, service := serveWithTrail(t)
	var limited atomic.Bool
	url := start(t, service, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if limited.Load() && r.URL.Path == "/auth/login" {
			w.Header().Set("Retry-After", "42")
			w.WriteHeader(http.StatusTooManyRequests)
			w.Write([]byte(`{"code":"limited","detail":"Too many wrong keys"}`))
			return
		}
		service.ServeHTTP(w, r)
	}))
	limited.Store(true)
	run(t, ctx, chromedp.Navigate(url), login(), says("Too many wrong keys came from your address"),
		says("Try again in 42 s"))
	keep(t, ctx, "too many wrong keys")
	limited.Store(false)
	run(t, ctx, press("Log in"), says("No tokens yet"))
}

// Over plain http from another machine the key is not taken without a word.
func TestLoginOverPlainHTTP(t *testing.T) {
	t.Parallel()
	ctx := open(t)
	url, _ := serve(t)
	run(t, ctx,
		chromedp.Navigate(strings.Replace(url, "127.0.0.1", otherMachine, 1)), says("This address is not secure"),
		says("by https, or on the machine itself"), enter("#login-key", apiKey),
		press("Log in all the same"), says("No tokens yet"))
}
