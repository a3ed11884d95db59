package main

import (
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/settings"
)

// Canary sends, receives, compares and deletes a file on a schedule, through
// the address that people use. It may write its own log and read the access
// token that is its own, and nothing else: all it can do it does from outside.
type Canary struct {
	pulumi.ResourceState
	function
}

// CanaryArgs describe a Canary.
type CanaryArgs struct {
	*FunctionArgs
	Minutes int // between two rounds
}

// canarySize is enough for one small file at a time. It reserves room for that
// where the user function reserves its own.
func canarySize(s settings.Settings) settings.Function {
	return settings.Function{
		MemoryMB: 256, Timeout: 30 * time.Second, Concurrency: min(1, s.User.Concurrency),
	}
}

// NewCanary makes the canary and its schedule.
func NewCanary(ctx *pulumi.Context, name string, args *CanaryArgs, opts ...pulumi.ResourceOption) (*Canary, error) {
	c := &Canary{}
	if err := ctx.RegisterComponentResource("send:infra:Canary", name, c, opts...); err != nil {
		return nil, err
	}
	inside := pulumi.Parent(c)
	var err error
	if c.function, err = newFunction(ctx, name, args.FunctionArgs, inside); err != nil {
		return nil, err
	}
	if _, err := NewSchedule(ctx, name, &ScheduleArgs{
		Names:    args.Names,
		Why:      "try itself",
		Minutes:  args.Minutes,
		Function: c.Function.Name,
		ARN:      c.Function.Arn,
	}, inside); err != nil {
		return nil, err
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"function": c.Function.Name})
}
