package main

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudformation"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lambda"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/artifact"
	"sgraph.ai/send/infra/settings"
)

// Service is one function with everything it needs to answer at a URL.
type Service struct {
	pulumi.ResourceState

	// Name is user or admin.
	Name     string
	Size     settings.Function
	Function *lambda.Function
	Artifact *s3.BucketObjectv2
	LogGroup *cloudwatch.LogGroup
	// URL is the Function URL of the live alias, without a trailing slash.
	URL pulumi.StringOutput
	// Domain is the host in URL.
	Domain pulumi.StringOutput
}

// ServiceArgs describe a Service.
type ServiceArgs struct {
	Settings    settings.Settings
	Size        settings.Function
	Zips        artifact.Set
	Artifacts   *Bucket
	Environment pulumi.StringMap
	Grants      []statement
}

// liveAlias is what the Function URL points at; putting it back to an earlier
// version is a rollback.
const liveAlias = "live"

// NewService ships a zip and makes the function that runs it, its role, its
// logs, its alias and its public URL.
func NewService(ctx *pulumi.Context, name string, args *ServiceArgs, opts ...pulumi.ResourceOption) (*Service, error) {
	c := &Service{Name: name, Size: args.Size}
	if err := ctx.RegisterComponentResource("send:infra:Service", name, c, opts...); err != nil {
		return nil, err
	}
	inside := pulumi.Parent(c)
	s := args.Settings
	functionName := fmt.Sprintf("sgraph-send-%s-%s", name, s.Stack)

	zip, err := args.Zips.Find("send-"+name, s.Architecture)
	if err != nil {
		return nil, err
	}
	digest, err := hex.DecodeString(zip.SHA256)
	if err != nil {
		return nil, fmt.Errorf("digest of %s: %w", zip.Name, err)
	}
	// A changed zip has another key, so Pulumi makes the new object, moves the
	// function, and only then deletes the old one: a deployed zip is never
	// missing, and old ones do not pile up. Versions kept for rollback do not
	// need theirs: Lambda holds its own copy of each.
	if c.Artifact, err = s3.NewBucketObjectv2(ctx, name+"-artifact", &s3.BucketObjectv2Args{
		Bucket: args.Artifacts.Name, Key: pulumi.String(zip.Key()), Source: pulumi.NewFileAsset(zip.Path),
		ContentType: pulumi.String("application/zip"),
	}, inside); err != nil {
		return nil, err
	}

	if c.LogGroup, err = cloudwatch.NewLogGroup(ctx, name, &cloudwatch.LogGroupArgs{
		Name: pulumi.String("/aws/lambda/" + functionName), RetentionInDays: pulumi.Int(s.LogRetentionDays),
	}, inside); err != nil {
		return nil, err
	}
	identity, err := NewIdentity(ctx, name, &IdentityArgs{
		RoleName: functionName,
		Statements: append([]statement{
			allow([]string{"logs:CreateLogStream", "logs:PutLogEvents"}, pulumi.Sprintf("%s:log-stream:*", c.LogGroup.Arn)),
		}, args.Grants...),
	}, inside)
	if err != nil {
		return nil, err
	}

	if c.Function, err = lambda.NewFunction(ctx, name, &lambda.FunctionArgs{
		Name:           pulumi.String(functionName),
		Description:    pulumi.Sprintf("SGraph Send %s service, %s", name, s.Stack),
		Runtime:        pulumi.String("provided.al2023"),
		Handler:        pulumi.String("bootstrap"),
		Architectures:  pulumi.StringArray{pulumi.String(s.Architecture)},
		S3Bucket:       args.Artifacts.Name,
		S3Key:          c.Artifact.Key,
		SourceCodeHash: pulumi.String(base64.StdEncoding.EncodeToString(digest)),
		Role:           identity.RoleARN,
		MemorySize:     pulumi.Int(args.Size.MemoryMB),
		Timeout:        pulumi.Int(int(args.Size.Timeout.Seconds())),
		// A ceiling on cost: ten requests a second per unit, and no more.
		ReservedConcurrentExecutions: pulumi.Int(args.Size.Concurrency),
		Publish:                      pulumi.Bool(true),
		Environment:                  &lambda.FunctionEnvironmentArgs{Variables: args.Environment},
		// The service writes JSON lines itself; Text leaves them as they are.
		LoggingConfig: &lambda.FunctionLoggingConfigArgs{LogFormat: pulumi.String("Text"), LogGroup: c.LogGroup.Name},
	}, inside, after(identity.Granted)); err != nil {
		return nil, err
	}
	alias, err := lambda.NewAlias(ctx, name+"-live", &lambda.AliasArgs{
		Name: pulumi.String(liveAlias), FunctionName: c.Function.Name, FunctionVersion: c.Function.Version,
	}, inside)
	if err != nil {
		return nil, err
	}
	public, err := publicPermissions(ctx, name, functionName, alias, inside)
	if err != nil {
		return nil, err
	}
	url, err := lambda.NewFunctionUrl(ctx, name+"-url", &lambda.FunctionUrlArgs{
		FunctionName: c.Function.Name, Qualifier: alias.Name,
		AuthorizationType: pulumi.String("NONE"), InvokeMode: pulumi.String("RESPONSE_STREAM"),
	}, inside, after(public...))
	if err != nil {
		return nil, err
	}
	c.URL = url.FunctionUrl.ApplyT(func(u string) string { return strings.TrimSuffix(u, "/") }).(pulumi.StringOutput)
	c.Domain = c.URL.ApplyT(func(u string) string { return strings.TrimPrefix(u, "https://") }).(pulumi.StringOutput)
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"url": c.URL, "function": c.Function.Name, "version": c.Function.Version})
}

// publicPermissions are the two grants that a public URL needs since October
// 2025, both on the alias. The second must hold only for calls that come
// through the URL, a condition that lambda.Permission cannot express:
// CloudFormation can. Without the condition any AWS principal could invoke the
// function with forged events.
func publicPermissions(ctx *pulumi.Context, name, functionName string, alias *lambda.Alias, inside pulumi.ResourceOption) ([]pulumi.Resource, error) {
	url, err := lambda.NewPermission(ctx, name+"-invoke-url", &lambda.PermissionArgs{
		StatementId: pulumi.String("PublicUrl"), Action: pulumi.String("lambda:InvokeFunctionUrl"),
		Principal: pulumi.String("*"), FunctionUrlAuthType: pulumi.String("NONE"),
		Function: alias.FunctionName, Qualifier: alias.Name,
	}, inside)
	if err != nil {
		return nil, err
	}
	invoke, err := cloudformation.NewStack(ctx, name+"-invoke-via-url", &cloudformation.StackArgs{
		Name: pulumi.String(functionName + "-invoke-via-url"),
		TemplateBody: pulumi.JSONMarshal(map[string]any{
			"AWSTemplateFormatVersion": "2010-09-09",
			"Description":              "Lets the public Function URL, and nothing else, invoke " + functionName,
			"Resources": map[string]any{"InvokeViaUrl": map[string]any{
				"Type": "AWS::Lambda::Permission",
				"Properties": map[string]any{
					"FunctionName": alias.Arn, "Action": "lambda:InvokeFunction",
					"Principal": "*", "InvokedViaFunctionUrl": true,
				},
			}},
		}),
	}, inside)
	if err != nil {
		return nil, err
	}
	return []pulumi.Resource{url, invoke}, nil
}
