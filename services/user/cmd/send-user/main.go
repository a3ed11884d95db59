// Command send-user is the user service: on Lambda it answers Function URL
// events, anywhere else it listens on SEND__USER_ADDR.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"sgraph.ai/send/services/user"
	"sgraph.ai/send/shared/host"
	"sgraph.ai/send/shared/lambdahttp"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/metric/prom"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/storage"
	"sgraph.ai/send/shared/web"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintf(os.Stderr, "send-user: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	set, err := user.FromEnv(os.Getenv)
	if err != nil {
		return err
	}
	ledger, closer, err := storage.Ledger(set.Service)
	if err != nil {
		return err
	}
	defer closer.Close()
	set.Ledger, set.Secrets.Parameters = ledger, storage.Parameters()
	if set.Store, set.Links, err = storage.Transfers(set.Service, set.Bucket); err != nil {
		return err
	}
	log, flush := web.NewLog(os.Stdout, set.LogLevel)
	set.Log = log
	if set.Registry, _, err = prom.Start(ctx, set.MetricsAddr, log, metric.User); err != nil {
		return fmt.Errorf("%s: %w", settings.MetricsAddr.Env, err)
	}
	service, err := user.New(set)
	if err != nil {
		return err
	}
	if set.Environment != settings.Lambda { // there a schedule does it
		go service.Sweep(ctx)
	}
	return host.Run(ctx, lambdahttp.Function{
		Handler: service,
		Invoked: service.Scheduled,
		Log:     log,
		Flush:   func() { service.Flush(); flush() },
	}, service.Serve, set.Addr)
}
