package settings

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"sgraph.ai/send/shared/internal/lazyregexp"
	"sgraph.ai/send/shared/send"
)

// Kind is a grammar: how a value is written, and how it is read. A service that
// starts and a stack that is checked before it is deployed read by the same one.
type Kind[T any] struct {
	// Parse reads a value that is not empty. Its error goes on after the
	// setting's name, as in "must be true or false", and repeats no value that
	// may be a secret.
	Parse func(text string) (T, error)

	// Format writes a value in one way where Parse reads several; nil leaves
	// it as it was written.
	Format func(T) string
}

// canonical reads a value and writes it as Format does.
func (k Kind[T]) canonical(text string) (string, error) {
	v, err := k.Parse(text)
	if err != nil || k.Format == nil {
		return text, err
	}
	return k.Format(v), nil
}

// Text is anything.
func Text() Kind[string] {
	return Kind[string]{Parse: func(text string) (string, error) { return text, nil }}
}

// Matching is text of the form of a regular expression; must says which, as in "must be
// a host name".
func Matching(pattern, must string) Kind[string] {
	form := lazyregexp.New(pattern)
	return Kind[string]{Parse: func(text string) (string, error) {
		if !form.MatchString(text) {
			return "", errors.New(must)
		}
		return text, nil
	}}
}

// StageName is what a stack could be called.
func StageName() Kind[string] {
	words := Matching(`^[a-z0-9]+(-[a-z0-9]+)*$`,
		"must be lower-case letters and digits, with single hyphens between them")
	return Kind[string]{Parse: func(text string) (string, error) {
		all := strings.Split(text, "-")
		if len(all) > 6 || slices.ContainsFunc(all, func(word string) bool { return len(word) > 40 }) {
			return "", errors.New("must be six words of forty letters and digits at most, with single hyphens between them")
		}
		return words.Parse(text)
	}}
}

// Choice is one of some words.
func Choice(words ...string) Kind[string] {
	return Kind[string]{Parse: func(text string) (string, error) {
		if !slices.Contains(words, text) {
			return "", fmt.Errorf("must be one of %s", strings.Join(words, ", "))
		}
		return text, nil
	}}
}

// Choices is some of some words, between commas.
func Choices(words ...string) Kind[[]string] {
	list, one := List(), Choice(words...)
	return Kind[[]string]{
		Parse: func(text string) ([]string, error) {
			all, _ := list.Parse(text)
			for _, word := range all {
				if _, err := one.Parse(word); err != nil {
					return nil, fmt.Errorf("%w, or several of them", err)
				}
			}
			return all, nil
		},
		Format: list.Format,
	}
}

// Bool is true or false.
func Bool() Kind[bool] {
	return Kind[bool]{Parse: func(text string) (bool, error) {
		b, err := strconv.ParseBool(text)
		if err != nil {
			return false, errors.New("must be true or false")
		}
		return b, nil
	}}
}

// Int is a whole number from lowest to highest.
func Int(lowest, highest int) Kind[int] {
	return Kind[int]{Parse: func(text string) (int, error) {
		n, err := strconv.Atoi(text)
		if err != nil || n < lowest || n > highest {
			return 0, fmt.Errorf("must be a whole number from %d to %d", lowest, highest)
		}
		return n, nil
	}}
}

// sizes are the powers of two that units stand for.
var sizes = map[string]int{
	"": 0, "b": 0, "k": 10, "kib": 10, "m": 20, "mib": 20, "g": 30, "gib": 30, "t": 40, "tib": 40,
}

// Bytes is a size from 1 to most: a number, alone or with a unit (KiB, MiB,
// GiB, TiB; k, M, G and T mean the same).
func Bytes(most int64) Kind[int64] {
	return Kind[int64]{Parse: func(text string) (int64, error) {
		digits := strings.TrimRight(text, "KMGTkmgtiB ")
		shift, known := sizes[strings.ToLower(strings.TrimSpace(text[len(digits):]))]
		n, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || !known || n < 1 || n > math.MaxInt64>>shift || n<<shift > most {
			return 0, fmt.Errorf("must be a size such as 5MiB or 2GiB, %d bytes at most", most)
		}
		return n << shift, nil
	}}
}

// Duration is a time from lowest to highest, written as in Go (90s, 15m, 168h)
// or, for whole days, as 7d.
func Duration(lowest, highest time.Duration) Kind[time.Duration] {
	return Kind[time.Duration]{
		Parse: func(text string) (time.Duration, error) {
			d, err := parseDuration(text)
			if err != nil || d < lowest || d > highest {
				return 0, fmt.Errorf("must be a duration from %s to %s, such as 90s, 15m, 24h or 7d", lowest, highest)
			}
			return d, nil
		},
		Format: time.Duration.String,
	}
}

