// Command send-canary is a scheduled Lambda function that tries a service from
// outside; see package canary. Anywhere else it does so once.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"sgraph.ai/send/cli/canary"
	"sgraph.ai/send/shared/lambdahttp"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintf(os.Stderr, "send-canary: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	c, err := canary.FromEnv(os.Getenv)
	if err != nil {
		return err
	}
	c.Log = slog.New(slog.NewJSONHandler(os.Stdout, nil))
	if !lambdahttp.Running() {
		_, err := c.Scheduled(ctx, nil)
		return err
	}
	return lambdahttp.Function{Invoked: c.Scheduled, Log: c.Log}.Start(ctx)
}
