// Command send-admin is the admin service: on Lambda it answers Function URL
// events, anywhere else it listens on SEND__ADMIN_ADDR.
package main

import (
	"context"
	"fmt"
	"os"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/shared/host"
	"sgraph.ai/send/shared/lambdahttp"
	"sgraph.ai/send/shared/storage"
	"sgraph.ai/send/shared/web"
)

func main() {
	if err := run(context.Background()); err != nil {
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
	set.Ledger = ledger
	if set.Audit, _, err = storage.Store(set.Service, set.CacheBucket, "cache"); err != nil {
		return err
	}
	log, flush := web.NewLog(os.Stdout, set.LogLevel)
	set.Log = log
	service, err := admin.New(set)
	if err != nil {
		return err
	}
	return host.Run(ctx, lambdahttp.Function{Handler: service, Log: log, Flush: flush}, set.Addr)
}
