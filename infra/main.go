// Command infra is the Pulumi program of SGraph Send: settings → components →
// outputs. `pulumi up` builds the functions, ships them and provisions the
// stack around them; Pulumi.<stack>.yaml holds what differs between stacks and
// docs/settings.md explains it.
package main

import (
	"os"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/artifact"
	"sgraph.ai/send/infra/settings"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		s, err := settings.Load(ctx.Stack(), os.LookupEnv)
		if err != nil {
			return err
		}
		zips, err := artifact.ForStack(ctx.Context(), ctx.RootDirectory(), s.ArtifactsDir, s.Version, s.Architecture)
		if err != nil {
			return err
		}
		return deploy(ctx, s, zips)
	})
}

// sweepMinutes is how long bytes may outlive what they belonged to. The bucket's
// own rules remove them too, but by the day.
const sweepMinutes = 60

// deploy declares one stack.
func deploy(ctx *pulumi.Context, s settings.Settings, zips artifact.Set) error {
	if err := checkAccount(ctx, s); err != nil {
		return err
	}
	if err := tagEverything(ctx, s); err != nil {
		return err
	}
	storage, err := NewStorage(ctx, "storage", &StorageArgs{Settings: s})
	if err != nil {
		return err
	}
	admin, err := NewService(ctx, "admin", adminService(s, zips, storage))
	if err != nil {
		return err
	}
	user, err := NewService(ctx, "user", userService(s, zips, storage, admin))
	if err != nil {
		return err
	}
	global, err := globalRegion(ctx, s)
	if err != nil {
		return err
	}
	edge, err := NewEdge(ctx, "edge", &EdgeArgs{Settings: s, User: user, Admin: admin}, global)
	if err != nil {
		return err
	}
	if err := storage.AllowUploadsFrom(ctx, s.CORSOrigins, user.URL, edge.UserURL); err != nil {
		return err
	}
	if _, err := NewSchedule(ctx, "sweep", &ScheduleArgs{
		Stack: s.Stack, Why: "remove what nobody can download any more", Minutes: sweepMinutes,
		Function: user.Function.Name, Alias: user.Live.Name, ARN: user.Live.Arn,
	}); err != nil {
		return err
	}
	var canary *Canary
	if s.CanaryMinutes > 0 {
		if canary, err = NewCanary(ctx, "canary", &CanaryArgs{
			Settings: s, Zips: zips, Artifacts: storage.Artifacts, Admin: admin, URL: edge.UserURL,
		}); err != nil {
			return err
		}
	}
	watch, err := NewWatch(ctx, "watch", &WatchArgs{
		Settings: s, Storage: storage, Services: []*Service{user, admin}, Canary: canary, Edge: edge, Global: global,
	})
	if err != nil {
		return err
	}

	for name, value := range map[string]pulumi.Input{
		"userUrl": edge.UserURL, "userFunctionUrl": user.URL, "userFunction": user.Function.Name,
		"userVersion": user.Function.Version, "userArtifact": user.Artifact.Key,
		"adminUrl": edge.AdminURL, "adminFunctionUrl": admin.URL, "adminFunction": admin.Function.Name,
		"adminVersion": admin.Function.Version, "adminArtifact": admin.Artifact.Key,
		"userEdgeDomain": edge.UserDomain, "adminEdgeDomain": edge.AdminDomain,
		"transfersBucket": storage.Transfers.Name, "cacheBucket": storage.CacheName, "artifactsBucket": storage.Artifacts.Name,
		"ledgerTable": storage.Ledger.Name, "alarmTopic": watch.Topic, "dashboard": watch.Dashboard,
		"releaseVersion": pulumi.String(zips.Version), "goVersion": pulumi.String(zips.Go),
	} {
		ctx.Export(name, value)
	}
	return nil
}
