// Command infra is the Pulumi program of SGraph Send: settings → components →
// outputs. `pulumi up` builds the functions, ships them and provisions the
// stack around them; Pulumi.<stack>.yaml holds what differs between stacks and
// docs/settings.md explains it.
package main

import (
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/artifact"
	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/shared/metric"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		s, err := settings.Load(ctx.Stack(), os.LookupEnv)
		if err != nil {
			return err
		}
		root, err := artifact.Checkout(ctx.RootDirectory())
		if err != nil {
			return err
		}
		if err := checkProvider(root, s.Stack, os.LookupEnv); err != nil {
			return err
		}
		cfg, err := config.LoadDefaultConfig(ctx.Context(), config.WithRegion(s.Region))
		if err != nil {
			return fmt.Errorf("credentials of AWS: %w", err)
		}
		left, err := keeperOf(cfg).find(ctx.Context(), s)
		if err != nil {
			return err
		}
		built, err := build(ctx.Context(), root, s, cfg)
		if err != nil {
			return err
		}
		functions := lambda.NewFromConfig(cfg)
		stays, err := hold(ctx.Context(), s, functions)
		if err != nil {
			return err
		}
		return deploy(ctx, s, built, functions, left, stays)
	})
}

// deploy declares one stack.
func deploy(
	ctx *pulumi.Context, s settings.Settings, built Built, lambda limits, left remains, stays held,
) error {
	if err := checkAccount(ctx, s.Names); err != nil {
		return err
	}
	if err := checkBoundary(ctx, s); err != nil {
		return err
	}
	if err := checkConcurrency(ctx, s, lambda); err != nil {
		return err
	}
	zone, err := findZone(ctx, s)
	if err != nil {
		return err
	}
	if err := sayUnnamed(ctx, s); err != nil {
		return err
	}
	if err := warnOfValues(ctx, s); err != nil {
		return err
	}
	if err := warnOfSteps(ctx, s); err != nil {
		return err
	}
	if err := tagEverything(ctx, s); err != nil {
		return err
	}
	storage, err := NewStorage(ctx, "storage", storageArgs(s, left))
	if err != nil {
		return err
	}
	global, err := globalRegion(ctx, s.MaxRetries)
	if err != nil {
		return err
	}
	on := Ground{
		Settings: s, Common: commonOf(s, built.Zips, storage), Storage: storage, Built: built,
		Left: left, Held: stays, Zone: zone, Global: global,
	}
	if hasRegistry(s) {
		if on.Registry, err = NewRegistry(ctx, "registry", registryArgs(on)); err != nil {
			return err
		}
	}
	site, err := newSite(ctx, on)
	if err != nil {
		return err
	}
	if err := storage.AllowUploadsFrom(ctx, s.CORSOrigins, site.Pages...); err != nil {
		return err
	}
	var canary *Canary
	if s.CanaryMinutes > 0 {
		if canary, err = NewCanary(ctx, metric.Canary, canaryArgs(on, site)); err != nil {
			return err
		}
	}
	watch, err := NewWatch(ctx, "watch", watchArgs(on, site, canary))
	if err != nil {
		return err
	}
	export(ctx, on, site, watch)
	ctx.Export("releaseVersion", pulumi.String(built.Zips.Version))
	ctx.Export("goVersion", pulumi.String(built.Zips.Go))
	return nil
}
