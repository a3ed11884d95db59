// Package process runs the program of a service as a process of its own, wherever
// that finds itself: under the Lambda runtime, or on a TCP address. It is apart
// from host, because a command that runs the same programs has no use for Lambda.
package process

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"sgraph.ai/send/shared/host"
	"sgraph.ai/send/shared/lambdahttp"
)

// Main runs a program until the process is signalled to end; a second signal ends
// it at once.
func Main(name string, run func(context.Context, host.Process) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	if err := run(ctx, host.Process{Getenv: os.Getenv, Log: os.Stdout, Serve: serve}); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}

func serve(ctx context.Context, s host.Service) error {
	if !lambdahttp.Running() {
		return host.On(host.ByTCP)(ctx, s)
	}
	return lambdahttp.Function{Handler: s.Handler, Invoked: s.Invoked, Flush: s.Flush, Log: s.Log}.Start(ctx)
}
