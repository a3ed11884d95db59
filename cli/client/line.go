package client

import (
	"context"
	"io"
	"net"
	"time"
)

// dial connects to a service, or to the proxy before it.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{Timeout: 15 * time.Second, Control: endWhenDead}
	conn, err := d.DialContext(ctx, network, address)
	if tcp, ok := conn.(*net.TCPConn); ok {
		return line{tcp}, err
	}
	return conn, err
}

// line is a connection that takes what is in memory from where that is. By itself
// net/http copies it through a buffer of 32 KiB before.
type line struct{ *net.TCPConn }

// ReadFrom is what net/http calls, with a body limited to its length.
func (l line) ReadFrom(r io.Reader) (int64, error) {
	if part, ok := r.(*io.LimitedReader); ok {
		if body, ok := part.R.(inMemory); ok && int64(body.Len()) <= part.N {
			n, err := body.WriteTo(l.TCPConn)
			part.N -= n
			return n, err
		}
	}
	return l.TCPConn.ReadFrom(r)
}
