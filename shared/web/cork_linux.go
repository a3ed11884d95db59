package web

import (
	"net"
	"syscall"
)

// cork holds back segments that are not full, or lets them go (tcp(7),
// TCP_CORK).
func cork(c *net.TCPConn, on bool) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	value := 0
	if on {
		value = 1
	}
	var set error
	err = raw.Control(func(fd uintptr) {
		set = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_CORK, value)
	})
	if err == nil {
		err = set
	}
	return err
}
