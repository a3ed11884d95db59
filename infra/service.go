package main

import (
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudformation"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lambda"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/shared/stack"
)

// Service is one function with everything it needs to answer at two URLs: that of the
// version which people use, and that of the next one, where it is tried before.
type Service struct {
	pulumi.ResourceState
	function

	// Live is what the URL and schedules call, Next what was deployed last.
	Live, Next *lambda.Alias
	// URL and NextURL are the Function URLs of the aliases, without a trailing slash.
	URL, NextURL pulumi.StringOutput
	// Domain is the host in URL.
	Domain pulumi.StringOutput
}

// ServiceArgs describe a Service.
type ServiceArgs struct {
	FunctionArgs
	// Held is the version that is live and stays so; "" = the newest is live.
	Held string
}

// NewService makes the function of a service, its aliases and their public URLs.
func NewService(
	ctx *pulumi.Context, name string, args *ServiceArgs, opts ...pulumi.ResourceOption,
) (*Service, error) {
	c := &Service{}
	if err := ctx.RegisterComponentResource("send:infra:Service", name, c, opts...); err != nil {
		return nil, err
	}
	inside := pulumi.Parent(c)
	var err error
	if c.function, err = newFunction(ctx, name, &args.FunctionArgs, inside); err != nil {
		return nil, err
	}
	newest := c.Function.Version
	var live pulumi.StringInput = newest
	if args.Held != "" {
		live = pulumi.String(args.Held)
	}
	// What was live before is noted there by whoever moves it.
	noted := pulumi.IgnoreChanges([]string{"description"})
	if c.Live, err = c.newAlias(ctx, stack.LiveAlias, live, pulumi.Composite(inside, noted)); err != nil {
		return nil, err
	}
	if c.Next, err = c.newAlias(ctx, stack.NextAlias, newest, inside); err != nil {
		return nil, err
	}
	viaURL, err := c.invokedViaURL(ctx, args.Names, inside)
	if err != nil {
		return nil, err
	}
	if c.URL, err = c.newURL(ctx, "", "PublicUrl", c.Live, viaURL, inside); err != nil {
		return nil, err
	}
	if c.NextURL, err = c.newURL(ctx, "next-", "PublicNextUrl", c.Next, viaURL, inside); err != nil {
		return nil, err
	}
	c.Domain = c.URL.ApplyT(hostOf).(pulumi.StringOutput)
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{
		"url":      c.URL,
		"nextUrl":  c.NextURL,
		"function": c.Function.Name,
		"version":  c.Function.Version,
	})
}

// hostOf is the host of an https URL without a path.
func hostOf(url string) string { return strings.TrimPrefix(url, "https://") }

// newAlias points an alias at a version.
func (c *Service) newAlias(
	ctx *pulumi.Context, name string, version pulumi.StringInput, inside pulumi.ResourceOption,
) (*lambda.Alias, error) {
	return lambda.NewAlias(ctx, c.Name+"-"+name, &lambda.AliasArgs{
		Name:            pulumi.String(name),
		FunctionName:    c.Function.Name,
		FunctionVersion: version,
	}, inside)
}

// newURL makes the public URL of an alias. It needs two grants since October 2025: the
// one here, and that it may invoke the alias.
func (c *Service) newURL(
	ctx *pulumi.Context, kind, grant string, of *lambda.Alias, viaURL pulumi.Resource, inside pulumi.ResourceOption,
) (none pulumi.StringOutput, err error) {
	public, err := lambda.NewPermission(ctx, c.Name+"-invoke-"+kind+"url", &lambda.PermissionArgs{
		StatementId:         pulumi.String(grant),
		Action:              pulumi.String("lambda:InvokeFunctionUrl"),
		Principal:           pulumi.String("*"),
		FunctionUrlAuthType: pulumi.String("NONE"),
		Function:            of.FunctionName,
		Qualifier:           of.Name,
	}, inside)
	if err != nil {
		return none, err
	}
	url, err := lambda.NewFunctionUrl(ctx, c.Name+"-"+kind+"url", &lambda.FunctionUrlArgs{
		FunctionName:      c.Function.Name,
		Qualifier:         of.Name,
		AuthorizationType: pulumi.String("NONE"),
		InvokeMode:        pulumi.String("RESPONSE_STREAM"),
	}, inside, after(public, viaURL))
	if err != nil {
		return none, err
	}
	return url.FunctionUrl.ApplyT(func(u string) string { return strings.TrimSuffix(u, "/") }).(pulumi.StringOutput), nil
}

// invokedViaURL lets the URLs of both aliases, and nothing else, invoke them: a
// condition that lambda.Permission cannot express, and CloudFormation can. Without the
// condition any AWS principal could invoke the function with forged events.
func (c *Service) invokedViaURL(
	ctx *pulumi.Context, names stack.Names, inside pulumi.ResourceOption,
) (pulumi.Resource, error) {
	permission := func(of *lambda.Alias) map[string]any {
		return map[string]any{
			"Type": "AWS::Lambda::Permission",
			"Properties": map[string]any{
				"FunctionName":          of.Arn,
				"Action":                "lambda:InvokeFunction",
				"Principal":             "*",
				"InvokedViaFunctionUrl": true,
			},
		}
	}
	return cloudformation.NewStack(ctx, c.Name+"-invoke-via-url", &cloudformation.StackArgs{
		Name: pulumi.String(names.InvokeViaURL(c.Name)),
		TemplateBody: pulumi.JSONMarshal(map[string]any{
			"AWSTemplateFormatVersion": "2010-09-09",
			"Description": pulumi.Sprintf("Lets the public Function URLs, and nothing else, invoke %s",
				c.Function.Name),
			"Resources": map[string]any{"InvokeViaUrl": permission(c.Live), "InvokeNextViaUrl": permission(c.Next)},
		}),
	}, inside)
}
