package main

import (
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/artifact"
	"sgraph.ai/send/infra/settings"
)

// adminService describes the admin function: tokens, audit, console.
func adminService(s settings.Settings, zips artifact.Set, storage *Storage) *FunctionArgs {
	env := sharedEnvironment(s, storage)
	env["CACHE__SERVICE__BUCKET_NAME"] = storage.CacheName
	set(env, "SEND__USER_BASE_URL", s.PublicURL())
	return &FunctionArgs{
		Settings: s, Size: s.Admin, Zips: zips, Artifacts: storage.Artifacts,
		Environment: env,
		Grants: append(auditAccess(storage.CacheName),
			ledgerAccess(storage.Ledger.Arn, "token", "use/*", "window/*")),
	}
}

// userService describes the user function: sending and receiving.
func userService(s settings.Settings, zips artifact.Set, storage *Storage, admin *Service) *FunctionArgs {
	env := sharedEnvironment(s, storage)
	env["SEND__S3_BUCKET"] = storage.Transfers.Name
	env["SEND__MAX_TRANSFER_BYTES"] = pulumi.String(strconv.Itoa(s.MaxTransferBytes))
	env["SEND__DEFAULT_TTL"] = pulumi.String(s.DefaultTTL.String())
	env["SEND__MAX_TTL"] = pulumi.String(s.MaxTTL.String())
	env["SGRAPH_SEND__ADMIN__BASE_URL"] = admin.URL
	if elsewhere := s.Secrets.AdminBaseURL; elsewhere != "" {
		env["SGRAPH_SEND__ADMIN__BASE_URL"] = secretString(elsewhere)
	}
	env["SGRAPH_SEND__ADMIN__API_KEY__NAME"] = secretString(s.Secrets.AdminKeyName)
	env["SGRAPH_SEND__ADMIN__API_KEY__VALUE"] = secretString(s.Secrets.AdminKeyValue)
	set(env, "SEND__CORS_ORIGINS", strings.Join(s.CORSOrigins, ","))
	set(env, "SEND__PUBLIC_URL", s.PublicURL())
	return &FunctionArgs{
		Settings: s, Size: s.User, Zips: zips, Artifacts: storage.Artifacts,
		Environment: env,
		Grants: append(transfersAccess(storage.Transfers.Name),
			ledgerAccess(storage.Ledger.Arn, "transfer/*", "window/*")),
	}
}

// sharedEnvironment is what both functions are told.
func sharedEnvironment(s settings.Settings, storage *Storage) pulumi.StringMap {
	env := pulumi.StringMap{
		"SEND__STORAGE_MODE":                pulumi.String("s3"),
		"SEND__LEDGER_TABLE":                storage.Ledger.Name,
		"SEND__STAGE":                       pulumi.String(s.Stage),
		"SEND__LOG_LEVEL":                   pulumi.String(s.LogLevel),
		"FAST_API__AUTH__API_KEY__NAME":     secretString(s.Secrets.APIKeyName),
		"FAST_API__AUTH__API_KEY__VALUE":    secretString(s.Secrets.APIKeyValue),
		"URL__TARGET_SERVER__CACHE_SERVICE": secretString(s.Secrets.CacheServiceURL),
	}
	set(env, "SEND__RATE_LIMITS", s.RateLimits)
	if s.Edge.Enabled {
		env["SEND__ORIGIN_SECRETS"] = secretString(strings.Join(originSecrets(s), ","))
	}
	return env
}

// set adds a variable unless it is empty: Lambda drops empty ones, which would
// show up as a change in every preview.
func set(env pulumi.StringMap, name, value string) {
	if value != "" {
		env[name] = pulumi.String(value)
	}
}
