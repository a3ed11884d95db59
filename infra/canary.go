package main

import (
	"encoding/json"
	"strings"
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
	Token       NewToken // what it sends with
	Admin       *Service // makes the token
}

// NewToken is an access token and what makes one: all of it is secret.
type NewToken struct {
	Name         string
	Key          wire.Header // of the admin API key
	KeyValue     string
	OriginSecret string // what the admin service wants beside it; "" = nothing
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
	created, err := createToken(ctx, name+"-token", args, inside)
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
	}, inside, after(created)); err != nil {
		return nil, err
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"function": c.Function.Name})
}

// createToken has the admin function make the canary's token while the stack is
// deployed, by the request that a person would send. A token that is there
// already stays as it is; a changed API key or another build of the admin
// service asks again.
func createToken(
	ctx *pulumi.Context, name string, args *CanaryArgs, inside pulumi.ResourceOption,
) (pulumi.Resource, error) {
	event, err := args.Token.event(args.Names.Stack)
	if err != nil {
		return nil, err
	}
	return lambda.NewInvocation(ctx, name, &lambda.InvocationArgs{
		FunctionName: args.Admin.Function.Name,
		Qualifier:    args.Admin.Live.Name,
		Input:        secretString(event),
		Triggers:     pulumi.StringMap{"artifact": args.Admin.Artifact.Key},
	}, inside, pulumi.AdditionalSecretOutputs([]string{"result"})) // the answer repeats the token
}

// event is the event by which a Function URL would pass on the request for a
// token without a limit.
// https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
func (t NewToken) event(stack string) (string, error) {
	body, err := json.Marshal(wire.CreateTokenRequest{TokenName: t.Name, CreatedBy: "stack " + stack})
	if err != nil {
		return "", err
	}
	headers := map[string]string{
		"content-type":              "application/json",
		strings.ToLower(t.Key.Name): t.KeyValue,
	}
	if t.OriginSecret != "" {
		headers[strings.ToLower(wire.OriginSecret.Name)] = t.OriginSecret
	}
	event, err := json.Marshal(map[string]any{
		"version":         "2.0",
		"rawPath":         wire.CreateToken.Path(),
		"headers":         headers,
		"body":            string(body),
		"isBase64Encoded": false,
		"requestContext": map[string]any{"http": map[string]any{
			"method":   wire.CreateToken.Method,
			"path":     wire.CreateToken.Path(),
			"protocol": "HTTP/1.1",
			"sourceIp": "127.0.0.1",
		}},
	})
	return string(event), err
}
