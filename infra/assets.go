package main

import (
	"path"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/artifact"
	"sgraph.ai/send/infra/policy"
	"sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/wire"
)

// Assets is what the pages of the services are made of, in a bucket from which
// CloudFront serves it, so that loading a page costs its function no more than the
// page. Each function has its own all the same, so nothing protects the bucket.
type Assets struct {
	pulumi.ResourceState

	bucket  *Bucket
	shipped map[string][]pulumi.Resource // by the function whose pages they are of
}

// AssetsArgs describe an Assets.
type AssetsArgs struct {
	Names        stack.Names
	Left         remains // what there is already
	Architecture string  // of the functions whose assets they are
	Zips         artifact.Set
}

// NewAssets makes the bucket, and ships what the pages of each service are made of.
func NewAssets(ctx *pulumi.Context, name string, args *AssetsArgs, opts ...pulumi.ResourceOption) (*Assets, error) {
	c := &Assets{shipped: map[string][]pulumi.Resource{}}
	if err := ctx.RegisterComponentResource("send:infra:Assets", name, c, opts...); err != nil {
		return nil, err
	}
	inside := pulumi.Parent(c)
	var err error
	if c.bucket, err = NewBucket(ctx, stack.Assets, &BucketArgs{
		Name:   args.Names.Bucket(stack.Assets),
		Left:   args.Left,
		Shared: true,
	}, inside); err != nil {
		return nil, err
	}
	for _, service := range stack.Services {
		zip, err := args.Zips.Find(stack.Zip(service), args.Architecture)
		if err != nil {
			return nil, err
		}
		for _, asset := range zip.Assets {
			shipped, err := c.ship(ctx, service, asset, inside)
			if err != nil {
				return nil, err
			}
			c.shipped[service] = append(c.shipped[service], shipped)
		}
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"bucket": c.bucket.Name})
}

// ship puts an asset where its path says. What another build puts elsewhere stays:
// pages that are open go on loading it, and so do those of a function that is put
// back. It is small, and nobody writes it twice.
func (c *Assets) ship(
	ctx *pulumi.Context, service string, asset artifact.Asset, inside pulumi.ResourceOption,
) (pulumi.Resource, error) {
	return s3.NewBucketObjectv2(ctx, service+"-"+path.Base(asset.Path), &s3.BucketObjectv2Args{
		Bucket:       c.bucket.Name,
		Key:          pulumi.String(asset.Path),
		Source:       pulumi.NewFileAsset(asset.File),
		ContentType:  pulumi.String(wire.AssetType(asset.Path)),
		CacheControl: pulumi.String(wire.AssetCaching(asset.Path)),
	}, inside, pulumi.RetainOnDelete(true))
}

// of answers what has to be there before a function whose pages name it; nothing
// where functions serve it themselves.
func (c *Assets) of(function string) []pulumi.Resource {
	if c == nil {
		return nil
	}
	return c.shipped[function]
}

// showTo lets distributions read, each object by its name: without the right to list
// S3 answers 403, not 404, for what is not there, which is as good a reason to ask
// the function.
func (c *Assets) showTo(ctx *pulumi.Context, distributions ...*distribution) error {
	var arns []any
	for _, d := range distributions {
		arns = append(arns, d.arn)
	}
	return c.bucket.Share(ctx, policy.Statement{
		"Sid":       "CloudFront",
		"Effect":    "Allow",
		"Principal": map[string]any{"Service": "cloudfront.amazonaws.com"},
		"Action":    "s3:GetObject",
		"Resource":  pulumi.Sprintf("%s/*", c.bucket.ARN),
		"Condition": map[string]any{"StringEquals": map[string]any{"AWS:SourceArn": arns}},
	})
}
