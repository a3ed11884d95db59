package main

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/dynamodb"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/settings"
)

// Storage is where a stack keeps things: bytes in buckets, state in a table.
type Storage struct {
	pulumi.ResourceState

	Transfers *Bucket
	Artifacts *Bucket
	Ledger    *dynamodb.Table
	// CacheName is the stack's own cache bucket, or the one that the secret
	// CACHE__SERVICE__BUCKET_NAME names.
	CacheName pulumi.StringOutput

	inside pulumi.ResourceOption
}

// StorageArgs size a Storage.
type StorageArgs struct {
	Settings settings.Settings
}

// lifetimes are the classes of the transfers bucket: the user service files an
// object under the shortest class that covers its life, and a rule sweeps the
// class one day later.
var lifetimes = []int{1, 7, 30}

// NewStorage makes the buckets and the ledger.
func NewStorage(ctx *pulumi.Context, name string, args *StorageArgs, opts ...pulumi.ResourceOption) (*Storage, error) {
	s := args.Settings
	c := &Storage{}
	if err := ctx.RegisterComponentResource("send:infra:Storage", name, c, opts...); err != nil {
		return nil, err
	}
	c.inside = pulumi.Parent(c)

	var err error
	expiries := make([]lifecycleRule, len(lifetimes))
	for i, days := range lifetimes {
		expiries[i] = lifecycleRule{ID: fmt.Sprintf("expire-%dd", days), Prefix: fmt.Sprintf("transfers/%dd/", days), Days: days + 1}
	}
	if c.Transfers, err = NewBucket(ctx, "transfers", &BucketArgs{
		Name: s.BucketName("transfers"), Protect: s.Protect, Expire: expiries,
	}, c.inside); err != nil {
		return nil, err
	}
	// No rule here looks at the age of a current object: a zip that has been
	// deployed for a year is as needed as one from today. What a newer zip
	// replaces, Pulumi deletes, after the function has moved on.
	if c.Artifacts, err = NewBucket(ctx, "artifacts", &BucketArgs{
		Name: s.BucketName("artifacts"), Protect: s.Protect,
	}, c.inside); err != nil {
		return nil, err
	}
	if adopted := s.Secrets.CacheBucket; adopted != "" {
		c.CacheName = secretString(adopted)
	} else {
		cache, err := NewBucket(ctx, "cache", &BucketArgs{
			Name: s.BucketName("cache"), Protect: s.Protect, Versioned: true,
			Expire: []lifecycleRule{{ID: "expire-audit", Prefix: "audit/", Days: s.AuditRetentionDays}},
		}, c.inside)
		if err != nil {
			return nil, err
		}
		c.CacheName = cache.Name
	}
	if c.Ledger, err = newLedger(ctx, s, c.inside); err != nil {
		return nil, err
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{
		"transfers": c.Transfers.Name, "cache": c.CacheName, "artifacts": c.Artifacts.Name, "ledger": c.Ledger.Name,
	})
}

// newLedger makes the table of everything that changes: transfers, tokens,
// once-only markers and rate windows.
func newLedger(ctx *pulumi.Context, s settings.Settings, inside pulumi.ResourceOption) (*dynamodb.Table, error) {
	return dynamodb.NewTable(ctx, "ledger", &dynamodb.TableArgs{
		Name:        pulumi.String("sgraph-send-ledger-" + s.Stack),
		BillingMode: pulumi.String("PAY_PER_REQUEST"),
		HashKey:     pulumi.String("pk"),
		RangeKey:    pulumi.String("sk"),
		Attributes: dynamodb.TableAttributeArray{
			&dynamodb.TableAttributeArgs{Name: pulumi.String("pk"), Type: pulumi.String("S")},
			&dynamodb.TableAttributeArgs{Name: pulumi.String("sk"), Type: pulumi.String("S")},
		},
		Ttl:                       &dynamodb.TableTtlArgs{AttributeName: pulumi.String("ttl"), Enabled: pulumi.Bool(true)},
		PointInTimeRecovery:       &dynamodb.TablePointInTimeRecoveryArgs{Enabled: pulumi.Bool(s.Protect)},
		DeletionProtectionEnabled: pulumi.Bool(s.Protect),
	}, inside, keep(s.Protect))
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
		origins = append(origins, url.ApplyT(func(u string) string { return strings.TrimSuffix(u, "/") }).(pulumi.StringOutput))
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
