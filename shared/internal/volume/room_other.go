//go:build !linux && !darwin && !freebsd && !windows

package volume

import "errors"

// Room cannot be told here.
func Room(string) (left, all int64, err error) { return 0, 0, errors.ErrUnsupported }
