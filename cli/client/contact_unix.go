//go:build !windows

package client

import "syscall"

// connectionRefused is what the system says where nothing listens.
const connectionRefused = syscall.ECONNREFUSED
