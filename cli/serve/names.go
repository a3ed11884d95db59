package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// finding is what was found out about a name of the domain, in words for whoever set
// it up: what it has, or what is missing and what to do about it.
type finding struct {
	host   string
	good   bool
	absent bool   // the DNS does not have it: nothing else can be well
	text   string // "" = nothing is missing
	advice string // what to do, which may be the same for every name
}

// onlooker tells findings to who looks on: of each name what it has or lacks, and what
// to do about it once.
type onlooker struct {
	out io.Writer

	mu      sync.Mutex
	advised map[string]bool
}

func (o *onlooker) tell(f finding) {
	o.mu.Lock()
	defer o.mu.Unlock()
	mark, text := "missing", f.text
	if f.good {
		mark = "ready"
	}
	if f.advice != "" && !o.advised[f.advice] {
		o.advised[f.advice] = true
		text += " " + f.advice
	}
	fmt.Fprintf(o.out, "  %-8s %s %s\n", mark, f.host, text)
}

// lookTime bounds a question to the DNS.
const lookTime = 10 * time.Second

// leadsHere finds out whether the DNS has a name, and leads it to this machine as far
// as that can be known: behind a router the machine has none of the addresses by which
// people reach it. Where nothing is missing the finding has no text.
func leadsHere(
	host string, lookup func(ctx context.Context, network, host string) ([]netip.Addr, error),
	own func() ([]net.Addr, error),
) finding {
	ctx, stop := context.WithTimeout(context.Background(), lookTime)
	defer stop()
	led, err := lookup(ctx, "ip", host)
	here := public(own)
	at := "the address by which the internet reaches this machine"
	if len(here) > 0 {
		at = list(here)
	}
	if missing := (*net.DNSError)(nil); errors.As(err, &missing) && missing.IsNotFound {
		return finding{host: host, absent: true, text: "has no address in the DNS.",
			advice: "Add a record (A, or AAAA) with " + at +
				". It may take some minutes until it is seen; it is tried again by itself."}
	}
	if err != nil {
		why := err.Error()
		why = why[strings.LastIndex(why, ": ")+1:] // without the sockets, which differ each time
		return finding{host: host, text: "cannot be looked up in the DNS from here: " + strings.TrimSpace(why) + "."}
	}
	for i := range led {
		led[i] = led[i].Unmap()
	}
	if len(here) == 0 || slices.ContainsFunc(led, func(a netip.Addr) bool { return slices.Contains(here, a) }) {
		return finding{}
	}
	return finding{host: host, text: "leads to " + list(led) + " in the DNS, and this machine has " + at + ".",
		advice: "Change the record, unless a proxy there passes on what comes."}
}

// public are the addresses of this machine that others on the internet can reach.
func public(own func() ([]net.Addr, error)) (all []netip.Addr) {
	addresses, _ := own() // without them less can be said
	for _, a := range addresses {
		prefix, err := netip.ParsePrefix(a.String())
		if at := prefix.Addr().Unmap(); err == nil && at.IsGlobalUnicast() && !at.IsPrivate() {
			all = append(all, at)
		}
	}
	return all
}

func list(addresses []netip.Addr) string {
	words := make([]string, len(addresses))
	for i, a := range addresses {
		words[i] = a.String()
	}
	return strings.Join(words, " and ")
}

func certified(host string, until time.Time) finding {
	return finding{host: host, good: true, text: "has a certificate until " + until.Format("2 January 2006") +
		", and is renewed by itself."}
}

// uncertified says why there is none: the authority cannot be asked, or it could not
// reach this machine, or has something else against it.
func uncertified(host string, why error, again time.Duration) finding {
	advice := "The ports 80 and 443 of this machine have to be reached from the internet, through firewalls and routers."
	if unreachable := (*url.Error)(nil); errors.As(why, &unreachable) {
		advice = "This machine has to reach the authority."
	}
	return finding{host: host, advice: advice,
		text: fmt.Sprintf("has no certificate: %v. It is tried again in %.0f minutes.", why, again.Minutes())}
}
