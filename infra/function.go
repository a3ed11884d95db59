package main

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lambda"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/artifact"
	"sgraph.ai/send/infra/policy"
	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/shared/stack"
)

// function is a program of this repository that Lambda runs.
type function struct {
	// Name is user, admin or canary.
	Name     string
	Size     settings.Function
	Function *lambda.Function
	Artifact *s3.BucketObjectv2
	LogGroup *cloudwatch.LogGroup
}

// Common is what the programs of a stack have in common.
type Common struct {
	Names        stack.Names
	Architecture string // arm64 or x86_64
	LogDays      int    // how long logs are kept
	Tracing      bool   // requests are recorded with X-Ray
	Zips         artifact.Set
	Artifacts    *Bucket
	Boundary     string  // ARN of the policy that bounds the roles; "" = none
	Assets       *Assets // nil = functions serve what their pages are made of
}

// FunctionArgs describe what to run, how large and with which rights.
type FunctionArgs struct {
	Common
	program
	Size  settings.Function
	Tags  map[string]string // beside those that all have
	After []pulumi.Resource // what has to be there before it runs
}

// newLogGroup makes the log of a program, which is the same whatever runs it.
func newLogGroup(
	ctx *pulumi.Context, name string, common *Common, inside pulumi.ResourceOption,
) (*cloudwatch.LogGroup, error) {
	return cloudwatch.NewLogGroup(ctx, name, &cloudwatch.LogGroupArgs{
		Name:            pulumi.String(common.Names.LogGroup(name)),
		RetentionInDays: pulumi.Int(common.LogDays),
	}, inside)
}

// newFunction ships a function's zip and makes the function that runs it, its
// role and its logs.
func newFunction(
	ctx *pulumi.Context, name string, args *FunctionArgs, inside pulumi.ResourceOption,
) (function, error) {
	f := function{Name: name, Size: args.Size}
	zip, err := args.Zips.Find(stack.Zip(name), args.Architecture)
	if err != nil {
		return f, err
	}
	digest, err := hex.DecodeString(zip.SHA256)
	if err != nil {
		return f, fmt.Errorf("digest of %s: %w", zip.Name, err)
	}
	// A changed zip has another key, so Pulumi makes the new object, moves the
	// function, and only then deletes the old one: a deployed zip is never
	// missing, and old ones do not pile up. Versions kept for rollback do not
	// need theirs: Lambda holds its own copy of each.
	if f.Artifact, err = s3.NewBucketObjectv2(ctx, name+"-artifact", &s3.BucketObjectv2Args{
		Bucket:      args.Artifacts.Name,
		Key:         pulumi.String(zip.Key()),
		Source:      pulumi.NewFileAsset(zip.Path),
		ContentType: pulumi.String("application/zip"),
	}, inside); err != nil {
		return f, err
	}

	if f.LogGroup, err = newLogGroup(ctx, name, &args.Common, inside); err != nil {
		return f, err
	}
	grants := append([]policy.Statement{
		policy.Allow([]string{"logs:CreateLogStream", "logs:PutLogEvents"},
			pulumi.Sprintf("%s:log-stream:*", f.LogGroup.Arn)),
	}, args.Grants...)
	tracing := "PassThrough"
	if args.Tracing {
		tracing = "Active"
		grants = append(grants, tracingAccess())
	}
	identity, err := NewIdentity(ctx, name, &IdentityArgs{
		RoleName:   args.Names.Role(name),
		RunBy:      byLambda,
		Boundary:   args.Boundary,
		Statements: grants,
	}, inside)
	if err != nil {
		return f, err
	}

	f.Function, err = lambda.NewFunction(ctx, name, &lambda.FunctionArgs{
		Name:           pulumi.String(args.Names.Function(name)),
		Description:    pulumi.Sprintf("SGraph Send %s, %s", name, args.Names.Stack),
		Runtime:        pulumi.String("provided.al2023"),
		Handler:        pulumi.String("bootstrap"),
		Architectures:  pulumi.StringArray{pulumi.String(args.Architecture)},
		S3Bucket:       args.Artifacts.Name,
		S3Key:          f.Artifact.Key,
		SourceCodeHash: pulumi.String(base64.StdEncoding.EncodeToString(digest)),
		Role:           identity.RoleARN,
		Tags:           pulumi.ToStringMap(args.Tags),
		MemorySize:     pulumi.Int(args.Size.MemoryMB),
		Timeout:        pulumi.Int(int(args.Size.Timeout.Seconds())),
		// A ceiling on cost: ten requests a second per unit, and no more.
		ReservedConcurrentExecutions: reserved(args.Size.Concurrency),
		Publish:                      pulumi.Bool(true),
		Environment:                  &lambda.FunctionEnvironmentArgs{Variables: args.Environment},
		TracingConfig:                &lambda.FunctionTracingConfigArgs{Mode: pulumi.String(tracing)},
		// The program writes JSON lines itself; Text leaves them as they are.
		LoggingConfig: &lambda.FunctionLoggingConfigArgs{
			LogFormat: pulumi.String("Text"),
			LogGroup:  f.LogGroup.Name,
		},
	}, inside, after(slices.Concat([]pulumi.Resource{identity.Granted}, args.After, args.Assets.of(name))...))
	return f, err
}
