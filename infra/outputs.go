package main

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// export tells whoever deploys where everything is.
func export(ctx *pulumi.Context, storage *Storage, user, admin *Service, edge *Edge, watch *Watch) {
	for name, value := range map[string]pulumi.Input{
		"userUrl":          edge.UserURL,
		"userFunctionUrl":  user.URL,
		"userFunction":     user.Function.Name,
		"userVersion":      user.Function.Version,
		"userArtifact":     user.Artifact.Key,
		"userEdgeDomain":   edge.UserDomain,
		"adminUrl":         edge.AdminURL,
		"adminFunctionUrl": admin.URL,
		"adminFunction":    admin.Function.Name,
		"adminVersion":     admin.Function.Version,
		"adminArtifact":    admin.Artifact.Key,
		"adminEdgeDomain":  edge.AdminDomain,
		"transfersBucket":  storage.Transfers.Name,
		"cacheBucket":      storage.CacheName,
		"artifactsBucket":  storage.Artifacts.Name,
		"ledgerTable":      storage.Ledger.Name,
		"alarmTopic":       watch.Topic,
		"dashboard":        watch.Dashboard,
	} {
		ctx.Export(name, value)
	}
}
