package main

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/budgets"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// newBudget sends a notice before a month becomes dear. The tag filter works
// once "stack" is activated as a cost allocation tag in the account.
func newBudget(ctx *pulumi.Context, args *WatchArgs, on *board) error {
	notice := func(kind string, percent float64) *budgets.BudgetNotificationArgs {
		return &budgets.BudgetNotificationArgs{
			NotificationType:       pulumi.String(kind),
			ComparisonOperator:     pulumi.String("GREATER_THAN"),
			Threshold:              pulumi.Float64(percent),
			ThresholdType:          pulumi.String("PERCENTAGE"),
			SubscriberSnsTopicArns: pulumi.StringArray{on.topic},
		}
	}
	_, err := budgets.NewBudget(ctx, "budget", &budgets.BudgetArgs{
		Name:        pulumi.String(args.Names.Budget()),
		BudgetType:  pulumi.String("COST"),
		TimeUnit:    pulumi.String("MONTHLY"),
		LimitAmount: pulumi.Sprintf("%d", args.MonthlyBudget),
		LimitUnit:   pulumi.String("USD"),
		CostFilters: budgets.BudgetCostFilterArray{&budgets.BudgetCostFilterArgs{
			Name:   pulumi.String("TagKeyValue"),
			Values: pulumi.StringArray{pulumi.String("user:stack$" + args.Names.Stack)},
		}},
		Notifications: budgets.BudgetNotificationArray{notice("ACTUAL", 80), notice("FORECASTED", 100)},
	}, on.inside, after(on.policy))
	return err
}
