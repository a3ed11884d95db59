package main

import (
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/policy"
	"sgraph.ai/send/shared/send"
)

// Bucket is an S3 bucket as this project wants all of them: closed to the
// public, owned by the account alone, encrypted, spoken to over TLS only, and
// swept of abandoned uploads.
type Bucket struct {
	pulumi.ResourceState

	Name pulumi.StringOutput
	ARN  pulumi.StringOutput
	// Domain is the host by which its region answers for it.
	Domain pulumi.StringOutput

	name   string
	owned  pulumi.Resource // its policy waits for it
	inside pulumi.ResourceOption
}

// BucketArgs describe a Bucket.
type BucketArgs struct {
	Name string
	// Protect keeps the bucket and what is in it; otherwise deleting the
	// stack empties it.
	Protect bool
	// Left is what there is already, to be taken over.
	Left remains
	// Versioned keeps what is overwritten or deleted for a month.
	Versioned bool
	Expire    []lifecycleRule
	// Shared leaves its policy to whoever makes it, by Share: with whom is not
	// known yet.
	Shared bool
}

// lifecycleRule expires the objects under a prefix.
type lifecycleRule struct {
	ID, Prefix string
	Days       int
}

// NewBucket makes a Bucket.
func NewBucket(
	ctx *pulumi.Context, name string, args *BucketArgs, opts ...pulumi.ResourceOption,
) (*Bucket, error) {
	c := &Bucket{name: name}
	if err := ctx.RegisterComponentResource("send:infra:Bucket", name, c, opts...); err != nil {
		return nil, err
	}
	var inside pulumi.ResourceOption = pulumi.Parent(c)

	bucket, err := s3.NewBucketV2(ctx, name, &s3.BucketV2Args{
		Bucket:       pulumi.String(args.Name),
		ForceDestroy: pulumi.Bool(!args.Protect),
	}, inside, keep(args.Protect), args.Left.option(args.Name))
	if err != nil {
		return nil, err
	}
	c.Name, c.ARN, c.Domain = bucket.Bucket, bucket.Arn, bucket.BucketRegionalDomainName
	// A bucket that is left when its stack is destroyed stays closed, and what
	// is in it goes on to expire.
	inside = pulumi.Composite(inside, pulumi.RetainOnDelete(args.Protect))
	c.inside = inside

	closed, err := s3.NewBucketPublicAccessBlock(ctx, name+"-private", &s3.BucketPublicAccessBlockArgs{
		Bucket:                bucket.Bucket,
		BlockPublicAcls:       pulumi.Bool(true),
		BlockPublicPolicy:     pulumi.Bool(true),
		IgnorePublicAcls:      pulumi.Bool(true),
		RestrictPublicBuckets: pulumi.Bool(true),
	}, inside)
	if err != nil {
		return nil, err
	}
	// S3 answers 409 when two of a bucket's settings change at the same
	// moment, so these three go one after the other.
	if c.owned, err = s3.NewBucketOwnershipControls(ctx, name+"-owner", &s3.BucketOwnershipControlsArgs{
		Bucket: bucket.Bucket,
		Rule:   &s3.BucketOwnershipControlsRuleArgs{ObjectOwnership: pulumi.String("BucketOwnerEnforced")},
	}, inside, after(closed)); err != nil {
		return nil, err
	}
	if !args.Shared {
		if err := c.Share(ctx); err != nil {
			return nil, err
		}
	}
	if err := encrypt(ctx, name, bucket, inside); err != nil {
		return nil, err
	}
	settled := []pulumi.Resource{bucket}
	if args.Versioned {
		versioning, err := s3.NewBucketVersioningV2(ctx, name+"-versions", &s3.BucketVersioningV2Args{
			Bucket: bucket.Bucket,
			VersioningConfiguration: &s3.BucketVersioningV2VersioningConfigurationArgs{
				Status: pulumi.String("Enabled"),
			},
		}, inside)
		if err != nil {
			return nil, err
		}
		settled = append(settled, versioning)
	}
	if _, err := s3.NewBucketLifecycleConfigurationV2(ctx, name+"-lifecycle", &s3.BucketLifecycleConfigurationV2Args{
		Bucket: bucket.Bucket,
		Rules:  lifecycle(args),
	}, inside, after(settled...)); err != nil {
		return nil, err
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"name": c.Name, "arn": c.ARN})
}

