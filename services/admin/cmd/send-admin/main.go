// Command send-admin is the admin service: on Lambda it answers Function URL
// events, anywhere else it listens on SEND__ADMIN_ADDR.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"sgraph.ai/send/services/admin"
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
		fmt.Fprintf(os.Stderr, "send-admin: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	set, err := admin.FromEnv(os.Getenv)
	if err != nil {
		return err
	}
	ledger, closer, err := storage.Ledger(set.Service)
	if err != nil {
		return err
	}
	defer closer.Close()
	set.Ledger, set.Secrets.Parameters = ledger, storage.Parameters()
	if set.Audit, err = storage.Trail(set.Service, set.CacheBucket); err != nil {
		return err
	}
	log, flush := web.NewLog(os.Stdout, set.LogLevel)
	set.Log = log
	if set.Registry, _, err = prom.Start(ctx, set.MetricsAddr, log, metric.Admin); err != nil {
		return fmt.Errorf("%s: %w", settings.MetricsAddr.Env, err)
	}
	service, err := admin.New(set)
	if err != nil {
		return err
	}
	if set.Mode == settings.Disk {
		go service.Sweep(ctx)
	}
	return host.Run(ctx, lambdahttp.Function{
		Handler: service,
		Invoked: service.Invoked,
		Log:     log,
		Flush:   func() { service.Flush(); flush() },
	}, service.Serve, set.Addr)
}
