// Package host runs a service's handler where the process finds itself: under
// the Lambda runtime, or on a TCP address.
package host

import (
	"context"
	"fmt"
	"log/slog"
	"net"

	"sgraph.ai/send/shared/lambdahttp"
	"sgraph.ai/send/shared/web"
)

// Run serves until ctx ends, lets the requests in flight complete, and flushes
// the log.
func Run(ctx context.Context, f lambdahttp.Function, address string) error {
	defer f.Flush()
	slog.SetDefault(f.Log) // what the server itself has to say
	if lambdahttp.Running() {
		return f.Start(ctx)
	}
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", address, err)
	}
	return web.Serve(ctx, f.Handler, ln)
}
