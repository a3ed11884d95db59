package web

import (
	"net/http"
	"strings"
)

// The header values that every reply shares. Header maps only ever replace or
// extend a copy of them, so one slice serves all.
var (
	noStore  = []string{"no-store"}
	jsonType = []string{"application/json"}
	apiCSP   = []string{"default-src 'none'; frame-ancestors 'none'"}
	nosniff  = []string{"nosniff"}
	noRefer  = []string{"no-referrer"}
	deny     = []string{"DENY"}
	sameSite = []string{"same-origin"}
	hsts     = []string{"max-age=63072000; includeSubDomains"}
	features = []string{"camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"}
)

// setAPIHeaders sets what holds for every reply; pages and assets loosen it.
func setAPIHeaders(h http.Header, tls bool) {
	h["Cache-Control"] = noStore
	h["Content-Security-Policy"] = apiCSP
	h["Cross-Origin-Opener-Policy"] = sameSite
	h["Cross-Origin-Resource-Policy"] = sameSite
	h["Permissions-Policy"] = features
	h["Referrer-Policy"] = noRefer
	h["X-Content-Type-Options"] = nosniff
	h["X-Frame-Options"] = deny
	if tls {
		h["Strict-Transport-Security"] = hsts
	}
}

// PageCSP returns the content security policy of a page that runs only what
// the service itself serves, and may connect to it and to the given origins.
func PageCSP(connect ...string) string {
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
		strings.Join(append([]string{"connect-src 'self'"}, connect...), " ") +
		"; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}

// Page serves HTML pages and what belongs to them: under a content security
// policy of their own ("" = PageCSP()) and isolated from other origins.
func Page(h http.Handler, csp string) http.Handler {
	if csp == "" {
		csp = PageCSP()
	}
	policy := []string{csp}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Content-Security-Policy"] = policy
		w.Header()["Cross-Origin-Embedder-Policy"] = requireCORP
		h.ServeHTTP(w, r)
	})
}

var requireCORP = []string{"require-corp"}
