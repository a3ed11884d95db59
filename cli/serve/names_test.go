package serve_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/cli/serve"
	"sgraph.ai/send/shared/test/pebble"
)

// What keeps people from a name of the domain is said, with what to do; where nothing
// does, or nobody can know, nothing is.
func TestWhatADomainLacks(t *testing.T) {
	t.Parallel()
	lookup := func(err error, addresses ...string) func(context.Context, string, string) ([]netip.Addr, error) {
		return func(context.Context, string, string) (all []netip.Addr, _ error) {
			for _, a := range addresses {
				all = append(all, netip.MustParseAddr(a))
			}
			return all, err
		}
	}
	own := func(prefixes ...string) func() ([]net.Addr, error) {
		return func() (all []net.Addr, _ error) {
			for _, p := range prefixes {
				ip, n, err := net.ParseCIDR(p)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, &net.IPNet{IP: ip, Mask: n.Mask})
			}
			return all, nil
		}
	}
	unknown := lookup(&net.DNSError{Err: "no such host", IsNotFound: true})
	server := own("127.0.0.1/8", "10.0.0.2/8", "fe80::1/64", "203.0.113.7/24", "2001:db8::7/64")
	for name, c := range map[string]struct {
		lookup func(context.Context, string, string) ([]netip.Addr, error)
		own    func() ([]net.Addr, error)
		want   string // in the text; "" = there is none
	}{
		"no record":             {unknown, server, "add a record (A, or AAAA) with 203.0.113.7 and 2001:db8::7."},
		"no record, a router":   {unknown, own("192.168.1.2/24"), "with the address by which the internet reaches"},
		"no resolver":           {lookup(errors.New("refused")), server, "cannot be looked up in the DNS from here: refused"},
		"here":                  {lookup(nil, "203.0.113.7"), server, ""},
		"here among others":     {lookup(nil, "192.0.2.1", "::ffff:203.0.113.7"), server, ""},
		"behind a router":       {lookup(nil, "203.0.113.7"), own("192.168.1.2/24"), ""},
		"to another":            {lookup(nil, "192.0.2.1"), server, "leads to 192.0.2.1 in the DNS, and this"},
		"its addresses unknown": {lookup(nil, "192.0.2.1"), func() ([]net.Addr, error) { return nil, io.EOF }, ""},
	} {
		good, text := serve.Said(serve.LeadsHere("send.example.org", c.lookup, c.own))
		if good || !strings.Contains(text, c.want) || (c.want == "") != (text == "") {
			t.Errorf("%s: %v, %q", name, good, text)
		}
	}

	for cause, want := range map[error]string{
		&url.Error{Op: "Get", URL: "https://ca.test", Err: io.EOF}: "has to reach the authority",
		errors.New("timeout during connect"):                       "ports 80 and 443",
	} {
		good, text := serve.Said(serve.Uncertified("send.example.org", cause, 4*time.Minute))
		if good || !strings.Contains(text, want) || !strings.Contains(text, "in 4 minutes") {
			t.Errorf("%v: %q", cause, text)
		}
	}
}

// Whoever looks on is told what the names lack, and when they have it, and a link that
// invites to send.
func TestADomainIsToldToWhoLooksOn(t *testing.T) {
	t.Parallel()
	https, plain := free(t), free(t)
	a := pebble.Start(t, port(t, plain), port(t, free(t)), 24*time.Hour)
	c := exec.Command(os.Args[0])
	s := run(t, c, t.TempDir(), "SERVE_LOOKED_ON=1", "SEND__DOMAIN=send.test", "SEND__HTTPS_ADDR="+https,
		"SEND__HTTP_ADDR="+plain, "SEND__ACME_DIRECTORY="+a.Directory, "SSL_CERT_FILE="+a.CertFile)
	for _, want := range []string{
		"  Invite link       https://send.test:" + port(t, https) + "/#invite/" + s.token + "\n",
		"  Certificates      by 127.0.0.1",
		"ready    send.test has a certificate until ",
		"ready    admin.send.test has a certificate until ",
	} {
		eventually(t, "it does not say "+want, func() bool { return strings.Contains(s.out.String(), want) })
	}
}
