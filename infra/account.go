package main

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/shared/stack"
)

// checkAccount refuses credentials of another account before anything is
// declared.
func checkAccount(ctx *pulumi.Context, names stack.Names) error {
	caller, err := aws.GetCallerIdentity(ctx, nil)
	if err != nil {
		return fmt.Errorf("asking AWS whose credentials these are: %w", err)
	}
	if caller.AccountId != names.Account {
		return fmt.Errorf("the credentials are for account %s but AWS_ACCOUNT_ID says that stack %q lives in %s; "+
			"nothing was touched", caller.AccountId, names.Stack, names.Account)
	}
	return nil
}

// checkBoundary refuses a stack whose roles were to be bounded by a policy that
// is not there: AWS would say so when half of the stack is made.
func checkBoundary(ctx *pulumi.Context, s settings.Settings) error {
	arn := boundaryOf(s)
	if arn == "" {
		return nil
	}
	if _, err := iam.LookupPolicy(ctx, &iam.LookupPolicyArgs{Arn: &arn}); err != nil {
		return fmt.Errorf("the roles of stack %q are to be bounded by %s, which is not there or cannot be read; nothing "+
			"was touched. The program in bootstrap/ makes it (docs/new-account.md): run it, again where it ran before "+
			"this was. In an account without it set permissionsBoundary to false in Pulumi.%[1]s.yaml: %[3]w",
			s.Stack, arn, err)
	}
	return nil
}

// globalRegion speaks to the only region of some services.
func globalRegion(ctx *pulumi.Context, maxRetries int) (pulumi.ResourceOption, error) {
	args := &aws.ProviderArgs{Region: pulumi.String(stack.GlobalRegion)}
	if maxRetries > 0 {
		args.MaxRetries = pulumi.Int(maxRetries)
	}
	provider, err := aws.NewProvider(ctx, "global", args)
	if err != nil {
		return nil, err
	}
	return pulumi.Provider(provider), nil
}
