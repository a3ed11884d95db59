package web

import (
	"context"
	"net"
)

// connKey is the key by which a request's context gives its connection.
type connKey struct{}

// waitingBytes is how much of a reply may wait in the system to be sent. Left to itself
// that takes megabytes, which are lost with the connection and yet went out: whoever
// has a line that often breaks would use up the budget of a download with them.
const waitingBytes = 64 << 10

// withConn is the server's ConnContext.
func withConn(ctx context.Context, c net.Conn) context.Context {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = takeNoMore(tcp, waitingBytes) // a comfort
	}
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
