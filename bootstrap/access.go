package main

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/policy"
	"sgraph.ai/send/shared/stack"
)

// Access is how the pipelines reach one stack: a role that deploys, for the
// environment of the stack's name, and one that only reads, for the environment
// <stack>-preview, where code runs that nobody has approved yet.
type Access struct {
	pulumi.ResourceState

	Deploy, Preview pulumi.StringOutput // ARNs of the roles

	names stack.Names
	state *State
}

// AccessArgs describe an Access.
type AccessArgs struct {
	Names      stack.Names
	Repository repository
	GitHub     *GitHub
	State      *State   // nil where Pulumi Cloud keeps it
	Caches     []string // buckets that keep the audit trail in the place of the stack's own
	Zones      []string // of Route 53, that have the stack's domain
	Servers    []string // what may run beside functions: stack.Tasks, stack.Hosts
	Registry   bool     // images are kept, whatever runs
}

func (a *AccessArgs) resources() resources {
	return resources{Names: a.Names, zones: a.Zones, servers: a.Servers, registry: a.Registry}
}

// NewAccess makes both roles of a stack.
func NewAccess(ctx *pulumi.Context, name string, args *AccessArgs, opts ...pulumi.ResourceOption) (*Access, error) {
	c := &Access{names: args.Names, state: args.State}
	if err := ctx.RegisterComponentResource("send:bootstrap:Access", name, c, opts...); err != nil {
		return nil, err
	}
	inside := pulumi.Parent(c)
	if err := newBoundary(ctx, args.Names, inside, args.Servers, args.Caches...); err != nil {
		return nil, err
	}
	var err error
	if c.Deploy, err = newPipelineRole(ctx, args.Names.PipelineRole("deploy"), c.deployParts(args), trusting{
		args.GitHub, args.Repository, args.Names.Stack,
	}, inside); err != nil {
		return nil, err
	}
	if c.Preview, err = newPipelineRole(ctx, args.Names.PipelineRole("preview"), c.previewParts(args), trusting{
		args.GitHub, args.Repository, args.Names.Stack + "-preview",
	}, inside); err != nil {
		return nil, err
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"deploy": c.Deploy, "preview": c.Preview})
}

// newBoundary makes the policy that bounds the roles of what runs. Without it no deploy
// can make a role, and whoever removed it would free all.
func newBoundary(
	ctx *pulumi.Context, n stack.Names, inside pulumi.ResourceOption, servers []string, caches ...string,
) error {
	_, err := iam.NewPolicy(ctx, n.Boundary(), &iam.PolicyArgs{
		Name:        pulumi.String(n.Boundary()),
		Description: pulumi.Sprintf("The most that what runs of SGraph Send %s can do", n.Stack),
		Policy:      policy.Document(policy.Boundary(n, servers, caches...)...),
	}, inside, pulumi.Protect(true))
	return err
}

// parts are the policies of a role, by their names.
type parts map[string][]policy.Statement

func (c *Access) deployParts(args *AccessArgs) parts {
	const purpose = "deploy"
	n, r := args.Names, args.resources()
	return parts{
		n.PipelineRole(purpose):     append(r.deploy(), r.tells()...),
		n.PipelineEdge(purpose):     r.edge(),
		n.PipelineDomain(purpose):   r.domain(true),
		n.PipelineServers(purpose):  r.front(),
		n.PipelineTasks(purpose):    r.tasks(),
		n.PipelineHosts(purpose):    r.hosts(),
		n.PipelineRegistry(purpose): r.images(true),
		n.PipelineState(purpose):    c.stateAccess(true),
	}
}

func (c *Access) previewParts(args *AccessArgs) parts {
	const purpose = "preview"
	n, r := args.Names, args.resources()
	return parts{
		n.PipelineRole(purpose):     r.preview(),
		n.PipelineDomain(purpose):   r.domain(false),
		n.PipelineServers(purpose):  r.looks(),
		n.PipelineRegistry(purpose): r.images(false),
		n.PipelineState(purpose):    c.stateAccess(false),
	}
}

