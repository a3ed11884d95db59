package main

import (
	"github.com/pulumi/pulumi-github/sdk/v6/go/github"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// tagging is the environment of the job that makes versions: it has the key of the
// identity that may.
const tagging = "tag"

// pages is the environment from which GitHub takes the site of the documentation.
const pages = "github-pages"

// Rules are what holds for a repository as a whole: which branches and tags stay as
// they are, and whose actions run.
type Rules struct{ pulumi.ResourceState }

// RulesArgs describe Rules.
type RulesArgs struct {
	Repository   repository
	Reviews      int  // that a pull request to main needs
	MergeQueue   bool // pull requests to main are tested with what comes before them
	Tagger       int  // number of the GitHub App that makes versions; 0 where any job does
	Attestations bool // the plan has them
}

// tagsAreMade is the ruleset that the tagger alone is above.
const tagsAreMade = "versions are made by the pipeline"

// actions is GitHub Actions as an app, whose checks are believed.
const actions = 15368

// NewRules makes them.
func NewRules(ctx *pulumi.Context, name string, args *RulesArgs, opts ...pulumi.ResourceOption) (*Rules, error) {
	c := &Rules{}
	if err := ctx.RegisterComponentResource("send:bootstrap:Rules", name, c, opts...); err != nil {
		return nil, err
	}
	inside, repo := pulumi.Parent(c), pulumi.String(args.Repository.name)
	// Schedules, and what is started by hand or by a release, run the default branch.
	if _, err := github.NewBranchDefault(ctx, name, &github.BranchDefaultArgs{
		Repository: repo,
		Branch:     pulumi.String(mainBranch),
	}, inside); err != nil {
		return nil, err
	}
	for _, r := range args.rulesets() {
		if _, err := github.NewRepositoryRuleset(ctx, r.name, &github.RepositoryRulesetArgs{
			Repository:  repo,
			Name:        pulumi.String(r.name),
			Target:      pulumi.String(r.target),
			Enforcement: pulumi.String("active"),
			Conditions: &github.RepositoryRulesetConditionsArgs{
				RefName: &github.RepositoryRulesetConditionsRefNameArgs{
					Includes: pulumi.ToStringArray(r.refs),
					Excludes: pulumi.StringArray{},
				},
			},
			BypassActors: r.bypass,
			Rules:        r.rules,
		}, inside); err != nil {
			return nil, err
		}
	}
	if err := args.allowActions(ctx, name, inside); err != nil {
		return nil, err
	}
	variables := pulumi.StringMap{}
	if args.Tagger != 0 {
		variables["TAGGER_APP_ID"] = pulumi.Sprintf("%d", args.Tagger)
	}
	if !args.Attestations {
		variables["ATTESTATIONS"] = pulumi.String("off")
	}
	for key, value := range variables {
		if _, err := github.NewActionsVariable(ctx, key, &github.ActionsVariableArgs{
			Repository:   repo,
			VariableName: pulumi.String(key),
			Value:        value,
		}, inside); err != nil {
			return nil, err
		}
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{})
}

// namedRules are a ruleset of some patterns of refs.
type namedRules struct {
	name, target string
	refs         []string
	rules        *github.RepositoryRulesetRulesArgs
	bypass       github.RepositoryRulesetBypassActorArray
}

// versionTags are the tags of versions, and of the modules of each, by their folders.
var versionTags = []string{"refs/tags/v*", "refs/tags/*/v*", "refs/tags/*/*/v*"}

func (args *RulesArgs) rulesets() []namedRules {
	yes := pulumi.Bool(true)
	main := &github.RepositoryRulesetRulesArgs{
		Deletion:       yes,
		NonFastForward: yes,
		PullRequest: &github.RepositoryRulesetRulesPullRequestArgs{
			RequiredApprovingReviewCount:   pulumi.Int(args.Reviews),
			DismissStaleReviewsOnPush:      yes,
			RequireLastPushApproval:        yes,
			RequireCodeOwnerReview:         yes,
			RequiredReviewThreadResolution: yes,
		},
		RequiredStatusChecks: &github.RepositoryRulesetRulesRequiredStatusChecksArgs{
			RequiredChecks: github.RepositoryRulesetRulesRequiredStatusChecksRequiredCheckArray{
				&github.RepositoryRulesetRulesRequiredStatusChecksRequiredCheckArgs{
					Context:       pulumi.String("test"), // the job of preview.yml
					IntegrationId: pulumi.Int(actions),
				},
			},
		},
	}
	if args.MergeQueue {
		main.MergeQueue = &github.RepositoryRulesetRulesMergeQueueArgs{
			GroupingStrategy:            pulumi.String("ALLGREEN"),
			CheckResponseTimeoutMinutes: pulumi.Int(90), // more than the tests may take
		}
	}
	kept := &github.RepositoryRulesetRulesArgs{Deletion: yes, NonFastForward: yes}
	never := &github.RepositoryRulesetRulesArgs{Creation: yes, Update: yes}
	stay := &github.RepositoryRulesetRulesArgs{Update: yes, Deletion: yes}
	all := []namedRules{
		{name: "main", target: "branch", refs: []string{"refs/heads/" + mainBranch}, rules: main},
		{name: "dev", target: "branch", refs: []string{"refs/heads/" + devBranch}, rules: kept},
		// Where a name can be either, git and much else take the branch.
		{name: "no branches like versions", target: "branch", refs: []string{"refs/heads/v*.*.*"}, rules: never},
		{name: "versions stay", target: "tag", refs: versionTags, rules: stay},
	}
	if args.Tagger != 0 {
		all = append(all, namedRules{
			name: tagsAreMade, target: "tag", refs: versionTags,
			rules: &github.RepositoryRulesetRulesArgs{Creation: yes},
			// A key that deploys would need no app, but this provider knows none as one who bypasses.
			bypass: github.RepositoryRulesetBypassActorArray{&github.RepositoryRulesetBypassActorArgs{
				ActorId:    pulumi.Int(args.Tagger),
				ActorType:  pulumi.String("Integration"),
				BypassMode: pulumi.String("always"),
			}},
		})
	}
	return all
}

// allowActions lets the workflows use GitHub's own actions and those that they use
// today. By which commit, the rules of the workflows say, which pull requests are
// held to: here each update of one would need a person.
func (args *RulesArgs) allowActions(ctx *pulumi.Context, name string, inside pulumi.ResourceOption) error {
	_, err := github.NewActionsRepositoryPermissions(ctx, name, &github.ActionsRepositoryPermissionsArgs{
		Repository:     pulumi.String(args.Repository.name),
		Enabled:        pulumi.Bool(true),
		AllowedActions: pulumi.String("selected"),
		AllowedActionsConfig: &github.ActionsRepositoryPermissionsAllowedActionsConfigArgs{
			GithubOwnedAllowed: pulumi.Bool(true),
			VerifiedAllowed:    pulumi.Bool(false),
			PatternsAlloweds:   pulumi.StringArray{pulumi.String("aws-actions/configure-aws-credentials@*")},
		},
	}, inside)
	return err
}
