package web

import (
	"crypto/tls"
	"net"
)

// beneath returns the connection that TLS is spoken on, or the connection itself.
func beneath(c net.Conn) net.Conn {
	if t, ok := c.(*tls.Conn); ok {
		return t.NetConn()
	}
	return c
}

// cut closes a connection at once: without a farewell of TLS's, for which the
// client would have to be waited for.
func cut(c net.Conn) { _ = beneath(c).Close() }

// hasUnread says whether something has arrived on a connection that nobody has
// read.
func hasUnread(c net.Conn) bool {
	tcp, ok := beneath(c).(*net.TCPConn)
	return ok && unread(tcp)
}

// waitingBytes is how much of a reply may wait in the system to be sent. Left to itself
// that takes megabytes, which are lost with the connection and yet went out: whoever
// has a line that often breaks would use up the budget of a download with them. It takes
// a whole step of a file (see fits): with half of that both ends often waited for each
// other, and a download had half the throughput.
const waitingBytes = 128 << 10

// limitWaiting bounds what waits on a connection.
func limitWaiting(c net.Conn) {
	if tcp, ok := beneath(c).(*net.TCPConn); ok {
		_ = takeNoMore(tcp, waitingBytes) // a comfort
	}
}

// fullSegments lets the connection wait for full segments while a file goes
// out, and ends the wait when the returned function is called. With Go's
// default, TCP_NODELAY, every piece that sendfile takes is sent as it is: over
// loopback that cost a sixth of the throughput.
func (x *exchange) fullSegments() (end func()) {
	if x.line.conn == nil {
		return func() {}
	}
	c, ok := beneath(x.line.conn.Conn).(*net.TCPConn)
	if !ok || cork(c, true) != nil {
		return func() {}
	}
	return func() { _ = cork(c, false) }
}
