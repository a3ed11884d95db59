// Package program is the admin service as a program.
package program

import (
	"context"
	"fmt"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/shared/host"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/metric/prom"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/storage"
	"sgraph.ai/send/shared/web"
)

// Run runs the service that the environment describes, until ctx ends.
func Run(ctx context.Context, p host.Process) error {
	set, err := admin.FromEnv(p.Getenv)
	if err != nil {
		return err
	}
	ledger, closer, err := storage.Ledger(set.Service)
	if err != nil {
		return err
	}
	defer closer.Close()
	set.Ledger, set.Secrets.Parameters = ledger, storage.Parameters()
	if set.Audit, err = storage.Trail(set.Service, set.CacheBucket, set.Secrets); err != nil {
		return err
	}
	set.Room = storage.Room(set.Service)
	Oversee(&set)
	log, flush := web.NewLog(p.Log, set.LogLevel)
	set.Log = log
	defer storage.Share(ledger, set.DiskPath, log)()
	if set.Registry, _, err = prom.Start(ctx, set.MetricsAddr, log, metric.Admin); err != nil {
		return fmt.Errorf("%s: %w", settings.MetricsAddr.Env, err)
	}
	service, err := admin.New(set)
	if err != nil {
		return err
	}
	if err := service.Prepare(ctx); err != nil {
		return err
	}
	go service.Tend(ctx)
	return p.Run(ctx, host.Service{
		Name: metric.Admin, Handler: service, Invoked: service.Invoked,
		Address: set.Addr, Listen: service.Serve,
		Log: log, Flush: func() { service.Flush(); flush() },
	})
}
