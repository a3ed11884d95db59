package web

import (
	"bytes"
	"cmp"
	"context"
	"errors"
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

const maxHeaderBytes = 32 << 10

// Serve serves h, which Wrap made, or any other handler, on ln until ctx ends.
// What listens may speak TLS, as that of crypto/tls does.
//
// From the end of ctx on every reply asks its client to close the connection, and
// the service says that it is not ready. After the time of Drain nobody listens
// any more. Every request that is on its way then is still answered, as far as
// that ends within the time of Shutdown; otherwise the error is [ErrCut].
func (s Settings) Serve(ctx context.Context, h http.Handler, ln net.Listener) error {
	all, patience := s.connections(), s.Patience.orUsual()
	server := &http.Server{
		Handler:           all.announcing(h),
		ReadHeaderTimeout: patience.Header,
		IdleTimeout:       patience.Idle,
		WriteTimeout:      patience.Most, // of what the server answers by itself; a reply of h has its own
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          log.New(acceptErrors{}, "", 0),
		ConnContext:       all.known,
		ConnState:         all.follow,
		Protocols:         &http.Protocols{},

		DisableGeneralOptionsHandler: true, // it would answer without a word in the log
	}
	server.Protocols.SetHTTP1(true) // of HTTP/2 one connection could hold any number of requests
	listener, ended := &admitting{Listener: ln, all: all}, make(chan struct{})
	var err error // why it ended
	go func() {
		defer close(ended)
		err = server.Serve(listener)
	}()
	select {
	case <-ended:
		return err
	case <-ctx.Done():
	}
	all.end()
	select {
	case <-ended:
		return err
	case <-time.After(s.Drain):
	}
	_ = listener.Close()
	<-ended // whoever came is among the connections now
	return s.finish(context.WithoutCancel(ctx), server, all)
}

// ErrCut is that requests were cut off, because they took too long at the end.
var ErrCut = errors.New("requests were cut off")

const usualShutdown = 30 * time.Second

// finish ends a server without losing a request. Its own Shutdown would: it drops
// what arrives on a connection that is open already, with no reply.
func (s Settings) finish(ctx context.Context, server *http.Server, all *connections) error {
	grace := cmp.Or(s.Shutdown, usualShutdown)
	ctx, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	err := all.rest(ctx, s.Patience.orUsual().Last)
	if err == nil {
		err = server.Shutdown(ctx) // for those whose connection gave way
	}
	if err != nil {
		_ = server.Close()
		return fmt.Errorf("%w: they were still in flight %v after the end", ErrCut, grace)
	}
	return nil
}

// Origin returns where a browser on this machine finds what listens at an address,
// and was told to at the one asked: by the name that was given, and by localhost
// what listens everywhere.
func Origin(scheme, address, asked string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return scheme + "://" + address
	}
	name, _, _ := net.SplitHostPort(asked)
	_, noAddress := netip.ParseAddr(name)
	switch at, err := netip.ParseAddr(host); {
	case name != "" && noAddress != nil:
		host = name
	case host == "", err == nil && at.Unmap().IsUnspecified():
		host = "localhost"
	}
	u := url.URL{Scheme: scheme, Host: net.JoinHostPort(host, port)}
	if port == usualPorts[scheme] {
		u.Host = strings.TrimSuffix(u.Host, ":"+port)
	}
	return u.String()
}

// usualPorts are the ports that a URL need not name.
var usualPorts = map[string]string{"http": "80", "https": "443"}

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
