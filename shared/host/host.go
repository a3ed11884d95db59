// Package host is what the program of a service and the process that it runs in
// have to do with each other.
package host

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
)

// Process is what a program has of the process that it runs in.
type Process struct {
	Getenv func(name string) string
	Log    io.Writer

	// Serve serves until ctx ends, and lets the requests in flight complete.
	Serve func(ctx context.Context, s Service) error
}

// Service is what a program has to be served.
type Service struct {
	Name    string // as metric has it
	Handler http.Handler

	// Invoked takes the events that are no requests, where there are such.
	Invoked func(ctx context.Context, event json.RawMessage) (any, error)

	Address string // where to listen
	Listen  func(context.Context, net.Listener) error
	Log     *slog.Logger
	Flush   func() // keeps what there is to tell, before the process ends or is frozen
}

// Run serves by the process, and flushes the log.
func (p Process) Run(ctx context.Context, s Service) error {
	defer s.Flush()
	slog.SetDefault(s.Log) // what the server itself has to say
	return p.Serve(ctx, s)
}

// On serves what comes by a listener, which is opened for the service.
func On(open func(Service) (net.Listener, error)) func(context.Context, Service) error {
	return func(ctx context.Context, s Service) error {
		ln, err := open(s)
		if err != nil {
			return err
		}
		s.Log.Info("listening", "service", s.Name, "address", ln.Addr().String())
		return s.Listen(ctx, ln)
	}
}

// ByTCP opens the address that the service is told.
func ByTCP(s Service) (net.Listener, error) {
	ln, err := net.Listen("tcp", s.Address)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", s.Address, err)
	}
	return ln, nil
}
