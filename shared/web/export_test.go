package web

import "time"

// Where the machine that tests is busy, it is not the client that is slow.
func init() { usualPatience.Drain = time.Minute }
