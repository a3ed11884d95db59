package main

import (
	"maps"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// export tells whoever deploys where everything is.
func export(ctx *pulumi.Context, storage *Storage, site *Site, watch *Watch) {
	all := pulumi.StringMap{
		"userUrl":         site.UserURL,
		"adminUrl":        site.AdminURL,
		"transfersBucket": storage.Transfers.Name,
		"cacheBucket":     storage.CacheName,
		"artifactsBucket": storage.Artifacts.Name,
		"ledgerTable":     storage.Ledger.Name,
		"alarmTopic":      watch.Topic,
		"dashboard":       watch.Dashboard,
	}
	maps.Copy(all, site.Outputs)
	for name, value := range all {
		ctx.Export(name, value)
	}
}
