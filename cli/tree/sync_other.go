//go:build !linux

package tree

import "os"

const syncsAll = false

func syncAll(*os.Root) error { return nil }
