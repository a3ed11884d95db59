package main

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lambda"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/shared/stack"
)

// Schedule calls a function from time to time.
type Schedule struct{ pulumi.ResourceState }

// ScheduleArgs say what to call and how often.
type ScheduleArgs struct {
	Names   stack.Names
	Why     string // completes "Lets SGraph Send …"
	Minutes int
	// Function is the function's name, Alias the alias to call if not the
	// function itself, and ARN that of whichever is called.
	Function, ARN pulumi.StringOutput
	Alias         pulumi.StringPtrInput
}

// NewSchedule makes the rule, points it at the function and lets it, and no
// other rule, call.
func NewSchedule(
	ctx *pulumi.Context, name string, args *ScheduleArgs, opts ...pulumi.ResourceOption,
) (*Schedule, error) {
	c := &Schedule{}
	if err := ctx.RegisterComponentResource("send:infra:Schedule", name, c, opts...); err != nil {
		return nil, err
	}
	inside := pulumi.Parent(c)
	rate := fmt.Sprintf("rate(%d minutes)", args.Minutes)
	if args.Minutes == 1 {
		rate = "rate(1 minute)"
	}
	rule, err := cloudwatch.NewEventRule(ctx, name, &cloudwatch.EventRuleArgs{
		Name:               pulumi.String(args.Names.Schedule(name)),
		Description:        pulumi.Sprintf("Lets SGraph Send %s", args.Why),
		ScheduleExpression: pulumi.String(rate),
	}, inside)
	if err != nil {
		return nil, err
	}
	permission, err := lambda.NewPermission(ctx, name, &lambda.PermissionArgs{
		StatementId: pulumi.String("Schedule"),
		Action:      pulumi.String("lambda:InvokeFunction"),
		Principal:   pulumi.String("events.amazonaws.com"),
		SourceArn:   rule.Arn,
		Function:    args.Function,
		Qualifier:   args.Alias,
	}, inside)
	if err != nil {
		return nil, err
	}
	// What failed is not tried again: the next round is near, and the alarms
	// count rounds.
	if _, err := lambda.NewFunctionEventInvokeConfig(ctx, name, &lambda.FunctionEventInvokeConfigArgs{
		FunctionName:         args.Function,
		Qualifier:            args.Alias,
		MaximumRetryAttempts: pulumi.Int(0),
	}, inside); err != nil {
		return nil, err
	}
	if _, err := cloudwatch.NewEventTarget(ctx, name, &cloudwatch.EventTargetArgs{
		Rule:     rule.Name,
		TargetId: pulumi.String("function"),
		Arn:      args.ARN,
	}, inside, after(permission)); err != nil {
		return nil, err
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{})
}
