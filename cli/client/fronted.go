package client

import (
	"net/http"
	"slices"

	"sgraph.ai/send/shared/wire"
)

// Fronted carries requests past the front of services that ask for its secret, which it
// shows to their origins, and to nobody else.
type Fronted struct {
	Secret  string
	Origins []string // as in https://example.org
	// RoundTripper carries the requests; nil is the one that all clients share.
	http.RoundTripper
}

// RoundTrip carries one request.
func (f Fronted) RoundTrip(r *http.Request) (*http.Response, error) {
	if slices.Contains(f.Origins, r.URL.Scheme+"://"+r.URL.Host) {
		r = r.Clone(r.Context()) // a carrier changes no request
		wire.OriginSecret.Set(r.Header, f.Secret)
	}
	if f.RoundTripper == nil {
		return shared.RoundTrip(r)
	}
	return f.RoundTripper.RoundTrip(r)
}
