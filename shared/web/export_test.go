package web

import "time"

func init() { drainTime = time.Minute }