func parseDuration(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.ParseInt(days, 10, 16) // 16 bits: no product can overflow
		return time.Duration(n) * 24 * time.Hour, err
	}
	return time.ParseDuration(text)
}

// List is entries between commas; blank ones do not count.
func List() Kind[[]string] {
	return Kind[[]string]{
		Parse: func(text string) ([]string, error) {
			var list []string
			for v := range strings.SplitSeq(text, ",") {
				if v = strings.TrimSpace(v); v != "" {
					list = append(list, v)
				}
			}
			return list, nil
		},
		Format: func(list []string) string { return strings.Join(list, ",") },
	}
}

// Origins is a list of web origins as browsers send them (RFC 6454, 6.2).
func Origins() Kind[[]string] {
	list := List()
	return Kind[[]string]{
		Parse: func(text string) ([]string, error) {
			origins, _ := list.Parse(text)
			for _, origin := range origins {
				u, err := url.Parse(origin)
				if err != nil || u.Scheme == "" || u.Host == "" || origin != u.Scheme+"://"+u.Host {
					return nil, errors.New("must list origins such as https://send.example.org, without a path, separated by commas")
				}
			}
			return origins, nil
		},
		Format: list.Format,
	}
}

// URL is the address of a service, without a trailing slash.
func URL() Kind[string] {
	return Kind[string]{Parse: func(text string) (string, error) {
		u, err := url.Parse(text)
		if err != nil || u.Host == "" || u.User != nil || strings.ContainsAny(text, "?#") ||
			u.Scheme != "https" && u.Scheme != "http" {
			return "", errors.New("must be a URL such as https://send.example.org")
		}
		return strings.TrimRight(text, "/"), nil
	}}
}

// HTTPS is an address of a page, or of what takes messages, by TLS.
func HTTPS() Kind[string] {
	return Kind[string]{Parse: func(text string) (string, error) {
		u, err := url.Parse(text)
		if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" || u.Scheme != "https" {
			return "", errors.New("must be a URL that begins with https://, without a name, a password or a #")
		}
		return u.String(), nil
	}}
}

// Issuer is what a provider of OpenID Connect calls itself. It is compared letter by
// letter, so it stays as it was written.
func Issuer() Kind[string] {
	return Kind[string]{Parse: func(text string) (string, error) {
		u, err := url.Parse(text)
		if err != nil || u.Hostname() == "" || u.User != nil || strings.ContainsAny(text, "?#") || !Secured(u) {
			return "", errors.New("must be a URL such as https://id.example.org, by https but on this machine itself")
		}
		return text, nil
	}}
}

// Secured says whether nobody between can read or change what goes to an address: by
// TLS, or to this machine itself.
func Secured(u *url.URL) bool {
	if u.Scheme == "http" {
		at, err := netip.ParseAddr(u.Hostname())
		return u.Hostname() == "localhost" || err == nil && at.Unmap().IsLoopback()
	}
	return u.Scheme == "https"
}

// Origin is the address of a service that people reach, without a path: links,
// cookies and pages begin at the root.
func Origin() Kind[string] {
	address := URL()
	return Kind[string]{Parse: func(text string) (string, error) {
		origin, err := address.Parse(text)
		if err != nil {
			return "", err
		}
		if u, _ := url.Parse(origin); u.Path != "" {
			return "", fmt.Errorf("must be an origin such as %s://%s, without a path: "+
				"the service works at the root of a name only; give it one of its own", u.Scheme, u.Host)
		}
		return origin, nil
	}}
}

// Prefixes is a list of address ranges; a single address is a range of one.
// IPv4 addresses in the form of IPv6 are those of IPv4.
func Prefixes() Kind[[]netip.Prefix] {
	return Kind[[]netip.Prefix]{Parse: func(text string) ([]netip.Prefix, error) {
		texts, _ := List().Parse(text)
		var list []netip.Prefix
		for _, v := range texts {
			p, ok := parsePrefix(v)
			if !ok {
				return nil, errors.New("must list address ranges such as 10.0.0.0/8, separated by commas")
			}
			list = append(list, p)
		}
		return list, nil
	}}
}

