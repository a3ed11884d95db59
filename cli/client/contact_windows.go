package client

import "golang.org/x/sys/windows"

// connectionRefused is what the system says where nothing listens.
const connectionRefused = windows.WSAECONNREFUSED
