package web

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// Client returns the address for which the client of a request is limited: an
// IPv6 client is its /64, because it has all of that; see networksOf. It is no secret from the
// limiter, but nothing that is kept may hold it; see ClientHash.
func Client(r *http.Request) string {
	if x := exchangeOf(r); x != nil {
		return x.client
	}
	return ""
}

// Address returns the client's address as it is, or the zero one where it is not
// known. As with [Client], nothing that is kept may hold it.
func Address(r *http.Request) netip.Addr {
	if x := exchangeOf(r); x != nil {
		return x.address
	}
	return netip.Addr{}
}

// ClientHash returns the name under which the client may be kept. It changes
// every day.
func ClientHash(r *http.Request) string {
	if x := exchangeOf(r); x != nil {
		return x.clientHash
	}
	return ""
}

// identify finds out who the client is.
func (s *site) identify(x *exchange, r *http.Request, fronted bool) {
	x.address = s.address(r, fronted)
	networks := x.networks()
	x.client = networks[0]
	x.clientHash = s.clients.name(r.Context(), x.client, s.Now())
	for _, wider := range networks[1:] {
		x.wider = append(x.wider, s.clients.name(r.Context(), wider, s.Now()))
	}
}

// networks returns those of the client's address. Whoever is asked directly knows them
// since the connection came.
func (x *exchange) networks() []string {
	if c := x.line.conn; c != nil && c.peer == x.address {
		return c.networks
	}
	return networksOf(x.address)
}

// address returns the client's address. A header says it only where someone
// trusted wrote that header: the front that knows the origin secret, or a
// proxy of a configured range. In a Lambda event the remote address is that of
// the event, which no header changes.
func (s *site) address(r *http.Request, fronted bool) netip.Addr {
	if fronted {
		if a, ok := parseViewer(wire.ViewerAddress.Get(r.Header)); ok {
			return a
		}
	}
	addr := peer(r)
	if !s.trusted(addr) {
		return addr
	}
	// Each proxy appends whom it heard from, so the list is to be believed
	// from its end back to the first that is no proxy of ours.
	hops := strings.Split(strings.Join(r.Header[wire.ForwardedFor.Key()], ","), ",")
	for i := len(hops) - 1; i >= 0 && s.trusted(addr); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = hop.Unmap()
	}
	return addr
}

// peer returns the address that the request's connection comes from; the zero
// one is nobody's.
func peer(r *http.Request) netip.Addr {
	if x := exchangeOf(r); x != nil && x.line.conn != nil {
		return x.line.conn.peer
	}
	return parsePeer(r.RemoteAddr)
}

func parsePeer(address string) netip.Addr {
	p, err := netip.ParseAddrPort(address)
	if err != nil {
		return netip.Addr{}
	}
	return p.Addr().Unmap()
}

// Secure says whether the client came by TLS, to the service or to whoever
// stands before it.
func Secure(r *http.Request) bool {
	x := exchangeOf(r)
	return x != nil && x.secure || r.TLS != nil
}

// secure finds that out. A header says it only where a proxy of a configured
// range wrote it, or one on this machine, which needs no setting: all that
// anybody there can forge is the reply to a request of its own. Of several
// values the last is the nearest proxy's.
func (s *site) secure(r *http.Request) bool {
	if s.TLS || r.TLS != nil {
		return true
	}
	said := r.Header[wire.ForwardedProto.Key()]
	if len(said) == 0 {
		return false
	}
	if from := peer(r); !from.IsLoopback() && !s.trusted(from) {
		return false
	}
	last := said[len(said)-1]
	return strings.EqualFold(strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:]), "https")
}

func (s Settings) trusted(a netip.Addr) bool {
	for _, p := range s.TrustedProxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// parseViewer reads CloudFront's "address:port", in which an IPv6 address has
// no brackets.
func parseViewer(s string) (netip.Addr, bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return netip.Addr{}, false
	}
	a, err := netip.ParseAddr(strings.Trim(s[:i], "[]"))
	return a.Unmap(), err == nil
}

// networksOf returns what a client is limited as: an IPv4 address, or the /64
// of an IPv6 one and what lies around that, because whoever has a /56 or a /48
// has every /64 in it. An IPv6 address that stands for an IPv4 one is that.
func networksOf(a netip.Addr) []string {
	a = standsFor(a.WithZone(""))
	switch {
	case !a.IsValid():
		return []string{""}
	case a.Is4():
		return []string{a.String()}
	}
	var networks []string
	for _, bits := range []int{64, 56, 48} {
		p, _ := a.Prefix(bits)
		networks = append(networks, p.String())
	}
	return networks
}

// The networks whose addresses hold an IPv4 one.
var (
	nat64  = netip.MustParsePrefix("64:ff9b::/96") // RFC 6052, in the last four bytes
	sixTo4 = netip.MustParsePrefix("2002::/16")    // RFC 3056, behind the prefix
	teredo = netip.MustParsePrefix("2001::/32")    // RFC 4380, inverted in the last four bytes
)

// standsFor returns the IPv4 address that an IPv6 address stands for, or the
// address as it is.
func standsFor(a netip.Addr) netip.Addr {
	a = a.Unmap()
	b := a.As16()
	switch {
	case nat64.Contains(a):
		return netip.AddrFrom4([4]byte(b[12:]))
	case sixTo4.Contains(a):
		return netip.AddrFrom4([4]byte(b[2:6]))
	case teredo.Contains(a):
		return netip.AddrFrom4([4]byte{^b[12], ^b[13], ^b[14], ^b[15]})
	}
	return a
}

// clientNames remembers the names of the clients of today: a name costs as
// much as all else that is done around a small request.
type clientNames struct {
	salts *send.Salts

	mu    sync.RWMutex
	salt  *send.Salt // of the names
	names map[string]string
}

const maxClientNames = 4096

func (c *clientNames) name(ctx context.Context, address string, now time.Time) string {
	if address == "" {
		return ""
	}
	salt := c.salts.Of(ctx, now)
	c.mu.RLock()
	name, ok := c.names[address]
	ok = ok && c.salt == salt
	c.mu.RUnlock()
	if ok {
		return name
	}
	name = salt.Name(address)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.salt != salt || c.names == nil || len(c.names) >= maxClientNames {
		c.salt, c.names = salt, make(map[string]string)
	}
	c.names[address] = name
	return name
}
