package client

import (
	"net"
	"syscall"
	"testing"
	"time"
)

func TestAConnectionWithoutPeerEnds(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	conn, err := shared.DialContext(t.Context(), "tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	raw, err := conn.(syscall.Conn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var set int
	if err := raw.Control(func(fd uintptr) {
		set, err = syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout)
	}); err != nil {
		t.Fatal(err)
	}
	if err != nil || time.Duration(set)*time.Millisecond != unacknowledged {
		t.Errorf("the system waits for %d ms (%v)", set, err)
	}
}
