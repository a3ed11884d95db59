package lambdahttp

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// event is a Function URL's event (payload format 2.0), as far as a request is
// made of it. Any other event has no method.
type event struct {
	raw json.RawMessage

	Path           string            `json:"rawPath"`
	Query          string            `json:"rawQueryString"`
	Cookies        []string          `json:"cookies"`
	Headers        map[string]string `json:"headers"`
	RequestContext struct {
		DomainName string `json:"domainName"`
		HTTP       struct {
			Method   string `json:"method"`
			SourceIP string `json:"sourceIp"`
		} `json:"http"`
	} `json:"requestContext"`
	Body            string `json:"body"`
	IsBase64Encoded bool   `json:"isBase64Encoded"`

	long []byte // is the body where it is long and encoded, in the event's own bytes
}

// inPlace stands for a body that stays where it is.
const inPlace = "(in place)"

// read reads an event. A long body stays where it is: encoding/json would take ten times
// as long to find its end as it takes to decode, and copy it. All else it reads, the
// whole where there are escapes in the body, or another body behind.
func read(payload []byte) (*event, error) {
	if begin, end := longBody(payload); end > 0 {
		e, err := decode(slices.Concat(payload[:begin], []byte(`"`+inPlace+`"`), payload[end:]))
		if err == nil && e.Body == inPlace && e.IsBase64Encoded {
			e.raw, e.Body, e.long = payload, "", payload[begin+1:end-1]
			return e, nil
		}
	}
	return decode(payload)
}

// decode reads an event as encoding/json does.
func decode(payload []byte) (*event, error) {
	e := &event{}
	err := json.Unmarshal(payload, e)
	if _, other := errors.AsType[*json.UnmarshalTypeError](err); other {
		e, err = &event{}, nil
	}
	e.raw = payload
	return e, err
}

// secure is the state of every request: a Function URL speaks nothing but TLS.
var secure = &tls.ConnectionState{HandshakeComplete: true}

// request makes the request that the client sent.
func (e *event) request(ctx context.Context) *http.Request {
	header := make(http.Header, len(e.Headers)+1)
	for name, value := range e.Headers {
		header[http.CanonicalHeaderKey(name)] = []string{value}
	}
	if len(e.Cookies) > 0 {
		header["Cookie"] = []string{strings.Join(e.Cookies, "; ")}
	}
	host := e.RequestContext.DomainName
	if h := header["Host"]; h != nil {
		host = h[0]
		delete(header, "Host") // as in every http.Request
	}
	uri := e.Path
	if e.Query != "" {
		uri += "?" + e.Query
	}
	u, err := url.ParseRequestURI(uri)
	if err != nil {
		u = &url.URL{Path: e.Path, RawQuery: e.Query}
	}
	body, length := e.reader()
	r := &http.Request{
		Method:        e.RequestContext.HTTP.Method,
		URL:           u,
		RequestURI:    uri,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        header,
		Body:          body,
		ContentLength: length,
		Host:          host,
		RemoteAddr:    net.JoinHostPort(e.RequestContext.HTTP.SourceIP, "0"),
		TLS:           secure,
	}
	return r.WithContext(ctx)
}

// reader returns the body and its length.
func (e *event) reader() (io.ReadCloser, int64) {
	encoded := e.long
	if encoded == nil && e.IsBase64Encoded {
		encoded = []byte(e.Body)
	}
	switch {
	case len(encoded) > 0:
		return &base64Body{rest: encoded}, decodedLen(encoded)
	case len(e.Body) > 0 && !e.IsBase64Encoded:
		return io.NopCloser(strings.NewReader(e.Body)), int64(len(e.Body))
	default:
		return http.NoBody, 0
	}
}

// leastLong is the length from which a body is worth to be left where it is.
const leastLong = 4 << 10

// longBody finds the text of the member "body" of an event, with its quotes, where it is
// long and has nothing in it that stands for something else. It takes the event for
// JSON: whether it is, whoever reads the rest finds out.
func longBody(event []byte) (begin, end int) {
	depth, named := 0, false // named: what comes next is the body
	for i := 0; i < len(event); i++ {
		switch event[i] {
		case '{', '[':
			depth++
			named = false
		case '}', ']':
			depth--
			named = false
		case ',':
			named = false
		case '"':
			text := event[i : i+endOfText(event[i:])]
			if len(text) == 0 {
				return 0, 0
			}
			if named && len(text) >= leastLong && isPlain(text) {
				return i, i + len(text)
			}
			named = depth == 1 && string(text) == `"body"`
			i += len(text) - 1
		}
	}
	return 0, 0
}

// isPlain says whether a text has no escapes, nor ends of lines, of which JSON has none,
// but which whoever decodes base64 passes over.
func isPlain(text []byte) bool {
	return bytes.IndexByte(text, '\\') < 0 && bytes.IndexByte(text, '\r') < 0 && bytes.IndexByte(text, '\n') < 0
}

// endOfText returns the length of the text that is first in JSON, with its quotes; 0
// where it does not end.
func endOfText(s []byte) int {
	quote := 0 // the next one
	for i := 1; i <= len(s); {
		if quote < i {
			n := bytes.IndexByte(s[i:], '"')
			if n < 0 {
				return 0
			}
			quote = i + n
		}
		escape := bytes.IndexByte(s[i:quote], '\\')
		if escape < 0 {
			return quote + 1
		}
		i += escape + 2
	}
	return 0
}
