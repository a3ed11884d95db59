package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi-github/sdk/v6/go/github"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// approval is the environment in which people are asked before prod's: it has
// reviewers, and no secrets.
const approval = "prod-approval"

// Environments are those of GitHub in which the jobs of the stacks run, each with the
// branches that may use it and what the jobs are told.
type Environments struct{ pulumi.ResourceState }

// EnvironmentsArgs describe Environments.
type EnvironmentsArgs struct {
	Repository repository
	Told       map[string]Told // by the names of the environments
	Protection bool            // the plan guards environments: by reviewers, and from administrators
	Reviewers  []string        // who approves deploys to prod: logins, and teams as owner/team
}

// Told is what the jobs in an environment are told. Secrets are here what no one has
// to guess, though the pipelines read them as such; the others are a person's to set.
type Told struct{ Variables, Secrets pulumi.StringMap }

// NewEnvironments makes them. Pulumi refuses to delete them: the secrets that people
// set would go with them.
func NewEnvironments(
	ctx *pulumi.Context, name string, args *EnvironmentsArgs, opts ...pulumi.ResourceOption,
) (*Environments, error) {
	c := &Environments{}
	if err := ctx.RegisterComponentResource("send:bootstrap:Environments", name, c, opts...); err != nil {
		return nil, err
	}
	inside := pulumi.Parent(c)
	for _, environment := range slices.Sorted(maps.Keys(args.Told)) {
		if err := newEnvironment(ctx, environment, args, inside); err != nil {
			return nil, err
		}
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{})
}

func newEnvironment(ctx *pulumi.Context, name string, args *EnvironmentsArgs, inside pulumi.ResourceOption) error {
	repo, branches := pulumi.String(args.Repository.name), branchesOf(name)
	wanted := &github.RepositoryEnvironmentArgs{
		Repository:      repo,
		Environment:     pulumi.String(name),
		CanAdminsBypass: pulumi.Bool(!args.Protection),
	}
	if branches != nil {
		wanted.DeploymentBranchPolicy = &github.RepositoryEnvironmentDeploymentBranchPolicyArgs{
			ProtectedBranches:    pulumi.Bool(false),
			CustomBranchPolicies: pulumi.Bool(true),
		}
	}
	if name == approval && args.Protection {
		reviewers, err := findReviewers(ctx, args.Reviewers)
		if err != nil {
			return err
		}
		wanted.Reviewers = github.RepositoryEnvironmentReviewerArray{reviewers}
		wanted.PreventSelfReview = pulumi.Bool(true)
	}
	made, err := github.NewRepositoryEnvironment(ctx, name, wanted, inside, pulumi.Protect(true))
	if err != nil {
		return err
	}
	for _, branch := range branches {
		if _, err := github.NewRepositoryEnvironmentDeploymentPolicy(ctx, name+"-"+branch,
			&github.RepositoryEnvironmentDeploymentPolicyArgs{
				Repository:    repo,
				Environment:   made.Environment,
				BranchPattern: pulumi.String(branch),
			}, inside); err != nil {
			return err
		}
	}
	for key, value := range args.Told[name].Variables {
		if _, err := github.NewActionsEnvironmentVariable(ctx, name+"-"+key, &github.ActionsEnvironmentVariableArgs{
			Repository:   repo,
			Environment:  made.Environment,
			VariableName: pulumi.String(key),
			Value:        value,
		}, inside); err != nil {
			return err
		}
	}
	for key, value := range args.Told[name].Secrets {
		if _, err := github.NewActionsEnvironmentSecret(ctx, name+"-"+key, &github.ActionsEnvironmentSecretArgs{
			Repository:     repo,
			Environment:    made.Environment,
			SecretName:     pulumi.String(key),
			PlaintextValue: value,
		}, inside); err != nil {
			return err
		}
	}
	return nil
}

// findReviewers asks GitHub for the numbers of users and teams.
func findReviewers(ctx *pulumi.Context, names []string) (*github.RepositoryEnvironmentReviewerArgs, error) {
	var users, teams pulumi.IntArray
	for _, name := range names {
		var id string
		_, slug, isTeam := strings.Cut(name, "/")
		if isTeam {
			only := true
			team, err := github.LookupTeam(ctx, &github.LookupTeamArgs{Slug: slug, SummaryOnly: &only})
			if err != nil {
				return nil, fmt.Errorf("asking GitHub for the team %s: %w", name, err)
			}
			id = team.Id
		} else {
			user, err := github.GetUser(ctx, &github.GetUserArgs{Username: name})
			if err != nil {
				return nil, fmt.Errorf("asking GitHub for the user %s: %w", name, err)
			}
			id = user.Id
		}
		number, err := strconv.Atoi(id)
		if err != nil {
			return nil, fmt.Errorf("GitHub's number of %s is %q", name, id)
		}
		if isTeam {
			teams = append(teams, pulumi.Int(number))
		} else {
			users = append(users, pulumi.Int(number))
		}
	}
	return &github.RepositoryEnvironmentReviewerArgs{Users: users, Teams: teams}, nil
}
