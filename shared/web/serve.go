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
	shutdownTime   = 30 * time.Second // for the requests in flight at the end
	maxHeaderBytes = 32 << 10
)

// Serve serves h, which Wrap made, or any other handler, on ln until ctx ends,
// and then lets the requests in flight complete.
func (s Settings) Serve(ctx context.Context, h http.Handler, ln net.Listener) error {
	all, patience := s.connections(), s.Patience.orUsual()
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: patience.Header,
		IdleTimeout:       patience.Idle,
		WriteTimeout:      patience.Most, // of what the server answers by itself; a reply of h has its own
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          log.New(acceptErrors{}, "", 0),
		ConnContext:       all.known,
		ConnState:         all.follow,
		Protocols:         &http.Protocols{},
	}
	server.Protocols.SetHTTP1(true) // of HTTP/2 one connection could hold any number of requests
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(admitting{ln, all}) }()
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
