// Package systemd speaks with the service manager: it takes the sockets that are
// open already, and says how the process is. Where nobody manages the process, both
// do nothing.
package systemd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// firstSocket is the descriptor of the first socket; the others follow.
const firstSocket = 3

// maxSockets bounds how many are taken.
const maxSockets = 16

// Sockets takes what the process was started with, by the names that
// FileDescriptorName= gives (sd_listen_fds(3)). They stay open where they come
// from, so that whoever connects while nobody accepts waits, and is not refused.
func Sockets(getenv func(string) string) (map[string]net.Listener, error) {
	if getenv("LISTEN_PID") != strconv.Itoa(os.Getpid()) || getenv("LISTEN_FDS") == "" {
		return nil, nil
	}
	n, err := strconv.Atoi(getenv("LISTEN_FDS"))
	names := strings.Split(getenv("LISTEN_FDNAMES"), ":")
	if err != nil || n < 0 || n > maxSockets || n != len(names) {
		return nil, fmt.Errorf("LISTEN_FDS is %q, and LISTEN_FDNAMES %q: it must name each of at most %d sockets",
			getenv("LISTEN_FDS"), getenv("LISTEN_FDNAMES"), maxSockets)
	}
	sockets := map[string]net.Listener{}
	for i, name := range names {
		if sockets[name] != nil {
			return nil, fmt.Errorf("two sockets are named %q: one has to be enough, as that of [::] is for IPv4, too", name)
		}
		file := os.NewFile(firstSocket+uintptr(i), name)
		ln, err := net.FileListener(file)
		_ = file.Close() // the listener has one of its own
		if err != nil {
			return nil, fmt.Errorf("the socket %q must be a stream that listens, without Accept=: %w", name, err)
		}
		sockets[name] = ln
	}
	return sockets, nil
}

// The states of a process that Notify says (sd_notify(3)).
const (
	Ready    = "READY=1"
	Stopping = "STOPPING=1"
	alive    = "WATCHDOG=1"
)

// ExtendTimeout asks for as much time to do what is done next.
func ExtendTimeout(d time.Duration) string {
	return "EXTEND_TIMEOUT_USEC=" + strconv.FormatInt(d.Microseconds(), 10)
}

// Notify says states to the service manager, if there is one that listens.
func Notify(getenv func(string) string, states ...string) error {
	at := getenv("NOTIFY_SOCKET") // one in the abstract namespace begins with @, for package net as well
	if at == "" {
		return nil
	}
	c, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Net: "unixgram", Name: at})
	if err != nil {
		return fmt.Errorf("the service manager cannot be told anything: %w", err)
	}
	_, err = c.Write([]byte(strings.Join(states, "\n")))
	return errors.Join(err, c.Close())
}

// Watchdog says that the process is alive, twice as often as the service manager
// wants to hear it, until ctx ends (sd_watchdog_enabled(3)).
func Watchdog(ctx context.Context, getenv func(string) string) {
	every, err := strconv.ParseInt(getenv("WATCHDOG_USEC"), 10, 64)
	if pid := getenv("WATCHDOG_PID"); err != nil || every < 2 || pid != "" && pid != strconv.Itoa(os.Getpid()) {
		return
	}
	tick := time.NewTicker(time.Duration(every) * time.Microsecond / 2)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			_ = Notify(getenv, alive) // not heard, it counts as dead, and that is known there
		case <-ctx.Done():
			return
		}
	}
}
