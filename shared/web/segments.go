package web

import (
	"context"
	"net"
)

// connKey is the key by which a request's context gives its connection.
type connKey struct{}

// withConn is the server's ConnContext.
func withConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// fullSegments lets the connection wait for full segments while a file goes
// out, and ends the wait when the returned function is called. With Go's
// default, TCP_NODELAY, every piece that sendfile takes is sent as it is: over
// loopback that cost a sixth of the throughput.
func (x *exchange) fullSegments() (end func()) {
	c, ok := x.Context.Value(connKey{}).(*net.TCPConn)
	if !ok || cork(c, true) != nil {
		return func() {}
	}
	return func() { _ = cork(c, false) }
}
