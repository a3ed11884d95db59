package wire

import "strings"

// Guard is a header of replies by which a browser protects who looks at them.
type Guard struct {
	Name, Value string
	TLS         bool // is not said where there is none
}

// Guards are those of all replies, under a content security policy.
func Guards(csp string) []Guard {
	const features = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
	return []Guard{
		{Name: "Content-Security-Policy", Value: csp},
		{Name: "Cross-Origin-Opener-Policy", Value: "same-origin"},
		{Name: "Cross-Origin-Resource-Policy", Value: "same-origin"},
		{Name: "Permissions-Policy", Value: features},
		{Name: "Referrer-Policy", Value: "no-referrer"},
		{Name: "X-Content-Type-Options", Value: "nosniff"},
		{Name: "X-Frame-Options", Value: "DENY"},
		{Name: "Strict-Transport-Security", Value: "max-age=63072000; includeSubDomains", TLS: true},
	}
}

// PageGuards are those of pages, and of what they are made of: a worker's script has
// a policy of its own.
func PageGuards(csp string) []Guard {
	return append(Guards(csp), Guard{Name: "Cross-Origin-Embedder-Policy", Value: "require-corp"})
}

// NothingCSP is the content security policy of what is no page.
const NothingCSP = "default-src 'none'; frame-ancestors 'none'"

// PageCSP returns the content security policy of a page that runs only what
// the service itself serves, and may connect to it and to the given origins. No text
// becomes markup or a script's URL, but by the pages' one policy (Trusted Types).
func PageCSP(connect ...string) string {
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
		strings.Join(append([]string{"connect-src 'self'"}, connect...), " ") +
		"; worker-src 'self'; frame-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; " +
		"frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types scripts"
}
