package web

import (
	"crypto/tls"
	"net"
	"syscall"
	"testing"
)

// pair returns the two ends of a connection.
func pair(t *testing.T) (server, client net.Conn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	if client, err = net.Dial("tcp", ln.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if server, err = ln.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close(); client.Close() })
	return server, client
}

// What is asked of a connection is asked of the one that TLS is spoken on.
func TestConnectionsBeneathTLS(t *testing.T) {
	t.Parallel()
	for name, wrap := range map[string]func(net.Conn) net.Conn{
		"plain": func(c net.Conn) net.Conn { return c },
		"TLS":   func(c net.Conn) net.Conn { return tls.Server(c, &tls.Config{}) },
	} {
		server, client := pair(t)
		c := wrap(server)
		limitWaiting(c)
		raw, err := server.(*net.TCPConn).SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		var most int
		if err := raw.Control(func(fd uintptr) {
			most, err = syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpNotSentLowat)
		}); err != nil || most != waitingBytes {
			t.Errorf("%s: %d bytes may wait, %v", name, most, err)
		}

		if hasUnread(c) {
			t.Errorf("%s: something came that was not sent", name)
		}
		if _, err := client.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		for !hasUnread(c) { // loopback takes a moment
		}
		cut(c)
		if _, err := client.Read(make([]byte, 1)); err == nil {
			t.Errorf("%s: it is open still", name)
		}
		if hasUnread(c) {
			t.Errorf("%s: something came on a connection that is closed", name)
		}
	}
}
