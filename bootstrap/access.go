package main

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Access is how the pipelines reach one stack: a role that deploys, for the
// environment of the stack's name, and one that only reads, for the environment
// <stack>-preview, where code runs that nobody has approved yet.
type Access struct {
	pulumi.ResourceState

	Deploy, Preview pulumi.StringOutput // ARNs of the roles

	settings settings
	stack    string
	state    *State
}

// AccessArgs describe an Access.
type AccessArgs struct {
	Settings settings
	GitHub   *GitHub
	State    *State // nil where Pulumi Cloud keeps it
}

// NewAccess makes both roles of a stack.
func NewAccess(ctx *pulumi.Context, stack string, args *AccessArgs, opts ...pulumi.ResourceOption) (*Access, error) {
	c := &Access{settings: args.Settings, stack: stack, state: args.State}
	if err := ctx.RegisterComponentResource("send:bootstrap:Access", stack, c, opts...); err != nil {
		return nil, err
	}
	r := resources{args.Settings.account, args.Settings.region, stack}
	var err error
	if c.Deploy, err = c.role(ctx, args, "deploy", stack, append(r.deploy(), c.stateAccess(true)...)); err != nil {
		return nil, err
	}
	if c.Preview, err = c.role(ctx, args, "preview", stack+"-preview", append(r.preview(), c.stateAccess(false)...)); err != nil {
		return nil, err
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"deploy": c.Deploy, "preview": c.Preview})
}

func (c *Access) role(ctx *pulumi.Context, args *AccessArgs, purpose, environment string, grants []statement) (pulumi.StringOutput, error) {
	name := fmt.Sprintf("sgraph-send-pipeline-%s-%s", purpose, c.stack)
	inside := pulumi.Parent(c)
	role, err := iam.NewRole(ctx, name, &iam.RoleArgs{
		Name:               pulumi.String(name),
		Description:        pulumi.Sprintf("GitHub %s, environment %s", args.Settings.repository, environment),
		AssumeRolePolicy:   args.GitHub.trust(args.Settings, environment),
		MaxSessionDuration: pulumi.Int(3600),
	}, inside)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	// Managed, not inline: together they are longer than inline policies may be.
	grant, err := iam.NewPolicy(ctx, name, &iam.PolicyArgs{Name: pulumi.String(name), Policy: policy(grants...)}, inside)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	_, err = iam.NewRolePolicyAttachment(ctx, name, &iam.RolePolicyAttachmentArgs{Role: role.Name, PolicyArn: grant.Arn}, inside)
	return role.Arn, err
}

// stateAccess grants one stack's part of the state, and its key.
func (c *Access) stateAccess(write bool) []statement {
	if c.state == nil {
		return nil
	}
	part := func(path string) any { return pulumi.Sprintf("arn:aws:s3:::%s/.pulumi/%s", c.state.Bucket, path) }
	read := []string{"s3:GetObject"}
	own := []any{part("stacks/sgraph-send/" + c.stack + ".json*"), part("meta.yaml")}
	grants := []statement{
		allow([]string{"s3:ListBucket", "s3:GetBucketLocation"}, pulumi.Sprintf("arn:aws:s3:::%s", c.state.Bucket)),
		allow([]string{"kms:Decrypt", "kms:Encrypt", "kms:DescribeKey"}, c.state.Keys[c.stack].Arn),
	}
	if write {
		read = append(read, "s3:PutObject", "s3:DeleteObject")
		own = append(own, part("history/sgraph-send/"+c.stack+"/*"), part("backups/sgraph-send/"+c.stack+"/*"),
			part("locks/organization/sgraph-send/"+c.stack+"/*"))
	}
	return append(grants, allow(read, own...))
}

// Variables are what to set in a GitHub environment.
func (c *Access) Variables(role pulumi.StringOutput) pulumi.StringMap {
	variables := pulumi.StringMap{"AWS_ROLE_ARN": role}
	if c.state != nil {
		variables["PULUMI_BACKEND_URL"] = c.state.BackendURL
		variables["PULUMI_SECRETS_PROVIDER"] = pulumi.String(secretsProvider(c.settings, c.stack))
	}
	return variables
}
