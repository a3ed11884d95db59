package main

import (
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/policy"
	"sgraph.ai/send/shared/stack"
)

// State is where Pulumi keeps what it knows of the stacks: a bucket for all,
// and for each stack a key of its own, so that who may deploy dev cannot read
// the secrets of prod.
type State struct {
	pulumi.ResourceState

	Bucket     pulumi.StringOutput
	BackendURL pulumi.StringOutput
	// PullsBucket is where the states of pull requests' stacks are, if there are any: who
	// cleans up can list them, and nothing else.
	PullsBucket pulumi.StringOutput
	Keys        map[string]*kms.Key // by stack
}

// StateArgs describe a State.
type StateArgs struct {
	Account, Region string
	Stacks          []string
	Pulls           bool // there are stacks of pull requests
}

// NewState makes the bucket and the keys. Losing them would orphan every
// stack, so Pulumi refuses to delete them.
func NewState(ctx *pulumi.Context, name string, args *StateArgs, opts ...pulumi.ResourceOption) (*State, error) {
	c := &State{Keys: map[string]*kms.Key{}}
	if err := ctx.RegisterComponentResource("send:bootstrap:State", name, c, opts...); err != nil {
		return nil, err
	}
	inside, kept := pulumi.Parent(c), pulumi.Protect(true)

	all := stack.Names{Account: args.Account, Region: args.Region}
	var err error
	if c.Bucket, err = newStateBucket(ctx, name, all.StateBucket(), inside, kept); err != nil {
		return nil, err
	}
	stacks := args.Stacks
	if args.Pulls {
		all.Stack = stack.AllPulls
		if c.PullsBucket, err = newStateBucket(ctx, stack.Pulls, all.StateBucket(), inside, kept); err != nil {
			return nil, err
		}
		stacks = append(slices.Clone(stacks), all.Stack)
	}
	for _, of := range stacks {
		key, err := kms.NewKey(ctx, of, &kms.KeyArgs{
			Description:          pulumi.Sprintf("Secrets in the state of SGraph Send, %s", of),
			EnableKeyRotation:    pulumi.Bool(true),
			DeletionWindowInDays: pulumi.Int(30),
		}, inside, kept)
		if err != nil {
			return nil, err
		}
		if _, err := kms.NewAlias(ctx, of, &kms.AliasArgs{
			Name:        pulumi.String(stack.Names{Stack: of}.StateKey()),
			TargetKeyId: key.KeyId,
		}, inside); err != nil {
			return nil, err
		}
		c.Keys[of] = key
	}
	c.BackendURL = backend(c.Bucket, args.Region)
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"bucket": c.Bucket})
}

// backend is what Pulumi is told of a bucket.
func backend(bucket pulumi.StringOutput, region string) pulumi.StringOutput {
	return pulumi.Sprintf("s3://%s?region=%s&awssdk=v2", bucket, region)
}

// newStateBucket makes a bucket of states.
func newStateBucket(
	ctx *pulumi.Context, name, called string, inside, kept pulumi.ResourceOption,
) (pulumi.StringOutput, error) {
	bucket, err := s3.NewBucketV2(ctx, name, &s3.BucketV2Args{Bucket: pulumi.String(called)}, inside, kept)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	if err := guard(ctx, name, bucket, inside); err != nil {
		return pulumi.StringOutput{}, err
	}
	// Pulumi makes this with the first thing that it does, which may be a preview,
	// and those may not write. It says how the names of the rest are made.
	_, err = s3.NewBucketObjectv2(ctx, name, &s3.BucketObjectv2Args{
		Bucket:  bucket.Bucket,
		Key:     pulumi.String(".pulumi/meta.yaml"),
		Content: pulumi.String("version: 1\n"),
	}, inside, kept)
	return bucket.Bucket, err
}

// guard makes a bucket private, encrypted and versioned: an update that ends
// badly can be undone from the version before.
func guard(ctx *pulumi.Context, name string, bucket *s3.BucketV2, inside pulumi.ResourceOption) error {
	private, err := s3.NewBucketPublicAccessBlock(ctx, name, &s3.BucketPublicAccessBlockArgs{
		Bucket:                bucket.ID(),
		BlockPublicAcls:       pulumi.Bool(true),
		BlockPublicPolicy:     pulumi.Bool(true),
		IgnorePublicAcls:      pulumi.Bool(true),
		RestrictPublicBuckets: pulumi.Bool(true),
	}, inside)
	if err != nil {
		return err
	}
	if _, err := s3.NewBucketOwnershipControls(ctx, name, &s3.BucketOwnershipControlsArgs{
		Bucket: bucket.ID(),
		Rule:   &s3.BucketOwnershipControlsRuleArgs{ObjectOwnership: pulumi.String("BucketOwnerEnforced")},
	}, inside); err != nil {
		return err
	}
	aes := &s3.BucketServerSideEncryptionConfigurationV2RuleApplyServerSideEncryptionByDefaultArgs{
		SseAlgorithm: pulumi.String("AES256"),
	}
	if _, err := s3.NewBucketServerSideEncryptionConfigurationV2(ctx, name,
		&s3.BucketServerSideEncryptionConfigurationV2Args{
			Bucket: bucket.ID(),
			Rules: s3.BucketServerSideEncryptionConfigurationV2RuleArray{
				&s3.BucketServerSideEncryptionConfigurationV2RuleArgs{ApplyServerSideEncryptionByDefault: aes},
			},
		}, inside); err != nil {
		return err
	}
	versioned, err := s3.NewBucketVersioningV2(ctx, name, &s3.BucketVersioningV2Args{
		Bucket:                  bucket.ID(),
		VersioningConfiguration: &s3.BucketVersioningV2VersioningConfigurationArgs{Status: pulumi.String("Enabled")},
	}, inside)
	if err != nil {
		return err
	}
	if _, err := s3.NewBucketLifecycleConfigurationV2(ctx, name, &s3.BucketLifecycleConfigurationV2Args{
		Bucket: bucket.ID(),
		Rules: s3.BucketLifecycleConfigurationV2RuleArray{&s3.BucketLifecycleConfigurationV2RuleArgs{
			Id:     pulumi.String("old-versions"),
			Status: pulumi.String("Enabled"),
			Filter: &s3.BucketLifecycleConfigurationV2RuleFilterArgs{Prefix: pulumi.String("")},
			NoncurrentVersionExpiration: &s3.BucketLifecycleConfigurationV2RuleNoncurrentVersionExpirationArgs{
				NoncurrentDays: pulumi.Int(90),
			},
		}},
	}, inside, pulumi.DependsOn([]pulumi.Resource{versioned})); err != nil {
		return err
	}
	_, err = s3.NewBucketPolicy(ctx, name, &s3.BucketPolicyArgs{
		Bucket: bucket.ID(),
		Policy: policy.Document(policy.TLSOnly("TlsOnly", bucket.Arn)),
	}, inside, pulumi.DependsOn([]pulumi.Resource{private}))
	return err
}
