package main

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/dynamodb"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/dynamo/table"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/stack"
)

// Storage is where a stack keeps things: bytes in buckets, state in a table.
type Storage struct {
	pulumi.ResourceState

	Transfers *Bucket
	Artifacts *Bucket
	Ledger    *dynamodb.Table
	// CacheName is the stack's own cache bucket, or the adopted one.
	CacheName pulumi.StringOutput

	inside pulumi.ResourceOption
}

// StorageArgs describe a Storage.
type StorageArgs struct {
	Names   stack.Names
	Protect bool
	// Left is what there is already of these, to be taken over.
	Left remains
	// AuditDays is how long the audit trail is kept.
	AuditDays int
	// AdoptedCache names an existing bucket, a secret, to use instead of a
	// cache bucket of the stack's own; "" = none.
	AdoptedCache string
}

// NewStorage makes the buckets and the ledger.
func NewStorage(
	ctx *pulumi.Context, name string, args *StorageArgs, opts ...pulumi.ResourceOption,
) (*Storage, error) {
	c := &Storage{}
	if err := ctx.RegisterComponentResource("send:infra:Storage", name, c, opts...); err != nil {
		return nil, err
	}
	c.inside = pulumi.Parent(c)

	var err error
	if c.Transfers, err = NewBucket(ctx, stack.Transfers, &BucketArgs{
		Name:    args.Names.Bucket(stack.Transfers),
		Protect: args.Protect,
		Left:    args.Left,
		Expire:  expiries(),
	}, c.inside); err != nil {
		return nil, err
	}
	// No rule here looks at the age of a current object: a zip that has been
	// deployed for a year is as needed as one from today. What a newer zip
	// replaces, Pulumi deletes, after the function has moved on.
	if c.Artifacts, err = NewBucket(ctx, stack.Artifacts, &BucketArgs{
		Name:    args.Names.Bucket(stack.Artifacts),
		Protect: args.Protect,
		Left:    args.Left,
	}, c.inside); err != nil {
		return nil, err
	}
	if args.AdoptedCache != "" {
		c.CacheName = secretString(args.AdoptedCache)
	} else {
		cache, err := NewBucket(ctx, stack.Cache, &BucketArgs{
			Name:      args.Names.Bucket(stack.Cache),
			Protect:   args.Protect,
			Left:      args.Left,
			Versioned: true,
			Expire:    []lifecycleRule{{ID: "expire-audit", Prefix: audit.Prefix, Days: args.AuditDays}},
		}, c.inside)
		if err != nil {
			return nil, err
		}
		c.CacheName = cache.Name
	}
	if c.Ledger, err = newLedger(ctx, args, c.inside); err != nil {
		return nil, err
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{
		"transfers": c.Transfers.Name,
		"cache":     c.CacheName,
		"artifacts": c.Artifacts.Name,
		"ledger":    c.Ledger.Name,
	})
}

// expiries remove payloads by their lifetime, a day after the longest life
// of one, in case the sweep did not.
func expiries() []lifecycleRule {
	var rules []lifecycleRule
	for _, l := range send.Lifetimes {
		rules = append(rules, lifecycleRule{ID: "expire-" + l.Name, Prefix: l.Prefix(), Days: days(l.Life) + 1})
	}
	return rules
}

// newLedger makes the table of everything that changes: transfers, tokens,
// once-only markers and rate windows.
func newLedger(ctx *pulumi.Context, args *StorageArgs, inside pulumi.ResourceOption) (*dynamodb.Table, error) {
	attribute := func(name string) *dynamodb.TableAttributeArgs {
		return &dynamodb.TableAttributeArgs{
			Name: pulumi.String(name),
			Type: pulumi.String("S"),
		}
	}
	return dynamodb.NewTable(ctx, "ledger", &dynamodb.TableArgs{
		Name:        pulumi.String(args.Names.Ledger()),
		BillingMode: pulumi.String("PAY_PER_REQUEST"),
		HashKey:     pulumi.String(table.PartitionKey),
		RangeKey:    pulumi.String(table.SortKey),
		Attributes:  dynamodb.TableAttributeArray{attribute(table.PartitionKey), attribute(table.SortKey)},
		Ttl: &dynamodb.TableTtlArgs{
			AttributeName: pulumi.String(table.TimeToLive),
			Enabled:       pulumi.Bool(true),
		},
		PointInTimeRecovery:       &dynamodb.TablePointInTimeRecoveryArgs{Enabled: pulumi.Bool(args.Protect)},
		DeletionProtectionEnabled: pulumi.Bool(args.Protect),
	}, inside, keep(args.Protect), args.Left.option(args.Names.Ledger()))
}

// AllowUploadsFrom lets pages of the given origins send parts straight to the
// transfers bucket and read the ETags back. The stack's own addresses are only
// known once its services exist, which is why this comes last.
func (c *Storage) AllowUploadsFrom(ctx *pulumi.Context, named []string, own ...pulumi.StringOutput) error {
	origins := pulumi.StringArray{}
	for _, origin := range named {
		origins = append(origins, pulumi.String(origin))
	}
	for _, url := range own {
		origins = append(origins, url)
	}
	_, err := s3.NewBucketCorsConfigurationV2(ctx, "transfers-cors", &s3.BucketCorsConfigurationV2Args{
		Bucket: c.Transfers.Name,
		CorsRules: s3.BucketCorsConfigurationV2CorsRuleArray{&s3.BucketCorsConfigurationV2CorsRuleArgs{
			AllowedOrigins: distinct(origins),
			AllowedMethods: pulumi.ToStringArray([]string{"GET", "PUT"}),
			AllowedHeaders: pulumi.ToStringArray([]string{"content-type", "range", "if-range"}),
			ExposeHeaders:  pulumi.ToStringArray([]string{"ETag", "Content-Length", "Content-Range"}),
			MaxAgeSeconds:  pulumi.Int(3600),
		}},
	}, c.inside)
	return err
}

// distinct drops repeated values, keeping the first of each.
func distinct(values pulumi.StringArray) pulumi.StringArrayOutput {
	return values.ToStringArrayOutput().ApplyT(func(all []string) []string {
		var kept []string
		seen := map[string]bool{}
		for _, v := range all {
			if !seen[v] {
				seen[v] = true
				kept = append(kept, v)
			}
		}
		return kept
	}).(pulumi.StringArrayOutput)
}

// keep is the option of a resource whose loss would be the loss of data.
func keep(protect bool) pulumi.ResourceOption {
	return pulumi.Composite(pulumi.Protect(protect), pulumi.RetainOnDelete(protect))
}

// secretString makes a plain value a Pulumi secret.
func secretString(v string) pulumi.StringOutput {
	return pulumi.ToSecret(pulumi.String(v)).(pulumi.StringOutput)
}
