package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lambda"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/artifact"
	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/shared/send"
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
	Settings  settings.Settings
	Zips      artifact.Set
	Artifacts *Bucket
	Admin     *Service
	// URL is where people reach the user service.
	URL pulumi.StringOutput
}

// canarySize is enough for one small file at a time.
var canarySize = settings.Function{MemoryMB: 256, Timeout: 30 * time.Second, Concurrency: 1}

// NewCanary makes the canary, its token and its schedule.
func NewCanary(ctx *pulumi.Context, name string, args *CanaryArgs, opts ...pulumi.ResourceOption) (*Canary, error) {
	c := &Canary{}
	if err := ctx.RegisterComponentResource("send:infra:Canary", name, c, opts...); err != nil {
		return nil, err
	}
	inside := pulumi.Parent(c)
	s := args.Settings
	created, err := createCanaryToken(ctx, name, s, args, inside)
	if err != nil {
		return nil, err
	}
	if c.function, err = newFunction(ctx, name, &FunctionArgs{
		Settings: s, Size: canarySize, Zips: args.Zips, Artifacts: args.Artifacts,
		Environment: pulumi.StringMap{
			"CANARY__URL":   args.URL,
			"CANARY__TOKEN": secretString(canaryToken(s)),
			"SEND__STAGE":   pulumi.String(s.Stage),
		},
	}, inside); err != nil {
		return nil, err
	}
	if _, err := NewSchedule(ctx, name, &ScheduleArgs{
		Stack: s.Stack, Why: "try itself", Minutes: s.CanaryMinutes, Function: c.Function.Name, ARN: c.Function.Arn,
	}, inside, after(created)); err != nil {
		return nil, err
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"function": c.Function.Name})
}

// canaryToken names the canary's access token. It is derived from the admin
// API key, so that a stack needs no further secret.
func canaryToken(s settings.Settings) string {
	return send.Secret(s.Secrets.APIKeyValue).TokenName("canary")
}

// createCanaryToken has the admin function make the canary's token while the
// stack is deployed, by the request that a person would send. A token that is
// there already stays as it is; a changed API key or another build of the
// admin service asks again.
func createCanaryToken(ctx *pulumi.Context, name string, s settings.Settings, args *CanaryArgs, inside pulumi.ResourceOption) (pulumi.Resource, error) {
	request, err := createTokenEvent(s)
	if err != nil {
		return nil, err
	}
	return lambda.NewInvocation(ctx, name+"-token", &lambda.InvocationArgs{
		FunctionName: args.Admin.Function.Name, Qualifier: args.Admin.Live.Name,
		Input:    secretString(request),
		Triggers: pulumi.StringMap{"artifact": args.Admin.Artifact.Key},
	}, inside, pulumi.AdditionalSecretOutputs([]string{"result"})) // the answer repeats the token
}

// createTokenEvent is the event by which a Function URL would pass on the
// request for a token without a limit.
func createTokenEvent(s settings.Settings) (string, error) {
	body, err := json.Marshal(map[string]any{
		"token_name": canaryToken(s), "usage_limit": 0, "created_by": "stack " + s.Stack,
	})
	if err != nil {
		return "", err
	}
	headers := map[string]string{
		"content-type":                        "application/json",
		strings.ToLower(s.Secrets.APIKeyName): s.Secrets.APIKeyValue,
	}
	if s.Edge.Enabled {
		headers[originSecretHeader] = originSecrets(s)[0]
	}
	const path = "/tokens/create"
	event, err := json.Marshal(map[string]any{
		"version": "2.0", "rawPath": path, "headers": headers, "body": string(body), "isBase64Encoded": false,
		"requestContext": map[string]any{"http": map[string]any{
			"method": http.MethodPost, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1",
		}},
	})
	return string(event), err
}
