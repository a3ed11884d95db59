package main

import (
	"github.com/pulumi/pulumi-github/sdk/v6/go/github"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/policy"
	"sgraph.ai/send/shared/stack"
)

// pullEnvironment is the environment of jobs that make and remove the stacks of pull
// requests.
const pullEnvironment = "pull-request"

// Pulls is how the pipelines reach the stacks of pull requests, which come and go: one
// role for all of them, that reaches their names and no others. It runs what somebody
// only proposes, so it can have nothing that AWS grants for everything or not at all,
// but to read: such a stack has no edge, no domain and no servers, saves no queries and
// tells nobody.
type Pulls struct {
	pulumi.ResourceState

	Deploy pulumi.StringOutput // ARN of the role

	names stack.Names
	state *State
}

// PullsArgs describe a Pulls.
type PullsArgs struct {
	Account, Region string
	Repository      repository
	GitHub          *GitHub
	State           *State // nil where Pulumi Cloud keeps it
}

// NewPulls makes the role, and the boundary of the roles that it makes.
func NewPulls(ctx *pulumi.Context, name string, args *PullsArgs, opts ...pulumi.ResourceOption) (*Pulls, error) {
	c := &Pulls{
		names: stack.Names{Account: args.Account, Region: args.Region, Stack: stack.AllPulls}, state: args.State,
	}
	if err := ctx.RegisterComponentResource("send:bootstrap:Pulls", name, c, opts...); err != nil {
		return nil, err
	}
	inside := pulumi.Parent(c)
	if err := newBoundary(ctx, c.names, inside, nil); err != nil {
		return nil, err
	}
	const purpose = "deploy"
	var err error
	if c.Deploy, err = newPipelineRole(ctx, c.names.PipelineRole(purpose), parts{
		c.names.PipelineRole(purpose):  resources{Names: c.names, pulls: true}.deploy(),
		c.names.PipelineState(purpose): c.stateAccess(),
	}, trusting{args.GitHub, args.Repository, pullEnvironment}, inside); err != nil {
		return nil, err
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"deploy": c.Deploy})
}

// stateAccess grants these stacks' states, and their key. Their bucket has nothing else
// in it, so that who cleans up can list them.
func (c *Pulls) stateAccess() []policy.Statement {
	if c.state == nil {
		return nil
	}
	return []policy.Statement{
		policy.Allow([]string{"s3:ListBucket"}, pulumi.Sprintf("arn:aws:s3:::%s", c.state.PullsBucket)),
		policy.Allow([]string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject"},
			pulumi.Sprintf("arn:aws:s3:::%s/.pulumi/*", c.state.PullsBucket)),
		policy.Allow([]string{"kms:Decrypt", "kms:Encrypt", "kms:DescribeKey"}, c.state.Keys[stack.AllPulls].Arn),
	}
}

// newPullLabel makes the label by which a person asks for the stack of a pull request.
func newPullLabel(ctx *pulumi.Context, of repository) error {
	_, err := github.NewIssueLabel(ctx, "stack", &github.IssueLabelArgs{
		Repository:  pulumi.String(of.name),
		Name:        pulumi.String("stack"),
		Color:       pulumi.String("1d76db"),
		Description: pulumi.String("Make a stack of the commit that is the head now"),
	})
	return err
}

// Variables are what to set in the environment.
func (c *Pulls) Variables() pulumi.StringMap {
	variables := pulumi.StringMap{"AWS_ROLE_ARN": c.Deploy}
	if c.state != nil {
		variables["PULUMI_BACKEND_URL"] = backend(c.state.PullsBucket, c.names.Region)
		variables["PULUMI_SECRETS_PROVIDER"] = pulumi.String(c.names.SecretsProvider())
	}
	return variables
}