// Share sets the bucket's policy: who else may do what with it, over TLS only.
func (c *Bucket) Share(ctx *pulumi.Context, with ...policy.Statement) error {
	_, err := s3.NewBucketPolicy(ctx, c.name+"-tls", &s3.BucketPolicyArgs{
		Bucket: c.Name,
		Policy: policy.Document(append([]policy.Statement{policy.TLSOnly("TLSOnly", c.ARN)}, with...)...),
	}, c.inside, after(c.owned))
	return err
}

// encrypt has S3 encrypt what the bucket keeps, with a key of its own.
func encrypt(ctx *pulumi.Context, name string, bucket *s3.BucketV2, inside pulumi.ResourceOption) error {
	aes := &s3.BucketServerSideEncryptionConfigurationV2RuleApplyServerSideEncryptionByDefaultArgs{
		SseAlgorithm: pulumi.String("AES256"),
	}
	_, err := s3.NewBucketServerSideEncryptionConfigurationV2(ctx, name+"-encryption",
		&s3.BucketServerSideEncryptionConfigurationV2Args{
			Bucket: bucket.Bucket,
			Rules: s3.BucketServerSideEncryptionConfigurationV2RuleArray{
				&s3.BucketServerSideEncryptionConfigurationV2RuleArgs{ApplyServerSideEncryptionByDefault: aes},
			},
		}, inside)
	return err
}

// days is a time as lifecycle rules count it.
func days(d time.Duration) int { return int(d / (24 * time.Hour)) }

func lifecycle(args *BucketArgs) s3.BucketLifecycleConfigurationV2RuleArray {
	enabled := pulumi.String("Enabled")
	under := func(prefix string) *s3.BucketLifecycleConfigurationV2RuleFilterArgs {
		return &s3.BucketLifecycleConfigurationV2RuleFilterArgs{Prefix: pulumi.String(prefix)}
	}
	rules := s3.BucketLifecycleConfigurationV2RuleArray{&s3.BucketLifecycleConfigurationV2RuleArgs{
		Id:     pulumi.String("abandoned-uploads"),
		Status: enabled,
		Filter: under(""),
		AbortIncompleteMultipartUpload: &s3.BucketLifecycleConfigurationV2RuleAbortIncompleteMultipartUploadArgs{
			DaysAfterInitiation: pulumi.Int(days(send.UploadLife)),
		},
	}}
	for _, rule := range args.Expire {
		rules = append(rules, &s3.BucketLifecycleConfigurationV2RuleArgs{
			Id:         pulumi.String(rule.ID),
			Status:     enabled,
			Filter:     under(rule.Prefix),
			Expiration: &s3.BucketLifecycleConfigurationV2RuleExpirationArgs{Days: pulumi.Int(rule.Days)},
		})
	}
	if args.Versioned {
		rules = append(rules, &s3.BucketLifecycleConfigurationV2RuleArgs{
			Id:     pulumi.String("old-versions"),
			Status: enabled,
			Filter: under(""),
			NoncurrentVersionExpiration: &s3.BucketLifecycleConfigurationV2RuleNoncurrentVersionExpirationArgs{
				NoncurrentDays: pulumi.Int(30),
			},
			// What is left of an expired object whose versions are gone.
			Expiration: &s3.BucketLifecycleConfigurationV2RuleExpirationArgs{
				ExpiredObjectDeleteMarker: pulumi.Bool(true),
			},
		})
	}
	return rules
}

// after makes a resource wait for others that its inputs do not mention.
func after(others ...pulumi.Resource) pulumi.ResourceOption { return pulumi.DependsOn(others) }
