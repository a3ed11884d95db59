package web

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

const (
	headerTime     = 10 * time.Second // for a request's headers to arrive
	idleTime       = 2 * time.Minute  // between two requests of a connection
	shutdownTime   = 30 * time.Second // for the requests in flight at the end
	maxHeaderBytes = 32 << 10
)

// Serve serves h on ln until ctx ends, and then lets the requests in flight
// complete. How long a transfer may take has no bound here: see stallTime.
func Serve(ctx context.Context, h http.Handler, ln net.Listener) error {
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          log.New(acceptErrors{}, "", 0),
		ConnContext:       withConn,
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ln) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		server.Close()
		return fmt.Errorf("requests were still in flight %v after the end: %w", shutdownTime, err)
	}
	return nil
}

// Origin returns where a browser on this machine finds what listens, which was
// told to at the address asked: by the name that was given, and by localhost
// what listens everywhere.
func Origin(ln net.Listener, asked string) string {
	host, port, err := net.SplitHostPort(ln.Addr().String())
	if err != nil {
		return "http://" + ln.Addr().String()
	}
	name, _, _ := net.SplitHostPort(asked)
	_, noAddress := netip.ParseAddr(name)
	switch at, err := netip.ParseAddr(host); {
	case err == nil && at.Unmap().IsUnspecified():
		host = "localhost"
	case name != "" && noAddress != nil:
		host = name
	}
	u := url.URL{Scheme: "http", Host: net.JoinHostPort(host, port)}
	if port == "80" {
		u.Host = strings.TrimSuffix(u.Host, ":80")
	}
	return u.String()
}

// acceptErrors passes on what an operator has to know of the server's own
// messages: that it cannot accept connections. The others are about single
// clients, and hold their addresses.
type acceptErrors struct{}

func (acceptErrors) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte("Accept error")) {
		slog.Error("no connections can be accepted", "cause", string(bytes.TrimSpace(line)))
	}
	return len(line), nil
}
