package systemd_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/cli/serve/systemd"
)

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

// What is meant for another process, or cannot be what it is said to be, is not
// taken. What is taken, the tests of sgsend serve show.
func TestSocketsOfOthers(t *testing.T) {
	t.Parallel()
	own := strconv.Itoa(os.Getpid())
	for name, c := range map[string]struct {
		getenv func(string) string
		fault  string
	}{
		"none":             {env(), ""},
		"another's":        {env("LISTEN_PID", "1", "LISTEN_FDS", "1", "LISTEN_FDNAMES", "user"), ""},
		"without names":    {env("LISTEN_PID", own, "LISTEN_FDS", "2"), "LISTEN_FDNAMES"},
		"too many":         {env("LISTEN_PID", own, "LISTEN_FDS", "999"), "LISTEN_FDS"},
		"not a number":     {env("LISTEN_PID", own, "LISTEN_FDS", "x", "LISTEN_FDNAMES", "user"), "LISTEN_FDS"},
		"a negative count": {env("LISTEN_PID", own, "LISTEN_FDS", "-1", "LISTEN_FDNAMES", "user"), "LISTEN_FDS"},
	} {
		sockets, err := systemd.Sockets(c.getenv)
		if len(sockets) > 0 || (err != nil) != (c.fault != "") || err != nil && !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%s: %v, %v", name, sockets, err)
		}
	}
}

func TestNotify(t *testing.T) {
	t.Parallel()
	at := filepath.Join(t.TempDir(), "notify")
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Net: "unixgram", Name: at})
	if err != nil {
		t.Fatal(err)
	}
	defer manager.Close()
	hears := func() string {
		t.Helper()
		b := make([]byte, 1<<10)
		if err := manager.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		n, err := manager.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		return string(b[:n])
	}
	if err := systemd.Notify(env("NOTIFY_SOCKET", at), systemd.Stopping, systemd.ExtendTimeout(time.Second)); err != nil {
		t.Error(err)
	}
	if got := hears(); got != "STOPPING=1\nEXTEND_TIMEOUT_USEC=1000000" {
		t.Errorf("heard is %q", got)
	}
	if err := systemd.Notify(env(), systemd.Ready); err != nil {
		t.Errorf("without a manager: %v", err)
	}
	if err := systemd.Notify(env("NOTIFY_SOCKET", at+"-none"), systemd.Ready); err == nil {
		t.Error("a manager that is not there hears")
	}

	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan bool)
	go func() {
		defer close(ended)
		systemd.Watchdog(ctx, env("NOTIFY_SOCKET", at, "WATCHDOG_USEC", "2000", "WATCHDOG_PID", strconv.Itoa(os.Getpid())))
	}()
	for range 3 {
		if got := hears(); got != "WATCHDOG=1" {
			t.Errorf("heard is %q", got)
		}
	}
	stop()
	<-ended
	systemd.Watchdog(t.Context(), env("NOTIFY_SOCKET", at))
	systemd.Watchdog(t.Context(), env("NOTIFY_SOCKET", at, "WATCHDOG_USEC", "2000", "WATCHDOG_PID", "1"))
}
