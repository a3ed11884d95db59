package main

import (
	"maps"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// export tells whoever deploys where everything is.
func export(ctx *pulumi.Context, on Ground, site *Site, watch *Watch) {
	storage := on.Storage
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
	if on.Registry != nil {
		all["image"] = on.Registry.Image
	}
	maps.Copy(all, site.Outputs)
	for name, value := range all {
		ctx.Export(name, value)
	}
}