func parsePrefix(text string) (netip.Prefix, bool) {
	p, err := netip.ParsePrefix(text)
	if err != nil {
		a, err := netip.ParseAddr(text)
		if err != nil || a.Zone() != "" { // no range has addresses with a zone
			return netip.Prefix{}, false
		}
		p = netip.PrefixFrom(a, a.BitLen())
	}
	if p.Addr().Is4In6() {
		const before = 96 // bits before the IPv4 address
		if p.Bits() < before {
			return netip.Prefix{}, false
		}
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-before)
	}
	return p.Masked(), true
}

// Address is a TCP address to listen on: host:port, with an empty host for
// every interface.
func Address() Kind[string] {
	return Kind[string]{Parse: func(text string) (string, error) {
		_, port, err := net.SplitHostPort(text)
		if n, perr := strconv.Atoi(port); err != nil || perr != nil || n < 0 || n > 65535 {
			return "", errors.New("must be an address such as 127.0.0.1:8080 or :8080")
		}
		return text, nil
	}}
}

// Level is a log level.
func Level() Kind[slog.Level] {
	return Kind[slog.Level]{Parse: func(text string) (l slog.Level, err error) {
		if l.UnmarshalText([]byte(text)) != nil {
			return 0, errors.New("must be debug, info, warn or error")
		}
		return l, nil
	}}
}

// Rates is the limits that send.ParseRates reads.
func Rates() Kind[map[string]send.Rate] {
	return Kind[map[string]send.Rate]{Parse: func(text string) (map[string]send.Rate, error) {
		rates, err := send.ParseRates(text)
		if err != nil {
			return nil, fmt.Errorf("cannot be used: %w", err)
		}
		return rates, nil
	}}
}

// HeaderName is the name of an HTTP header (RFC 9110, 5.6.2).
func HeaderName() Kind[string] {
	return Matching("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$",
		"must be the name of an HTTP header: letters, digits and hyphens")
}

// What a secret has at least, because it must not be found by trying.
const (
	minSecretLength  = 16 // characters
	minSecretVariety = 6  // of them, different ones that do not just go on from the one before
	maxSecretPeriod  = 10 // a text that repeats itself after so many characters is too short
)

// SecretText is a secret that a header can carry, and that is not weak.
func SecretText() Kind[string] {
	text := Matching(fmt.Sprintf(`^[\x20-\x7e]{%d,}$`, minSecretLength), fmt.Sprintf(
		"must be a secret of at least %d characters, such as openssl rand -hex 32 gives", minSecretLength))
	return Kind[string]{Parse: func(v string) (string, error) {
		v, err := text.Parse(v)
		if err == nil && (variety(v) < minSecretVariety || repeats(v)) {
			err = errors.New("must not be found by trying, as what repeats itself, has few different characters or counts " +
				"up can be: take what openssl rand -hex 32 gives")
		}
		return v, err
	}}
}

// variety counts the different characters of a text that are not the same as the
// one before them or next to it: one of "aaaa", as of "abcd" and of "4321".
func variety(text string) int {
	different := map[byte]bool{}
	for i := range len(text) {
		if i == 0 || text[i]-text[i-1]+1 > 2 { // bytes wrap around: neither -1 nor 0 nor 1
			different[text[i]] = true
		}
	}
	return len(different)
}

// repeats says whether a text is a shorter one, over and over.
func repeats(text string) bool {
	for period := 1; period <= min(maxSecretPeriod, len(text)-1); period++ {
		if text[period:] == text[:len(text)-period] {
			return true
		}
	}
	return false
}

// AccessToken is a token that reaches the service as it was typed.
func AccessToken() Kind[string] {
	return Kind[string]{Parse: func(text string) (string, error) {
		if clean, err := send.CleanName(text); err != nil || clean != text {
			return "", errors.New("must consist of letters, digits, _ and -, 128 at most: " +
				"nothing else reaches the service as it was typed")
		}
		return text, nil
	}}
}

// JSON is an object, for whoever knows what is in it.
func JSON() Kind[json.RawMessage] {
	return Kind[json.RawMessage]{Parse: func(text string) (json.RawMessage, error) {
		if !json.Valid([]byte(text)) || text[0] != '{' {
			return nil, errors.New("must be an object in JSON")
		}
		return json.RawMessage(text), nil
	}}
}

// HostName is the name of a machine in the DNS, with a dot.
func HostName() Kind[string] {
	return Matching(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$`,
		"must be a host name")
}

// BucketName is the name of an S3 bucket.
func BucketName() Kind[string] {
	return Matching(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`, "must be the name of an S3 bucket")
}
