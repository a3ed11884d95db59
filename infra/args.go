package main

import (
	"sgraph.ai/send/infra/artifact"
	"sgraph.ai/send/infra/settings"
	service "sgraph.ai/send/shared/settings"
)

// What each component of the stack needs of the settings, and nothing else. The
// functions' are beside what they are told, in environment.go.

func storageArgs(s settings.Settings, left remains) *StorageArgs {
	return &StorageArgs{
		Names:        s.Names,
		Protect:      s.Protect,
		Left:         left,
		AuditDays:    s.AuditRetentionDays,
		AdoptedCache: s.Secrets.Of(service.CacheBucket.Env),
	}
}

func assetsArgs(s settings.Settings, zips artifact.Set, left remains) *AssetsArgs {
	return &AssetsArgs{Names: s.Names, Left: left, Architecture: s.Architecture, Zips: zips}
}

func commonOf(s settings.Settings, zips artifact.Set, storage *Storage) Common {
	return Common{
		Names:        s.Names,
		Architecture: s.Architecture,
		LogDays:      s.LogRetentionDays,
		Tracing:      s.Tracing,
		Zips:         zips,
		Artifacts:    storage.Artifacts,
		Boundary:     boundaryOf(s),
	}
}

// boundaryOf is the policy that bounds the functions' roles, or "".
func boundaryOf(s settings.Settings) string {
	if !s.PermissionsBoundary {
		return ""
	}
	return s.BoundaryARN()
}

func secretsArgs(s settings.Settings, admin *Service) *SecretsArgs {
	return &SecretsArgs{Event: deployment(s), Admin: admin}
}

// keyName is the header of the admin API key, a secret.
func keyName(s settings.Settings) string { return s.Secrets.Of(service.APIKeyName.Env) }

func edgeArgs(
	s settings.Settings, zone string, assets *Assets, secrets *Secrets, user, admin *Service,
) *EdgeArgs {
	return &EdgeArgs{
		Names:        s.Names,
		Edge:         s.Edge,
		Zone:         zone,
		KeyName:      keyName(s),
		OriginSecret: secrets.Origin,
		Assets:       assets,
		User:         user,
		Admin:        admin,

		AdminAllow: s.AdminAllow,
	}
}

func sweepArgs(s settings.Settings, user *Service) *ScheduleArgs {
	return called(s, user, s.SweepMinutes, "remove what nobody can download any more")
}

// trailMinutes is how long an event may wait for the trail where no function has
// a batch of them, and nobody reads the trail.
const trailMinutes = 10

func trailArgs(s settings.Settings, admin *Service) *ScheduleArgs {
	minutes := trailMinutes
	if webhooks(s) { // whose receiver waits for it
		minutes = 1
	}
	return called(s, admin, minutes, "put into the audit trail what waits for it")
}

// webhooks says whether somebody is told of events.
func webhooks(s settings.Settings) bool { return s.Told[service.WebhookURL.Env] != "" }

// called is a schedule by which a service is called to do something.
func called(s settings.Settings, service *Service, minutes int, why string) *ScheduleArgs {
	return &ScheduleArgs{
		Names:    s.Names,
		Why:      why,
		Minutes:  minutes,
		Function: service.Function.Name,
		Alias:    service.Live.Name,
		ARN:      service.Live.Arn,
	}
}

func canaryArgs(on Ground, site *Site) *CanaryArgs {
	return &CanaryArgs{
		FunctionArgs: &FunctionArgs{
			Common:  on.Common,
			program: canaryProgram(on.Settings, on.Storage, site),
			Size:    canarySize(on.Settings),
			After:   site.Up,
		},
		Minutes: on.CanaryMinutes,
	}
}

func watchArgs(on Ground, site *Site, canary *Canary) *WatchArgs {
	return &WatchArgs{
		Names:         on.Names,
		Stage:         on.Stage,
		Told:          on.Alarms,
		Uptime:        on.Uptime,
		SavedQueries:  on.SavedQueries,
		MonthlyBudget: on.MonthlyBudget,
		CanaryMinutes: on.CanaryMinutes,
		Webhooks:      webhooks(on.Settings),
		Storage:       on.Storage,
		Canary:        canary,
		Site:          site,
		Global:        on.Global,
	}
}

func registryArgs(on Ground) *RegistryArgs {
	return &RegistryArgs{Names: on.Names, Image: on.Built.Image, Push: on.Built.Push}
}
