// Command sgsend sends files that nobody in between can read.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"sgraph.ai/send/cli/command"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends it at once
	code := command.Run(ctx, command.New(command.Process()), os.Args[1:])
	stop()
	os.Exit(code)
}
