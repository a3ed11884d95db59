package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ecr"

	"sgraph.ai/send/infra/artifact"
	"sgraph.ai/send/infra/settings"
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
	if b.Zips, err = artifact.ForStack(ctx, root, s.ArtifactsDir, s.Version, s.Architecture); err != nil {
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
