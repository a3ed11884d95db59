package main

import (
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudformation"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lambda"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/shared/stack"
)

// Service is one function with everything it needs to answer at a URL.
type Service struct {
	pulumi.ResourceState
	function

	// Live is what the URL and schedules call.
	Live *lambda.Alias
	// URL is the Function URL of the live alias, without a trailing slash.
	URL pulumi.StringOutput
	// Domain is the host in URL.
	Domain pulumi.StringOutput
}

// NewService makes the function of a service, its alias and its public URL.
func NewService(
	ctx *pulumi.Context, name string, args *FunctionArgs, opts ...pulumi.ResourceOption,
) (*Service, error) {
	c := &Service{}
	if err := ctx.RegisterComponentResource("send:infra:Service", name, c, opts...); err != nil {
		return nil, err
	}
	inside := pulumi.Parent(c)
	var err error
	if c.function, err = newFunction(ctx, name, args, inside); err != nil {
		return nil, err
	}
	if c.Live, err = lambda.NewAlias(ctx, name+"-live", &lambda.AliasArgs{
		Name:            pulumi.String(stack.LiveAlias),
		FunctionName:    c.Function.Name,
		FunctionVersion: c.Function.Version,
	}, inside); err != nil {
		return nil, err
	}
	public, err := c.publicPermissions(ctx, args.Names, inside)
	if err != nil {
		return nil, err
	}
	url, err := lambda.NewFunctionUrl(ctx, name+"-url", &lambda.FunctionUrlArgs{
		FunctionName:      c.Function.Name,
		Qualifier:         c.Live.Name,
		AuthorizationType: pulumi.String("NONE"),
		InvokeMode:        pulumi.String("RESPONSE_STREAM"),
	}, inside, after(public...))
	if err != nil {
		return nil, err
	}
	c.URL = url.FunctionUrl.ApplyT(func(u string) string { return strings.TrimSuffix(u, "/") }).(pulumi.StringOutput)
	c.Domain = c.URL.ApplyT(hostOf).(pulumi.StringOutput)
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{
		"url":      c.URL,
		"function": c.Function.Name,
		"version":  c.Function.Version,
	})
}

// hostOf is the host of an https URL without a path.
func hostOf(url string) string { return strings.TrimPrefix(url, "https://") }

// publicPermissions are the two grants that a public URL needs since October
// 2025, both on the alias. The second must hold only for calls that come
// through the URL, a condition that lambda.Permission cannot express:
// CloudFormation can. Without the condition any AWS principal could invoke the
// function with forged events.
func (c *Service) publicPermissions(
	ctx *pulumi.Context, names stack.Names, inside pulumi.ResourceOption,
) ([]pulumi.Resource, error) {
	url, err := lambda.NewPermission(ctx, c.Name+"-invoke-url", &lambda.PermissionArgs{
		StatementId:         pulumi.String("PublicUrl"),
		Action:              pulumi.String("lambda:InvokeFunctionUrl"),
		Principal:           pulumi.String("*"),
		FunctionUrlAuthType: pulumi.String("NONE"),
		Function:            c.Live.FunctionName,
		Qualifier:           c.Live.Name,
	}, inside)
	if err != nil {
		return nil, err
	}
	template := map[string]any{
		"AWSTemplateFormatVersion": "2010-09-09",
		"Description": pulumi.Sprintf("Lets the public Function URL, and nothing else, invoke %s",
			c.Function.Name),
		"Resources": map[string]any{"InvokeViaUrl": map[string]any{
			"Type": "AWS::Lambda::Permission",
			"Properties": map[string]any{
				"FunctionName":          c.Live.Arn,
				"Action":                "lambda:InvokeFunction",
				"Principal":             "*",
				"InvokedViaFunctionUrl": true,
			},
		}},
	}
	invoke, err := cloudformation.NewStack(ctx, c.Name+"-invoke-via-url", &cloudformation.StackArgs{
		Name:         pulumi.String(names.InvokeViaURL(c.Name)),
		TemplateBody: pulumi.JSONMarshal(template),
	}, inside)
	if err != nil {
		return nil, err
	}
	return []pulumi.Resource{url, invoke}, nil
}
