package main

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/policy"
)

// issuer is whom AWS asks whether a token of GitHub's is real.
const issuer = "token.actions.githubusercontent.com"

// GitHub is the account's trust in GitHub as a provider of identities. It
// allows nothing by itself.
type GitHub struct {
	pulumi.ResourceState

	ProviderARN pulumi.StringOutput
}

// GitHubArgs describe a GitHub.
type GitHubArgs struct {
	Account string
	Adopt   bool // the account has the identity provider already: it can have only one
}

// NewGitHub makes the identity provider, or refers to the one that is there.
func NewGitHub(ctx *pulumi.Context, name string, args *GitHubArgs, opts ...pulumi.ResourceOption) (*GitHub, error) {
	c := &GitHub{}
	if err := ctx.RegisterComponentResource("send:bootstrap:GitHub", name, c, opts...); err != nil {
		return nil, err
	}
	c.ProviderARN = pulumi.Sprintf("arn:aws:iam::%s:oidc-provider/%s", args.Account, issuer)
	if !args.Adopt {
		provider, err := iam.NewOpenIdConnectProvider(ctx, name, &iam.OpenIdConnectProviderArgs{
			Url:           pulumi.String("https://" + issuer),
			ClientIdLists: pulumi.StringArray{pulumi.String("sts.amazonaws.com")},
		}, pulumi.Parent(c))
		if err != nil {
			return nil, err
		}
		c.ProviderARN = provider.Arn
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"providerArn": c.ProviderARN})
}

// The branches that are deployed: each stack of one, so that what runs with its rights
// is what was merged there.
const (
	devBranch  = "dev"
	mainBranch = "main"
)

// branchesOf are those whose jobs may be in an environment. None are all: what a pull
// request changes is looked at, and tried, before it is merged.
func branchesOf(environment string) []string {
	switch environment {
	case "dev", pages:
		return []string{devBranch}
	case "dev-preview", pullEnvironment:
		return nil
	case tagging:
		return []string{devBranch, mainBranch}
	}
	return []string{mainBranch}
}

// trust lets jobs of one environment of one repository assume a role. Equals,
// not like: nothing here is a pattern. The repository is known by its number,
// since whoever takes over a name that was given up gets its subjects as well. The
// branch stands here although the environment has it, too: an environment that was
// never made, or that a plan cannot guard, admits all of them.
// https://aws.amazon.com/about-aws/whats-new/2026/01/aws-sts-supports-validation-identity-provider-claims/
func (g *GitHub) trust(of repository, environment string) pulumi.StringOutput {
	claims := map[string]any{
		issuer + ":aud":           "sts.amazonaws.com",
		issuer + ":sub":           of.subjects(environment),
		issuer + ":repository_id": of.id,
		issuer + ":environment":   environment,
	}
	var refs []string
	for _, branch := range branchesOf(environment) {
		refs = append(refs, "refs/heads/"+branch)
	}
	if refs != nil {
		claims[issuer+":ref"] = refs
	}
	return policy.Document(policy.Statement{
		"Effect":    "Allow",
		"Action":    "sts:AssumeRoleWithWebIdentity",
		"Principal": map[string]any{"Federated": g.ProviderARN},
		"Condition": map[string]any{"StringEquals": claims},
	})
}
