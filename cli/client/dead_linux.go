package client

import (
	"syscall"
	"time"
)

// unacknowledged is how long the other side of a connection may be silent about
// what was sent to it.
const unacknowledged = 2 * time.Minute

// endWhenDead lets the system end a connection whose other side is gone, while
// what was handed over is waited for (tcp(7), TCP_USER_TIMEOUT). Where it
// cannot, it does so later by itself.
func endWhenDead(_, _ string, conn syscall.RawConn) error {
	return conn.Control(func(fd uintptr) {
		_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout, int(unacknowledged/time.Millisecond))
	})
}

const tcpUserTimeout = 18 // include/uapi/linux/tcp.h
