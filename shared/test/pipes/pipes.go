// Package pipes has clients and servers speak by pipes, so that they go by the clock of
// their test (testing/synctest).
package pipes

import (
	"context"
	"net"
)

// Listener is one whose connections are the ends of pipes that it was given.
type Listener struct{ made chan net.Conn }

// Listen returns a listener.
func Listen() Listener { return Listener{make(chan net.Conn)} }

// Take has the server take a connection.
func (l Listener) Take(c net.Conn) { l.made <- c }

// Dial is for http.Transport.
func (l Listener) Dial(context.Context, string, string) (net.Conn, error) {
	server, client := net.Pipe()
	l.Take(server)
	return client, nil
}

// Accept implements [net.Listener].
func (l Listener) Accept() (net.Conn, error) {
	if c, ok := <-l.made; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}

// Close implements [net.Listener].
func (l Listener) Close() error { close(l.made); return nil }

// Addr implements [net.Listener].
func (l Listener) Addr() net.Addr { return &net.TCPAddr{} }
