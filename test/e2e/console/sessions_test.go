package console

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/test/e2e/engine"
)

// agents are how browsers call themselves.
var agents = map[string]string{
	"Firefox": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
	"Chrome":  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Safari/537.36",
}

// itself is what the console calls the browser that it is seen in, and another what it calls one that is not that.
func itself() string {
	if engine.Kind() == "firefox" {
		return "Firefox"
	}
	return "Chrome"
}

func another() string {
	if itself() == "Firefox" {
		return "Chrome"
	}
	return "Firefox"
}

// anotherLogin opens a session from elsewhere, and returns its cookie.
func anotherLogin(t *testing.T, url string) *http.Cookie {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "POST", url+"/auth/login",
		strings.NewReader(`{"api_key":"`+apiKey+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("User-Agent", agents[another()])
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
	o := open(t)
	url, _ := serve(t)
	o.run(goTo(url), login(), press("System"), says("Nobody else is logged in"), says("This session"))
	if n := o.number(`document.querySelectorAll(".session button").length`); n != 0 {
		t.Error("one's own session has a button that ends it")
	}
	one, two := anotherLogin(t, url), anotherLogin(t, url)
	endOne := click(".session .danger")
	o.run(press("Check now"), says("Yours and 2 others"), says(another()), says("From the same address as you"),
		endOne, says("End this session?"), press("Cancel"),
		endOne, says("needs the API key to come back"), press("End"), says("Session ended"),
		says("Yours and 1 other"))
	if holds(t, url, one) == holds(t, url, two) {
		t.Errorf("one holds: %v, the other: %v", holds(t, url, one), holds(t, url, two))
	}
	anotherLogin(t, url)
	o.run(press("End all others"), says("Everybody but you"), press("End all others"),
		says("All other sessions ended"), says("Nobody else is logged in"),
		until(`() => document.activeElement.id === "sessions-title"`, ""))
	if holds(t, url, one) || holds(t, url, two) {
		t.Error("another session goes on")
	}
	o.run(press("Log out"), visible("#login-key"),
		until(`() => document.querySelector("send-console").textContent.trim() === ""`, "")) // nothing is left of it
}

// Sessions that cannot be shown leave the rest of the page as it is, and come
// when they can.
func TestSessionsThatCannotBeShown(t *testing.T) {
	t.Parallel()
	o := open(t)
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
	o.run(goTo(url), login(), press("System"), says("The sessions cannot be shown"),
		says("The service has a problem of its own"), says("All well"))
	o.keep("the sessions cannot be shown")
	away.Store(false)
	o.run(press("Try again"), says("Nobody else is logged in"))
	away.Store(true)
	o.run(press("Check now"), says("The service has a problem of its own"), says("This session"))
}

// Whoever has the right key is told why it is not taken.
func TestWhereTooManyWrongKeysCameFrom(t *testing.T) {
	t.Parallel()
	o := open(t)
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
	o.run(goTo(url), login(), says("Too many wrong keys came from your address"),
		says("Try again in 42 s"))
	o.keep("too many wrong keys")
	limited.Store(false)
	o.run(press("Log in"), says("No tokens yet"))
}

// Over plain http from another machine the key is not taken without a word.
func TestLoginOverPlainHTTP(t *testing.T) {
	t.Parallel()
	o := open(t)
	url, _ := serve(t)
	o.run(
		goTo(strings.Replace(url, "127.0.0.1", engine.OtherMachine, 1)), says("This address is not secure"),
		says("by https, or on the machine itself"), enter("#login-key", apiKey),
		press("Log in all the same"), says("No tokens yet"))
}
