package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/shared/metric"
)

// limits is what Lambda says of how many requests an account's functions work
// on at once.
type limits interface {
	GetAccountSettings(
		context.Context, *lambda.GetAccountSettingsInput, ...func(*lambda.Options),
	) (*lambda.GetAccountSettingsOutput, error)
	GetFunctionConcurrency(
		context.Context, *lambda.GetFunctionConcurrencyInput, ...func(*lambda.Options),
	) (*lambda.GetFunctionConcurrencyOutput, error)
}

// unreserved is what Lambda wants an account to keep for functions without a
// reservation: 100, or all that an account has that is not allowed as many.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
const unreserved = 100

// reservations are what the functions of a stack reserve, by their names.
func reservations(s settings.Settings) map[string]int {
	all := map[string]int{}
	if s.Compute == settings.Lambda {
		all[s.Function(metric.User)], all[s.Function(metric.Admin)] = s.User.Concurrency, s.Admin.Concurrency
	}
	if s.CanaryMinutes > 0 {
		all[s.Function(metric.Canary)] = canarySize(s).Concurrency
	}
	return all
}

// checkConcurrency refuses a stack that reserves more than its account has,
// which AWS would say only when half of the stack is made. Where AWS does not
// answer, the deploy goes on: the worst is AWS's own refusal.
func checkConcurrency(ctx *pulumi.Context, s settings.Settings, lambda limits) error {
	wanted := 0
	for _, n := range reservations(s) {
		wanted += n
	}
	if wanted == 0 {
		return nil
	}
	most, free, err := reservable(ctx.Context(), s, lambda)
	if err != nil {
		return ctx.Log.Warn(fmt.Sprintf("Lambda does not say whether %d requests at once can be reserved, so this "+
			"is not checked: %v", wanted, err), nil)
	}
	if wanted <= free {
		return nil
	}
	return fmt.Errorf("stack %q reserves %d requests at once for its functions, and of the %d that account %s may "+
		"work on in %s, %d can be reserved; nothing was touched. Set userConcurrency and adminConcurrency to 0 in "+
		"Pulumi.%[1]s.yaml, which reserves none, or to less; or ask AWS for more, which takes a day or two: "+
		"aws service-quotas request-service-quota-increase --region %[5]s --service-code lambda "+
		"--quota-code L-B99A9384 --desired-value 1000",
		s.Stack, wanted, most, s.Account, s.Region, max(free, 0))
}

// reservable returns how many requests the account's functions may work on at
// once, and how many of them this stack can reserve, with what it has already.
func reservable(ctx context.Context, s settings.Settings, of limits) (most, free int, err error) {
	account, err := of.GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{})
	if err != nil {
		return 0, 0, err
	}
	if account.AccountLimit == nil || account.AccountLimit.UnreservedConcurrentExecutions == nil {
		return 0, 0, errors.New("the answer has no limit")
	}
	most = int(account.AccountLimit.ConcurrentExecutions)
	free = int(*account.AccountLimit.UnreservedConcurrentExecutions) - min(unreserved, most)
	for name := range reservations(s) {
		own, err := of.GetFunctionConcurrency(ctx, &lambda.GetFunctionConcurrencyInput{FunctionName: aws.String(name)})
		if _, missing := errors.AsType[*types.ResourceNotFoundException](err); missing {
			continue
		}
		if err != nil {
			return 0, 0, err
		}
		free += int(aws.ToInt32(own.ReservedConcurrentExecutions))
	}
	return most, free, nil
}

// reserved is a reservation as Lambda takes it: it knows none as -1, and 0 as a
// function that may not run.
func reserved(requests int) pulumi.IntInput {
	if requests == 0 {
		return pulumi.Int(-1)
	}
	return pulumi.Int(requests)
}
