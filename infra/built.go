package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ecr"

	"sgraph.ai/send/infra/artifact"
	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/stack"
)

// Built is what a stack ships.
type Built struct {
	Zips artifact.Set
	// Image is what tasks run, and Push brings it into a registry; nil where the
	// stack has none.
	Image Image
	Push  func(ctx context.Context, repository string) error
	// Package is what hosts install, and Replaced waits until a group of them has
	// replaced those of before; nil where the stack has none.
	Package  *artifact.Package
	Replaced replacing
}

// build builds it, or takes it from where it was promoted to.
func build(ctx context.Context, root string, s settings.Settings, cfg aws.Config) (b Built, err error) {
	if b.Zips, err = artifact.ForStack(
		ctx, root, s.ArtifactsDir, s.Version, s.Architecture, functionsOf(s),
	); err != nil {
		return b, err
	}
	if s.Compute == settings.EC2 {
		b.Package, err = artifact.PackageForStack(ctx, root, s.ArtifactsDir, s.Version, s.Architecture)
		if err != nil {
			return b, err
		}
		b.Replaced = replacedIn(autoscaling.NewFromConfig(cfg), rest)
	}
	if !hasRegistry(s) {
		return b, nil
	}
	img, err := artifact.ImageForStack(ctx, root, s.ArtifactsDir, s.Version)
	if err != nil {
		return b, err
	}
	b.Image, b.Push = img, pusher(img, ecr.NewFromConfig(cfg))
	return b, nil
}

// hasRegistry says whether the stack keeps images.
func hasRegistry(s settings.Settings) bool { return s.Registry || s.Compute == settings.Fargate }

// functionsOf are what a stack runs as functions: where the services are none, the
// canary alone.
func functionsOf(s settings.Settings) (all []artifact.Target) {
	for _, target := range artifact.Services {
		canary := target.Name == stack.Zip(metric.Canary)
		if s.Compute == settings.Lambda || canary && s.CanaryMinutes > 0 {
			all = append(all, target)
		}
	}
	return all
}
