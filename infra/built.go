package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
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
}

// build builds it, or takes it from where it was promoted to.
func build(ctx context.Context, root string, s settings.Settings, cfg aws.Config) (b Built, err error) {
	if b.Zips, err = artifact.ForStack(ctx, root, s.ArtifactsDir, s.Version, s.Architecture); err != nil {
		return b, err
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
