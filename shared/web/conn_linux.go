package web

import (
	"net"
	"syscall"
)

// cork holds back segments that are not full, or lets them go (tcp(7),
// TCP_CORK).
func cork(c *net.TCPConn, on bool) error {
	value := 0
	if on {
		value = 1
	}
	return setTCP(c, syscall.TCP_CORK, value)
}

// tcpNotSentLowat is TCP_NOTSENT_LOWAT, which package syscall does not have.
const tcpNotSentLowat = 25

// takeNoMore lets the system take no more of a reply than that many bytes beyond
// what is on its way.
func takeNoMore(c *net.TCPConn, bytes int) error { return setTCP(c, tcpNotSentLowat, bytes) }

// unread says whether the system has something for whoever reads.
func unread(c *net.TCPConn) (has bool) {
	raw, err := c.SyscallConn()
	if err != nil {
		return false
	}
	_ = raw.Control(func(fd uintptr) {
		n, _, err := syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		has = err == nil && n > 0
	})
	return has
}

func setTCP(c *net.TCPConn, option, value int) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var set error
	err = raw.Control(func(fd uintptr) { set = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, option, value) })
	if err == nil {
		err = set
	}
	return err
}
