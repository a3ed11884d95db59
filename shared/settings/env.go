// Package settings reads what a service is told by its environment.
//
// Nothing is guessed: a setting that is missing or malformed is a fault, and
// all faults are reported together, each naming the setting and saying what to
// do. A fault never repeats a value that may be a secret.
package settings

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Env reads settings and collects the faults it finds. Each method returns the
// zero value, or the fallback, for a setting with a fault.
type Env struct {
	getenv func(string) string
	faults []error
}

// New returns the Env of a look-up such as os.Getenv.
func New(getenv func(string) string) *Env { return &Env{getenv: getenv} }

// Err returns every fault found so far, one per line, or nil.
func (e *Env) Err() error { return errors.Join(e.faults...) }

// Fault records that a setting cannot be used; the message goes on after its
// name: Fault("PORT", "must be a number").
func (e *Env) Fault(name, format string, args ...any) {
	e.faults = append(e.faults, fmt.Errorf("%s %s", name, fmt.Sprintf(format, args...)))
}

// Optional returns a setting, or the fallback where it is empty.
func (e *Env) Optional(name, fallback string) string {
	if v := strings.TrimSpace(e.getenv(name)); v != "" {
		return v
	}
	return fallback
}

// Required returns a setting that must not be empty. what says what it is, as
// in "the name of the DynamoDB table".
func (e *Env) Required(name, what string) string {
	v := e.Optional(name, "")
	if v == "" {
		e.Fault(name, "is not set: set it to %s", what)
	}
	return v
}

// Secret returns a required secret of at least minLength characters.
func (e *Env) Secret(name, what string, minLength int) string {
	v := e.Required(name, what)
	if v != "" && len(v) < minLength {
		e.Fault(name, "is too short to be a secret: use at least %d random characters", minLength)
		return ""
	}
	return v
}

// HeaderName returns a required setting that names an HTTP header.
func (e *Env) HeaderName(name, what string) string {
	const other = "!#$%&'*+-.^_`|~0123456789" // RFC 9110, 5.6.2
	v := e.Required(name, what)
	for _, r := range v {
		if r|0x20 >= 'a' && r|0x20 <= 'z' || strings.ContainsRune(other, r) {
			continue
		}
		e.Fault(name, "is not a header name: use letters, digits and hyphens")
		return ""
	}
	return v
}

// Choice returns a required setting that must be one of the choices.
func (e *Env) Choice(name string, choices ...string) string {
	v := e.Optional(name, "")
	for _, c := range choices {
		if v == c {
			return v
		}
	}
	if v == "" {
		e.Fault(name, "is not set: set it to one of %s", strings.Join(choices, ", "))
	} else {
		e.Fault(name, "must be one of %s", strings.Join(choices, ", "))
	}
	return ""
}

// Bool returns a setting that is true or false.
func (e *Env) Bool(name string, fallback bool) bool {
	v := e.Optional(name, "")
	if v == "" {
		return fallback
	}
	b, err := strconv.ParseBool(v)
	if err != nil {
		e.Fault(name, "must be true or false")
		return fallback
	}
	return b
}

// Bytes returns a size of at least one byte: a number, alone or with a unit
// (KiB, MiB, GiB, TiB; k, M, G and T mean the same).
func (e *Env) Bytes(name string, fallback int64) int64 {
	v := e.Optional(name, "")
	if v == "" {
		return fallback
	}
	digits := strings.TrimRight(v, "KMGTkmgtiB ")
	shift := map[string]int{"": 0, "b": 0, "k": 10, "kib": 10, "m": 20, "mib": 20, "g": 30, "gib": 30, "t": 40, "tib": 40}
	s, known := shift[strings.ToLower(strings.TrimSpace(v[len(digits):]))]
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || !known || n < 1 || n > math.MaxInt64>>s {
		e.Fault(name, "must be a size such as 5MiB or 2GiB")
		return fallback
	}
	return n << s
}

// Duration returns a duration from lowest to highest, written as in Go (90s,
// 15m, 168h) or, for whole days, as 7d.
func (e *Env) Duration(name string, fallback, lowest, highest time.Duration) time.Duration {
	v := e.Optional(name, "")
	if v == "" {
		return fallback
	}
	d, err := parseDuration(v)
	if err != nil || d < lowest || d > highest {
		e.Fault(name, "must be a duration from %s to %s, such as 90s, 15m, 24h or 7d", lowest, highest)
		return fallback
	}
	return d
}

func parseDuration(s string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseInt(days, 10, 16) // 16 bits: no product can overflow
		return time.Duration(n) * 24 * time.Hour, err
	}
	return time.ParseDuration(s)
}

// List returns the entries of a comma-separated setting, without blank ones.
func (e *Env) List(name string) []string {
	var list []string
	for v := range strings.SplitSeq(e.getenv(name), ",") {
		if v = strings.TrimSpace(v); v != "" {
			list = append(list, v)
		}
	}
	return list
}

// Prefixes returns the address ranges of a comma-separated setting; a single
// address is a range of one.
func (e *Env) Prefixes(name string) []netip.Prefix {
	var list []netip.Prefix
	for _, v := range e.List(name) {
		p, err := netip.ParsePrefix(v)
		if err != nil {
			a, addrErr := netip.ParseAddr(v)
			if addrErr != nil {
				e.Fault(name, "must list address ranges such as 10.0.0.0/8, separated by commas")
				return nil
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		list = append(list, p.Masked())
	}
	return list
}

// URL returns an absolute http or https URL without a trailing slash, or the
// fallback.
func (e *Env) URL(name, fallback string) string {
	v := e.Optional(name, "")
	if v == "" {
		return fallback
	}
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
		e.Fault(name, "must be a URL such as https://send.example.org")
		return fallback
	}
	return strings.TrimRight(v, "/")
}

// Address returns a TCP address to listen on: host:port, with an empty host
// for every interface.
func (e *Env) Address(name, fallback string) string {
	v := e.Optional(name, fallback)
	_, port, err := net.SplitHostPort(v)
	if n, perr := strconv.Atoi(port); err != nil || perr != nil || n < 0 || n > 65535 {
		e.Fault(name, "must be an address such as 127.0.0.1:8080 or :8080")
		return fallback
	}
	return v
}

// Level returns a log level.
func (e *Env) Level(name string, fallback slog.Level) slog.Level {
	v := e.Optional(name, "")
	if v == "" {
		return fallback
	}
	var l slog.Level
	if err := l.UnmarshalText([]byte(v)); err != nil {
		e.Fault(name, "must be debug, info, warn or error")
		return fallback
	}
	return l
}
