// Package memory says what a process has of memory, where the system tells it.
package memory

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Use is what a process has of memory, in bytes.
type Use struct {
	Resident int64 // now
	Own      int64 // of that, what is no page of a file
	Peak     int64 // the most that was resident
}

// ErrUnknown says that the process has ended, or that this system does not tell.
var ErrUnknown = errors.New("this system does not tell what the process has of memory")

// Of is what a process has, by /proc/PID/status (proc_pid_status(5)).
func Of(pid int) (u Use, err error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return u, ErrUnknown
	}
	fields := map[string]*int64{"VmRSS": &u.Resident, "RssAnon": &u.Own, "VmHWM": &u.Peak}
	for line := range strings.Lines(string(status)) {
		name, value, _ := strings.Cut(line, ":")
		bytes, wanted := fields[name]
		if !wanted {
			continue
		}
		kB, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		if err != nil {
			return u, fmt.Errorf("%w: %q", ErrUnknown, line)
		}
		*bytes = kB << 10
		delete(fields, name)
	}
	if len(fields) > 0 {
		return u, ErrUnknown
	}
	return u, nil
}
