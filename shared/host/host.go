// Package host runs a service's handler where the process finds itself: under
// the Lambda runtime, or on a TCP address.
package host

import (
	"context"
	"fmt"
	"log/slog"
	"net"

	"sgraph.ai/send/shared/lambdahttp"
)

// Run serves until ctx ends, lets the requests in flight complete, and flushes
// the log. On an address it is serve that does so.
func Run(
	ctx context.Context, f lambdahttp.Function, serve func(context.Context, net.Listener) error, address string,
) error {
	defer f.Flush()
	slog.SetDefault(f.Log) // what the server itself has to say
	if lambdahttp.Running() {
		return f.Start(ctx)
	}
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", address, err)
	}
	return serve(ctx, ln)
}
