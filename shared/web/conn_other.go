//go:build !linux

package web

import "net"

// cork holds back segments that are not full, as far as the system can.
func cork(c *net.TCPConn, on bool) error { return c.SetNoDelay(!on) }

// unread does not know here.
func unread(*net.TCPConn) bool { return false }

// takeNoMore leaves it to the system how much of a reply it takes.
func takeNoMore(*net.TCPConn, int) error { return nil }
