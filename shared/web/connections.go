package web

import (
	"cmp"
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
)

// How many connections may be open where nothing else is said: in all, and of one
// client.
const (
	usualConnections       = 1000
	usualClientConnections = 100
)

// connections are those that a server has open. Where a client has as many as it
// may, or all together have, a new one takes the place of the one that has been
// still for longest: rather of one without a request, or else of one whose client
// was asked for more than it sent, or took. One that moves, or has moved enough to
// be waited for longer, gives way to none, and neither does one that the service is
// at work for; where all are of that kind the new one is closed.
//
// A proxy that is trusted has as many as it needs. Of its clients the requests in
// flight are counted instead.
type connections struct {
	most, ofClient int
	proxied        func(netip.Addr) bool
	meter          metric.Meter
	log            *slog.Logger

	mu      sync.Mutex
	open    map[net.Conn]*connection
	clients map[string]int // connections and counted requests of each
	told    time.Time      // when the log was told that there are too many

	ending atomic.Int64  // from when on the server is to end, in Unix nanoseconds; 0 = it is not
	fewer  chan struct{} // is told that one was closed
}

// connection is one of them.
type connection struct {
	net.Conn
	all      *connections
	peer     netip.Addr
	networks []string // of that
	client   string   // the narrowest of them; "" = a proxy

	used atomic.Bool  // there was a request
	asks atomic.Bool  // there is one
	free atomic.Int64 // from when on it may give way, in Unix nanoseconds; 0 = never
}

func (s Settings) connections() *connections {
	return &connections{
		most:     cmp.Or(s.Connections, usualConnections),
		ofClient: cmp.Or(s.ClientConnections, usualClientConnections),
		proxied:  func(a netip.Addr) bool { return s.OriginSecret != nil || s.trusted(a) },
		meter:    s.Meter,
		log:      s.Meter.Logger(s.log()),
		open:     map[net.Conn]*connection{},
		clients:  map[string]int{},
		fewer:    make(chan struct{}, 1),
	}
}

// errCrowded refuses a request beside too many others.
var errCrowded = &send.Error{
	Code: send.Limited, Message: "Too many requests at once; try again when one of them is done", RetryAfter: time.Second,
}

// admitting is a listener that accepts what may be open.
type admitting struct {
	net.Listener
	all    *connections
	closes sync.Once
}

func (l *admitting) Close() (err error) {
	l.closes.Do(func() { err = l.Listener.Close() })
	return err
}

func (l *admitting) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil || l.all.admit(c) {
			return c, err
		}
	}
}

// admit says whether a connection may be open, and makes room for it. One that
// may not is closed.
func (all *connections) admit(c net.Conn) bool {
	own := &connection{Conn: c, all: all, peer: parsePeer(c.RemoteAddr().String())}
	own.networks = networksOf(own.peer)
	if !all.proxied(own.peer) {
		own.client = own.networks[0]
	}
	now := time.Now()
	own.free.Store(now.UnixNano())

	all.mu.Lock()
	defer all.mu.Unlock()
	crowd := "" // whose connections are too many; "" = everybody's
	full := len(all.open) >= all.most
	if own.client != "" && all.clients[own.client] >= all.ofClient {
		crowd, full = own.client, true
	}
	if full {
		victim := all.stillest(crowd, now)
		all.count(now)
		if victim == nil {
			cut(c)
			return false
		}
		all.drop(victim)
		cut(victim.Conn)
	}
	all.open[c] = own
	all.change(own.client, 1)
	return true
}

// stillest returns which connection of a client, or of all, gives way; nil = none.
func (all *connections) stillest(client string, now time.Time) (found *connection) {
	for _, c := range all.open {
		free := c.free.Load()
		if free == 0 || free > now.UnixNano() || client != "" && c.client != client {
			continue
		}
		if found == nil || !c.asks.Load() && found.asks.Load() ||
			c.asks.Load() == found.asks.Load() && free < found.free.Load() {
			found = c
		}
	}
	return found
}

func (all *connections) drop(c *connection) {
	if _, open := all.open[c.Conn]; open {
		delete(all.open, c.Conn)
		all.change(c.client, -1)
		select {
		case all.fewer <- struct{}{}:
		default:
		}
	}
}

func (all *connections) change(client string, by int) {
	if client == "" {
		return
	}
	if all.clients[client] += by; all.clients[client] <= 0 {
		delete(all.clients, client)
	}
}

// count counts a connection that was closed because there are too many, and tells
// the log of it once a minute.
func (all *connections) count(now time.Time) {
	if all.meter.Registry != nil {
		all.meter.Registry.Add(all.meter.Service, metric.ConnectionsRefused, "", 1)
	}
	if now.Sub(all.told) > time.Minute {
		all.told = now
		all.log.Warn("connections are closed, because a client or all together have too many", "open", len(all.open))
	}
}

// follow is the server's ConnState.
func (all *connections) follow(c net.Conn, state http.ConnState) {
	all.mu.Lock()
	defer all.mu.Unlock()
	own := all.open[c]
	if own == nil {
		return
	}
	switch state {
	case http.StateActive:
		own.used.Store(true)
		own.asks.Store(true)
		own.works()
	case http.StateIdle:
		own.asks.Store(false)
		own.waits(time.Now())
	case http.StateClosed, http.StateHijacked:
		all.drop(own)
	}
}

// connKey is the key by which a request's context gives its connection.
type connKey struct{}

// known is the server's ConnContext.
func (all *connections) known(ctx context.Context, c net.Conn) context.Context {
	limitWaiting(c)
	all.mu.Lock()
	defer all.mu.Unlock()
	if own := all.open[c]; own != nil {
		ctx = context.WithValue(ctx, connKey{}, own)
	}
	return ctx
}

// connectionOf returns the connection of a request, or nil where nobody counts.
func connectionOf(ctx context.Context) *connection {
	c, _ := ctx.Value(connKey{}).(*connection)
	return c
}

// waits says that the client is waited for, and from when on the connection may
// give way.
func (c *connection) waits(free time.Time) {
	if c != nil {
		c.free.Store(free.UnixNano())
	}
}

// works says that the service is at work.
func (c *connection) works() {
	if c != nil {
		c.free.Store(0)
	}
}

// enter says whether another request of a proxy's client may be served. If so, it
// is one until leave.
func (c *connection) enter(client string) (leave func(), may bool) {
	if c == nil || c.client != "" || client == "" {
		return func() {}, true
	}
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	if c.all.clients[client] >= c.all.ofClient {
		return nil, false
	}
	c.all.change(client, 1)
	return func() {
		c.all.mu.Lock()
		defer c.all.mu.Unlock()
		c.all.change(client, -1)
	}, true
}
