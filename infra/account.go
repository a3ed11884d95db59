package main

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/settings"
)

// checkAccount refuses credentials of another account before anything is
// declared.
func checkAccount(ctx *pulumi.Context, s settings.Settings) error {
	caller, err := aws.GetCallerIdentity(ctx, nil)
	if err != nil {
		return fmt.Errorf("asking AWS whose credentials these are: %w", err)
	}
	if caller.AccountId != s.Account {
		return fmt.Errorf("the credentials are for account %s but AWS_ACCOUNT_ID says that stack %q lives in %s; nothing was touched",
			caller.AccountId, s.Stack, s.Account)
	}
	return nil
}

// globalRegionName is the only region that keeps CloudFront's WAF, the metrics
// of CloudFront, WAF and Route 53, and what an account costs.
const globalRegionName = "us-east-1"

// globalRegion speaks to that region.
func globalRegion(ctx *pulumi.Context, s settings.Settings) (pulumi.ResourceOption, error) {
	args := &aws.ProviderArgs{Region: pulumi.String(globalRegionName)}
	if s.MaxRetries > 0 {
		args.MaxRetries = pulumi.Int(s.MaxRetries)
	}
	provider, err := aws.NewProvider(ctx, "global", args)
	if err != nil {
		return nil, err
	}
	return pulumi.Provider(provider), nil
}
