package main

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
	service "sgraph.ai/send/shared/settings"
)

// adminFunction describes the admin function: tokens, audit, console.
func adminFunction(s settings.Settings, common Common, storage *Storage) *FunctionArgs {
	made := madeForBoth(s, storage)
	made[service.CacheBucket.Env] = storage.CacheName
	made[service.UserURL.Env] = unlessEmpty(s.PublicURL())
	made[service.ServiceKey.Env] = secretString(serviceKey(s))
	made[service.AuditRetention.Env] = pulumi.Sprintf("%dd", s.AuditRetentionDays)
	return &FunctionArgs{
		Common:      common,
		Size:        s.Admin,
		Environment: environment(metric.Admin, s, made),
		Grants: append(auditAccess(storage.CacheName),
			ledgerAccess(storage.Ledger.Arn, send.TokenSet, send.TokenUseSets, send.PurgeSet, send.SessionSet,
				send.WindowSets, send.SaltSet, audit.ChainSets, audit.QueueSets),
			rootAccess(storage.Ledger.Arn, metric.Admin)),
	}
}

// userFunction describes the user function: sending and receiving.
func userFunction(s settings.Settings, common Common, storage *Storage, admin *Service) *FunctionArgs {
	made := madeForBoth(s, storage)
	made[service.TransfersBucket.Env] = storage.Transfers.Name
	made[service.PublicURL.Env] = unlessEmpty(s.PublicURL())
	own := s.Secrets.Of(service.AdminURL.Env) == ""
	if own {
		made[service.AdminURL.Env] = admin.URL
		made[service.ServiceKey.Env] = secretString(serviceKey(s))
	}
	env := environment(metric.User, s, made)
	if own { // it has a key of its own, that opens less
		delete(env, service.AdminKeyName.Env)
		delete(env, service.AdminKeyValue.Env)
	}
	return &FunctionArgs{
		Common:      common,
		Size:        s.User,
		Environment: env,
		Grants: append(transfersAccess(storage.Transfers.Name),
			ledgerAccess(storage.Ledger.Arn, send.TransferSets, send.LabelSets, send.ClaimSets, send.ReservedSets,
				send.DueSets, send.PurgeSet, send.WindowSets, send.SaltSet,
				audit.QueueSets+metric.User, audit.QueueSets+metric.User+"/"),
			rootAccess(storage.Ledger.Arn, metric.User)),
	}
}

// madeForBoth is what both services are told of what the program knows or made.
// Two of the secrets are for both whether they read them or not.
func madeForBoth(s settings.Settings, storage *Storage) pulumi.StringMap {
	made := pulumi.StringMap{
		service.StorageMode.Env:     pulumi.String(service.S3),
		service.LedgerTable.Env:     storage.Ledger.Name,
		service.APIKeyName.Env:      secretString(s.Secrets.Of(service.APIKeyName.Env)),
		service.CacheServiceURL.Env: secretString(s.Secrets.Of(service.CacheServiceURL.Env)),
	}
	if s.Edge.Enabled {
		made[service.OriginSecrets.Env] = secretString(strings.Join(originSecrets(s), ","))
	}
	return made
}

// environment is what a service is told: what the program made, and of all that
// the service reads what the stack file and the secrets say.
func environment(reader string, s settings.Settings, made pulumi.StringMap) pulumi.StringMap {
	env := pulumi.StringMap{}
	for _, e := range service.Table() {
		if text := s.Told[e.Env]; e.ReadBy(reader) && text != "" {
			env[e.Env] = pulumi.String(text)
		}
		if text := s.Secrets.Of(e.Env); e.ReadBy(reader) && text != "" {
			env[e.Env] = secretString(text)
		}
	}
	for name, value := range made {
		// Lambda drops empty variables, which would show up as a change in
		// every preview.
		if value != nil {
			env[name] = value
		}
	}
	return env
}

// unlessEmpty is a value, or none where it is empty.
func unlessEmpty(text string) pulumi.StringInput {
	if text == "" {
		return nil
	}
	return pulumi.String(text)
}
