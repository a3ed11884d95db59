package wire

import (
	"net/http"
	"slices"
)

// Service is one of the services, or several of them.
type Service uint8

// The services.
const (
	User  Service = 1 << iota // people and their clients talk to it
	Admin                     // operators and the user service talk to it
	Both  = User | Admin
)

// Party is who puts a header into a request.
type Party uint8

// The parties.
const (
	Client  Party = iota + 1 // a program, or a script on a page
	Browser                  // the browser itself, whatever a script would like
	Front                    // whoever stands before the services: CloudFront, a proxy
)

// Header is what is known of a header.
type Header struct {
	Name string

	// Secret headers are in no log: each is a credential, or says who the
	// client is.
	Secret bool

	SetBy  Party   // of a request; 0 = it is only ever in replies
	ReadBy Service // what of a request the services read; 0 = it is ignored

	// Passed headers reach a service through CloudFront without being named
	// in what it is told to forward: it passes them on anyway, has a rule of
	// their own for them, or adds them itself.
	// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html
	Passed bool

	// Exposed headers of replies can be read by pages of the other origins
	// that may call the service.
	Exposed bool

	key string // the name as http.Header has it
}

// Get returns the header's value, "" where there is none.
func (h Header) Get(from http.Header) string {
	if v := from[h.Key()]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Set sets the header's value.
func (h Header) Set(in http.Header, value string) { in[h.Key()] = []string{value} }

// Del removes the header.
func (h Header) Del(from http.Header) { delete(from, h.Key()) }

// Key returns the name in the form that http.Header has it under.
func (h Header) Key() string {
	if h.key == "" {
		return http.CanonicalHeaderKey(h.Name)
	}
	return h.key
}

// APIKey returns the header of the admin service's API key, whose name is a
// setting. Whatever ranges over secret or forwarded headers is to be given it.
func APIKey(name string) Header {
	return Header{Name: name, Secret: true, SetBy: Client, ReadBy: Admin, key: http.CanonicalHeaderKey(name)}
}

// DefaultAPIKey is the name of that header where nothing else is said.
const DefaultAPIKey = "X-API-Key"

var headers []Header

// declare registers a header.
func declare(h Header) Header {
	h.key = http.CanonicalHeaderKey(h.Name)
	headers = append(headers, h)
	return h
}

// Headers returns all that are declared.
func Headers() []Header { return slices.Clone(headers) }

// Secret returns the headers whose values no log may hold, and those of the
// given ones that are secret.
func Secret(more ...Header) []Header {
	return those(more, func(h Header) bool { return h.Secret })
}

// Forwarded returns the headers that CloudFront has to be told to pass on to a
// service, because that reads them.
func Forwarded(to Service, more ...Header) []Header {
	return those(more, func(h Header) bool { return h.ReadBy&to != 0 && !h.Passed })
}

// CORSAllowed returns the request headers that pages of other origins may set:
// what scripts send and the user service reads. No other service has CORS.
func CORSAllowed() []Header {
	return those(nil, func(h Header) bool { return h.SetBy == Client && h.ReadBy&User != 0 })
}

// CORSExposed returns the reply headers that pages of other origins may read.
func CORSExposed() []Header {
	return those(nil, func(h Header) bool { return h.Exposed })
}

// Names returns the names of headers.
func Names(of []Header) []string {
	names := make([]string, len(of))
	for i, h := range of {
		names[i] = h.Name
	}
	return names
}

// those returns the declared headers of which is holds, and then the others of
// which it does. None is named twice.
func those(more []Header, is func(Header) bool) []Header {
	var found []Header
	for _, h := range append(Headers(), more...) {
		if is(h) && !slices.ContainsFunc(found, func(f Header) bool { return f.Key() == h.Key() }) {
			found = append(found, h)
		}
	}
	return found
}

// What every request to a service may carry.
var (
	// OriginSecret says that the request comes through whoever stands before
	// the services, or from the other service: one that has a front refuses
	// those without it.
	OriginSecret = declare(Header{
		Name: "X-Sgraph-Origin-Secret", Secret: true, SetBy: Front, ReadBy: Both, Passed: true,
	})

	// ServiceKey is the credential of the user service: it looks tokens up, uses
	// them and hands events over, and opens nothing else.
	ServiceKey = declare(Header{Name: "X-Sgraph-Service-Key", Secret: true, SetBy: Front, ReadBy: Admin})

	// ViewerAddress is who asked CloudFront, as address:port. It is believed
	// beside the origin secret only.
	ViewerAddress = declare(Header{Name: "CloudFront-Viewer-Address", Secret: true, SetBy: Front, ReadBy: Both})

	// ForwardedFor is a list of addresses to which each proxy appends whom it
	// heard from. It is believed of configured proxies only.
	ForwardedFor = declare(Header{Name: "X-Forwarded-For", Secret: true, SetBy: Front, ReadBy: Both, Passed: true})

	// ForwardedProto is the scheme by which a proxy was asked. It is believed
	// of configured proxies and of this machine only. A function URL sets it
	// itself.
	ForwardedProto = declare(Header{Name: "X-Forwarded-Proto", SetBy: Front, ReadBy: Both, Passed: true})

	// Cookie is, at the admin service, the session of a person.
	Cookie = declare(Header{Name: "Cookie", Secret: true, SetBy: Browser, ReadBy: Admin, Passed: true})

	// Authorization is what existing clients send the admin service's API key
	// in, beside its own header. No service reads it.
	Authorization = declare(Header{Name: "Authorization", Secret: true, SetBy: Client})

	// Origin is whose page asks: for CORS, and against requests that another
	// site forges.
	Origin = declare(Header{Name: "Origin", SetBy: Browser, ReadBy: Both})

	// Accept is what a client takes: for where there is nothing, who takes a page gets
	// one. CloudFront removes it where it is not told otherwise.
	Accept = declare(Header{Name: "Accept", SetBy: Browser, ReadBy: Both})

	// AcceptLanguage are the languages that a person reads, by which pages guess which words
	// a browser is about to ask for.
	AcceptLanguage = declare(Header{Name: "Accept-Language", SetBy: Browser, ReadBy: User})

	// FetchSite says from how far away a page asks, against the same.
	FetchSite = declare(Header{Name: "Sec-Fetch-Site", SetBy: Browser, ReadBy: Admin})

	// RequestMethod is the method of the request that a preflight is for.
	RequestMethod = declare(Header{Name: "Access-Control-Request-Method", SetBy: Browser, ReadBy: User})

	// RequestHeaders are the headers of the request that a preflight is for. No service
	// reads them: the answer names all that are allowed.
	RequestHeaders = declare(Header{Name: "Access-Control-Request-Headers", SetBy: Browser})

	// ContentType is the media type of a body.
	ContentType = declare(Header{Name: "Content-Type", SetBy: Client, ReadBy: Both, Passed: true})

	// ContentLength is the length of a body, in bytes.
	ContentLength = declare(Header{Name: "Content-Length", SetBy: Browser, ReadBy: Both, Passed: true, Exposed: true})
)

// What every reply may carry.
var (
	// RequestID is the id under which the log has the request. One that comes
	// in is not believed.
	RequestID = declare(Header{Name: "Fast-Api-Request-Id", Exposed: true})

	// RetryAfter is how many seconds to wait before asking again, with 429
	// and 503.
	RetryAfter = declare(Header{Name: "Retry-After", Exposed: true})

	// RateLimitPolicy is the limit that holds, in the form of the IETF draft
	// "RateLimit header fields for HTTP".
	RateLimitPolicy = declare(Header{Name: "RateLimit-Policy"})

	// RateLimit is what is left of it.
	RateLimit = declare(Header{Name: "RateLimit"})
)
