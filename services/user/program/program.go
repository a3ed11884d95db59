// Package program is the user service as a program.
package program

import (
	"context"
	"fmt"

	"sgraph.ai/send/services/user"
	"sgraph.ai/send/shared/host"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/metric/prom"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/storage"
	"sgraph.ai/send/shared/web"
)

// Run runs the service that the environment describes, until ctx ends.
func Run(ctx context.Context, p host.Process) error {
	set, err := user.FromEnv(p.Getenv)
	if err != nil {
		return err
	}
	ledger, closer, err := storage.Ledger(set.Service)
	if err != nil {
		return err
	}
	defer closer.Close()
	set.Ledger, set.Secrets.Parameters = ledger, storage.Parameters()
	if set.Store, set.Links, err = storage.Transfers(set.Service, set.Bucket, set.Secrets); err != nil {
		return err
	}
	log, flush := web.NewLog(p.Log, set.LogLevel)
	set.Log = log
	defer storage.Share(ledger, set.DiskPath, log)()
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
	return p.Run(ctx, host.Service{
		Name: metric.User, Handler: service, Invoked: service.Scheduled,
		Address: set.Addr, Listen: service.Serve,
		Log: log, Flush: func() { service.Flush(); flush() },
	})
}
