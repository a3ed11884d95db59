package web

import "net"

// waitingBytes is how much of a reply may wait in the system to be sent. Left to itself
// that takes megabytes, which are lost with the connection and yet went out: whoever
// has a line that often breaks would use up the budget of a download with them.
const waitingBytes = 64 << 10

// limitWaiting bounds what waits on a connection.
func limitWaiting(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
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
	c, ok := x.line.conn.Conn.(*net.TCPConn)
	if !ok || cork(c, true) != nil {
		return func() {}
	}
	return func() { _ = cork(c, false) }
}
