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
	"syscall"
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
		"no record":             {unknown, server, "Add a record (A, or AAAA) with 203.0.113.7 and 2001:db8::7."},
		"no record, a router":   {unknown, own("192.168.1.2/24"), "with the address by which the internet reaches"},
		"no resolver":           {lookup(errors.New("read udp 192.0.2.1:4711: refused")), server, "DNS from here: refused."},
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

// What is to be done for each name is said once, and of each name what it lacks.
func TestWhatIsToBeDoneIsSaidOnce(t *testing.T) {
	t.Parallel()
	unknown := func(context.Context, string, string) ([]netip.Addr, error) {
		return nil, &net.DNSError{Err: "no such host", IsNotFound: true}
	}
	own := func() ([]net.Addr, error) {
		return []net.Addr{&net.IPNet{IP: net.IPv4(203, 0, 113, 7), Mask: net.CIDRMask(24, 32)}}, nil
	}
	timeout := errors.New("timeout during connect")
	var out strings.Builder
	serve.Tell(&out,
		serve.LeadsHere("send.example.org", unknown, own), serve.LeadsHere("admin.send.example.org", unknown, own),
		serve.Uncertified("send.example.org", timeout, 2*time.Minute),
		serve.Uncertified("admin.send.example.org", timeout, 2*time.Minute))
	const want = `  missing  send.example.org has no address in the DNS. Add a record (A, or AAAA) with 203.0.113.7. ` +
		`It may take some minutes until it is seen; it is tried again by itself.
  missing  admin.send.example.org has no address in the DNS.
  missing  send.example.org has no certificate: timeout during connect. It is tried again in 2 minutes. ` +
		`The ports 80 and 443 of this machine have to be reached from the internet, through firewalls and routers.
  missing  admin.send.example.org has no certificate: timeout during connect. It is tried again in 2 minutes.
`
	if out.String() != want {
		t.Errorf("said is\n%s, want\n%s", out.String(), want)
	}
}

// What a name lacks is said where somebody looks, and not in a log on the same screen, too.
func TestWhatIsMissingIsSaidInOnePlace(t *testing.T) {
	t.Parallel()
	env := []string{
		"SERVE_LOOKED_ON=1", "SEND__DOMAIN=send.test", "SEND__HTTPS_ADDR=" + free(t), "SEND__HTTP_ADDR=" + free(t),
		"SEND__ACME_DIRECTORY=https://" + free(t),
	}
	s := run(t, exec.Command(os.Args[0]), t.TempDir(), append(env, "SERVE_LOG_SHOWN=1")...)
	for _, name := range []string{"send.test", "admin.send.test"} {
		said := "missing  " + name + " has"
		eventually(t, "it is not said of "+name, func() bool { return strings.Contains(s.out.String(), said) })
	}
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	if err := <-s.ended; err != nil {
		t.Errorf("it ended with %v: %s", err, s.log)
	}
	if said := s.log.String(); strings.Contains(said, "send.test") {
		t.Errorf("the log says it again: %s", said)
	}
	for line := range strings.Lines(s.out.String()) {
		if n := strings.Count(s.out.String(), line); strings.Contains(line, "missing  ") && n > 1 {
			t.Errorf("%d times it says %s", n, line)
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
	for range 3 { // who comes is no news
		if _, err := shownTo(https, "send.test", a.Roots); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(s.out.String(), "ready    send.test"); n != 1 {
		t.Errorf("%d times it says that there is a certificate", n)
	}
}