// trusting is whom a role is for: the jobs of one environment of a repository.
type trusting struct {
	github      *GitHub
	repository  repository
	environment string
}

// newPipelineRole makes the role of one environment.
func newPipelineRole(
	ctx *pulumi.Context, name string, can parts, to trusting, inside pulumi.ResourceOption,
) (pulumi.StringOutput, error) {
	role, err := iam.NewRole(ctx, name, &iam.RoleArgs{
		Name:               pulumi.String(name),
		Description:        pulumi.Sprintf("GitHub %s, environment %s", to.repository, to.environment),
		AssumeRolePolicy:   to.github.trust(to.repository, to.environment),
		MaxSessionDuration: pulumi.Int(3600),
	}, inside)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	for _, part := range slices.Sorted(maps.Keys(can)) {
		if len(can[part]) == 0 {
			continue
		}
		if err := grant(ctx, part, role, can[part], inside); err != nil {
			return pulumi.StringOutput{}, err
		}
	}
	return role.Arn, nil
}

// grant lets a role do what a managed policy says: each may have 6,144 characters, and
// the inline ones of a role 10,240 together.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
func grant(
	ctx *pulumi.Context, name string, to *iam.Role, statements []policy.Statement, inside pulumi.ResourceOption,
) error {
	made, err := iam.NewPolicy(ctx, name, &iam.PolicyArgs{
		Name:   pulumi.String(name),
		Policy: policy.Document(statements...),
	}, inside)
	if err != nil {
		return err
	}
	_, err = iam.NewRolePolicyAttachment(ctx, name, &iam.RolePolicyAttachmentArgs{
		Role:      to.Name,
		PolicyArn: made.Arn,
	}, inside)
	return err
}

// stateAccess grants one stack's part of the state, and its key. The paths are
// those of Pulumi's own backends, with .gz, .zst and .bak behind them at times. A
// preview takes no lock and leaves no history.
// https://github.com/pulumi/pulumi/tree/v3.232.0/pkg/backend/diy
func (c *Access) stateAccess(write bool) []policy.Statement {
	if c.state == nil {
		return nil
	}
	name := c.names.Stack
	part := func(path string) any { return pulumi.Sprintf("arn:aws:s3:::%s/.pulumi/%s", c.state.Bucket, path) }
	read := []string{"s3:GetObject"}
	own := []any{
		part("stacks/" + stack.Project + "/" + name + ".json*"),
		part("stacks/" + stack.Project + "/" + name + ".pulumi-tags"),
	}
	grants := []policy.Statement{
		policy.Allow([]string{"s3:ListBucket", "s3:GetBucketLocation"},
			pulumi.Sprintf("arn:aws:s3:::%s", c.state.Bucket)),
		policy.Allow([]string{"s3:GetObject"}, part("meta.yaml")),
		policy.Allow([]string{"kms:Decrypt", "kms:Encrypt", "kms:DescribeKey"}, c.state.Keys[name].Arn),
	}
	if write {
		read = append(read, "s3:PutObject", "s3:DeleteObject")
		own = append(own,
			part("history/"+stack.Project+"/"+name+"/*"),
			part("backups/"+stack.Project+"/"+name+"/*"),
			part("locks/organization/"+stack.Project+"/"+name+"/*"))
	}
	return append(grants, policy.Allow(read, own...))
}

// Variables are what to set in a GitHub environment.
func (c *Access) Variables(role pulumi.StringOutput) pulumi.StringMap {
	variables := pulumi.StringMap{"AWS_ROLE_ARN": role}
	if c.state != nil {
		variables["PULUMI_BACKEND_URL"] = c.state.BackendURL
		variables["PULUMI_SECRETS_PROVIDER"] = pulumi.String(c.names.SecretsProvider())
	}
	return variables
}
