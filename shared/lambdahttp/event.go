package lambdahttp

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// event is a Function URL's event (payload format 2.0), as far as a request is
// made of it. Any other event has no method.
type event struct {
	raw json.RawMessage

	method, host, path, query, sourceIP string
	header                              http.Header
	cookies                             []string
	body                                text
	base64                              bool
}

// UnmarshalJSON takes the event apart without a copy of its body, which may be
// six megabytes: it goes on using data after it returned. It may, because the
// runtime's client makes a decoder for each event and drops it with its bytes.
func (e *event) UnmarshalJSON(data []byte) error {
	e.raw = data
	s := &scanner{data: data}
	s.members(func(name []byte) {
		switch string(name) {
		case "rawPath":
			e.path = s.text().String()
		case "rawQueryString":
			e.query = s.text().String()
		case "cookies":
			s.elements(func() { e.cookies = append(e.cookies, s.text().String()) })
		case "headers":
			e.header = make(http.Header, 24)
			s.members(func(name []byte) {
				e.header[http.CanonicalHeaderKey(string(name))] = []string{s.text().String()}
			})
		case "requestContext":
			s.members(func(name []byte) {
				switch string(name) {
				case "domainName":
					e.host = s.text().String()
				case "http":
					s.members(func(name []byte) {
						switch string(name) {
						case "method":
							e.method = s.text().String()
						case "sourceIp":
							e.sourceIP = s.text().String()
						default:
							s.skip()
						}
					})
				default:
					s.skip()
				}
			})
		case "body":
			e.body = s.text()
		case "isBase64Encoded":
			e.base64 = s.next() == 't'
			s.skip()
		default:
			s.skip()
		}
	})
	return nil
}

// secure is the state of every request: a Function URL speaks nothing but TLS.
var secure = &tls.ConnectionState{HandshakeComplete: true}

// request makes the request that the client sent.
func (e *event) request(ctx context.Context) *http.Request {
	header := e.header
	if header == nil {
		header = http.Header{}
	}
	if len(e.cookies) > 0 {
		header["Cookie"] = []string{strings.Join(e.cookies, "; ")}
	}
	host := e.host
	if h := header["Host"]; h != nil {
		host = h[0]
		delete(header, "Host") // as in every http.Request
	}
	uri := e.path
	if e.query != "" {
		uri += "?" + e.query
	}
	u, err := url.ParseRequestURI(uri)
	if err != nil {
		u = &url.URL{Path: e.path, RawQuery: e.query}
	}
	body, length := e.reader()
	r := &http.Request{
		Method:        e.method,
		URL:           u,
		RequestURI:    uri,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        header,
		Body:          body,
		ContentLength: length,
		Host:          host,
		RemoteAddr:    net.JoinHostPort(e.sourceIP, "0"),
		TLS:           secure,
	}
	return r.WithContext(ctx)
}

// reader returns the body and its length.
func (e *event) reader() (io.ReadCloser, int64) {
	raw := e.body.raw()
	if e.body.escaped {
		raw = []byte(e.body.String())
	}
	switch {
	case len(raw) == 0:
		return http.NoBody, 0
	case e.base64:
		return &base64Body{rest: raw}, decodedLen(raw)
	default:
		return io.NopCloser(bytes.NewReader(raw)), int64(len(raw))
	}
}
