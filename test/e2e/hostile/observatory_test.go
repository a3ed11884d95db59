package hostile

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/wire"
)

// What MDN's HTTP Observatory asks of a site begins at 100 points. What is missing costs
// some; what is better than needed gives some, from 90 on. 100 and more are an A+.
// https://developer.mozilla.org/en-US/observatory/docs/tests_and_scoring
const perfect = 100

var (
	script = regexp.MustCompile(`<script[^>]*\ssrc="([^"]*)"`)
	age    = regexp.MustCompile(`max-age=(\d+)`)
)

// score gives an answer its points, and says what cost some.
func score(h http.Header, page string, cookies []*http.Cookie) (points int, faults []string) {
	points, bonus := perfect, 0
	costs := func(n int, why string) {
		points -= n
		faults = append(faults, fmt.Sprintf("%s costs %d", why, n))
	}
	policy := directives(h.Get("Content-Security-Policy"))
	switch {
	case policy == nil:
		costs(25, "no content security policy")
	case strings.Contains(h.Get("Content-Security-Policy"), "'unsafe"):
		costs(20, "an unsafe content security policy")
	case slices.Equal(policy["default-src"], []string{"'none'"}) &&
		(slices.Equal(policy["form-action"], []string{"'self'"}) || slices.Equal(policy["form-action"], []string{"'none'"})):
		bonus += 10
	default:
		bonus += 5
	}
	if slices.Equal(policy["frame-ancestors"], []string{"'none'"}) {
		bonus += 5
	} else if h.Get("X-Frame-Options") != "DENY" {
		costs(20, "frames")
	}
	for _, c := range cookies {
		if !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || !strings.HasPrefix(c.Name, "__Host-") {
			costs(40, "the cookie "+c.Name)
		}
	}
	if len(cookies) > 0 {
		bonus += 5
	}
	if h.Get("Access-Control-Allow-Origin") != "" {
		costs(50, "other origins")
	}
	if h.Get("Referrer-Policy") == "no-referrer" {
		bonus += 5
	} else {
		costs(5, "the referrer")
	}
	if m := age.FindStringSubmatch(h.Get("Strict-Transport-Security")); m == nil {
		costs(20, "no HSTS")
	} else if n, err := strconv.Atoi(m[1]); err != nil || n < 15768000 {
		costs(10, "HSTS of less than half a year")
	}
	if h.Get("X-Content-Type-Options") != "nosniff" {
		costs(5, "types that are guessed")
	}
	if h.Get("Cross-Origin-Resource-Policy") == "same-origin" {
		bonus += 10
	}
	for _, m := range script.FindAllStringSubmatch(page, -1) {
		if !strings.HasPrefix(m[1], "/") || strings.HasPrefix(m[1], "//") {
			costs(50, "a script of "+m[1])
		}
	}
	if points >= 90 {
		points += bonus
	}
	return points, faults
}

func directives(policy string) map[string][]string {
	if policy == "" {
		return nil
	}
	all := map[string][]string{}
	for part := range strings.SplitSeq(policy, ";") {
		if words := strings.Fields(part); len(words) > 0 {
			all[words[0]] = words[1:]
		}
	}
	return all
}

// TestObservatory: every page and every other answer of both services is an A+, and
// nothing costs a point.
func TestObservatory(t *testing.T) {
	t.Parallel()
	p := served(t, settings.TLS.Env, "true")
	for _, route := range append(wire.Routes(), wire.Route{Service: both, Method: "GET", Paths: []string{"/nowhere"}}) {
		if route.Method != http.MethodGet {
			continue
		}
		for service, s := range map[wire.Service]*service{wire.User: p.user, wire.Admin: p.admin} {
			if route.Service&service == 0 {
				continue
			}
			for _, path := range route.Addresses() {
				for _, accept := range []string{"text/html", "application/json"} {
					r, err := http.NewRequest(http.MethodGet, "http://"+s.address+path, nil)
					if err != nil {
						t.Fatal(err)
					}
					r.Header.Set("Accept", accept)
					res, err := asking.Client.Transport.RoundTrip(r)
					if err != nil {
						t.Fatal(err)
					}
					body, err := io.ReadAll(res.Body)
					res.Body.Close()
					points, faults := score(res.Header, string(body), res.Cookies())
					if res.StatusCode == http.StatusOK && strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") &&
						!strings.Contains(res.Header.Get("Content-Security-Policy"), "require-trusted-types-for 'script'") {
						faults = append(faults, "no Trusted Types")
					}
					if err != nil || points < perfect || len(faults) > 0 {
						t.Errorf("%s: %s: %d points: %q, %v", s.name, path, points, faults, err)
					}
				}
			}
		}
	}
	login, _ := p.admin.ask(t, wire.Login.To(), []byte(`{"api_key":"`+key+`"}`))
	if points, faults := score(login.Header, "", login.Cookies()); points < perfect || len(faults) > 0 {
		t.Errorf("the login: %d points: %q", points, faults)
	}
}

// TestObservatoryFindsFaults: a page without any of it is none.
func TestObservatoryFindsFaults(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	http.SetCookie(w, &http.Cookie{Name: "session", Value: "x"})
	w.Header().Set("Access-Control-Allow-Origin", "*")
	page := `<script src="//cdn.example/x.js"></script>`
	if points, faults := score(w.Header(), page, w.Result().Cookies()); points > 0 || len(faults) != 8 {
		t.Errorf("%d points: %q", points, faults)
	}
}
