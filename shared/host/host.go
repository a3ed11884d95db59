// Package host runs a service's handler where the process finds itself: under
// the Lambda runtime, or on an address.
package host

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"

	"sgraph.ai/send/shared/lambdahttp"
)

// Process is what the program of a service has of the process that it runs in.
type Process struct {
	Getenv func(name string) string
	Log    io.Writer

	// Listen opens where a service is to be reached: its name, as metric has it,
	// and the address that it is told. Nil opens that address, by TCP.
	Listen func(service, address string) (net.Listener, error)
}

// Server is a service where the Lambda runtime does not call it.
type Server struct {
	Name    string // as metric has it
	Address string
	Serve   func(context.Context, net.Listener) error
}

// Main runs a program as this process, until it is signalled to end; a second
// signal ends it at once.
func Main(name string, run func(context.Context, Process) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	if err := run(ctx, Process{Getenv: os.Getenv, Log: os.Stdout}); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}

// Run serves until ctx ends, lets the requests in flight complete, and flushes
// the log. On an address it is the server that does so.
func (p Process) Run(ctx context.Context, f lambdahttp.Function, s Server) error {
	defer f.Flush()
	slog.SetDefault(f.Log) // what the server itself has to say
	if lambdahttp.Running() {
		return f.Start(ctx)
	}
	listen := p.Listen
	if listen == nil {
		listen = byTCP
	}
	ln, err := listen(s.Name, s.Address)
	if err != nil {
		return err
	}
	f.Log.Info("listening", "service", s.Name, "address", ln.Addr().String())
	return s.Serve(ctx, ln)
}

func byTCP(_, address string) (net.Listener, error) {
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", address, err)
	}
	return ln, nil
}
