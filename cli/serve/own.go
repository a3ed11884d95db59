package serve

import (
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"net/http"
)

// own asks a service of this machine, whoever its certificate is for: it is found by
// the address at which it listens. That is one to dial, too: without a host, or with
// one that stands for all, it is this machine's.
type own struct {
	address string
	host    string // by which it is asked; "" = any
	scheme  string
}

// address is where a service listens.
func (f *front) address(service string) string {
	if f.hosts != nil {
		return f.httpsAddr
	}
	return f.addresses[service]
}

// own asks a service that listens at an address.
func (f *front) own(service, address string) own {
	return own{address: address, host: f.hosts[service], scheme: f.scheme()}
}

func (o own) url() string { return o.scheme + "://" + cmp.Or(o.host, "localhost") }

// RoundTrip asks on a connection of its own: a restart finds none in use.
func (o own) RoundTrip(r *http.Request) (*http.Response, error) {
	var dialer net.Dialer
	transport := &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, o.address)
		},
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // nobody else is at the address
	}
	return transport.RoundTrip(r)
}
