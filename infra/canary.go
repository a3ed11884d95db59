package main

import (
	"encoding/json"
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lambda"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/shared/wire"
)

// Canary sends, receives, compares and deletes a file on a schedule, through
// the address that people use. It may write its own log and nothing else: all
// it can do it does from outside, with an access token of its own.
type Canary struct {
	pulumi.ResourceState
	function
}

// CanaryArgs describe a Canary.
type CanaryArgs struct {
	Common
	Size        settings.Function
	Environment pulumi.StringMap
	Minutes     int      // between two rounds
	Token       string   // what it sends with; a secret
	Admin       *Service // makes the token
}

// canarySize is enough for one small file at a time. It reserves room for that
// where the user function reserves its own.
func canarySize(s settings.Settings) settings.Function {
	return settings.Function{
		MemoryMB: 256, Timeout: 30 * time.Second, Concurrency: min(1, s.User.Concurrency),
	}
}

// NewCanary makes the canary, its token and its schedule.
func NewCanary(ctx *pulumi.Context, name string, args *CanaryArgs, opts ...pulumi.ResourceOption) (*Canary, error) {
	c := &Canary{}
	if err := ctx.RegisterComponentResource("send:infra:Canary", name, c, opts...); err != nil {
		return nil, err
	}
	inside := pulumi.Parent(c)
	kept, err := keepToken(ctx, name+"-token", args, inside)
	if err != nil {
		return nil, err
	}
	if c.function, err = newFunction(ctx, name, &FunctionArgs{
		Common:      args.Common,
		Size:        args.Size,
		Environment: args.Environment,
	}, inside); err != nil {
		return nil, err
	}
	if _, err := NewSchedule(ctx, name, &ScheduleArgs{
		Names:    args.Names,
		Why:      "try itself",
		Minutes:  args.Minutes,
		Function: c.Function.Name,
		ARN:      c.Function.Arn,
	}, inside, after(kept)); err != nil {
		return nil, err
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"function": c.Function.Name})
}

// keepToken has the admin function make the canary's token while the stack is
// deployed, and revoke the one before: another API key makes another. The
// function fails where it cannot, and so does the deploy, to be repeated. A
// changed token or another build of the admin service asks again.
func keepToken(
	ctx *pulumi.Context, name string, args *CanaryArgs, inside pulumi.ResourceOption,
) (pulumi.Resource, error) {
	event, err := json.Marshal(wire.Deployment{KeepToken: &wire.KeepToken{
		TokenName: args.Token, CreatedBy: "stack " + args.Names.Stack,
	}})
	if err != nil {
		return nil, err
	}
	return lambda.NewInvocation(ctx, name, &lambda.InvocationArgs{
		FunctionName: args.Admin.Function.Name,
		Qualifier:    args.Admin.Live.Name,
		Input:        secretString(string(event)),
		Triggers:     pulumi.StringMap{"artifact": args.Admin.Artifact.Key},
	}, inside)
}
