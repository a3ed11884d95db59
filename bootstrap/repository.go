package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-github/sdk/v6/go/github"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

// repositorySettings are what the person says of the repository on GitHub.
type repositorySettings struct {
	environments bool // are made for the stacks here
	rules        bool // are made for the repository as a whole, which one account does

	protection   bool
	reviewers    []string
	reviews      int
	mergeQueue   bool
	tagger       int
	attestations bool
	alarmEmail   string
}

// reviewerForm is a login, or owner/team.
var reviewerForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]*(/[A-Za-z0-9._-]+)?$`)

// mostReviewers is what an environment can have.
// https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments#required-reviewers
const mostReviewers = 6

// loadRepositorySettings reads them. Nothing is made where nothing is said of it.
func loadRepositorySettings(ctx *pulumi.Context, c *config.Config, of settings) (s repositorySettings, err error) {
	switch what := cmp.Or(c.Get("github"), "none"); what {
	case "none":
		return s, nil
	case "environments":
		s.environments = true
	case "repository":
		s.environments, s.rules = true, true
	default:
		return s, fmt.Errorf("github: %q is none of none, environments and repository", what)
	}
	var faults []error
	// The provider asks for both. The token it finds by itself, so that no state has it.
	if owner := config.Get(ctx, "github:owner"); owner != of.repository.owner {
		faults = append(faults, fmt.Errorf("github: whose repository it is has to be set for the provider, too: "+
			"pulumi config set github:owner %s", of.repository.owner))
	}
	if os.Getenv("GITHUB_TOKEN") == "" && config.Get(ctx, "github:token") == "" {
		faults = append(faults, errors.New("github: there is no token: export GITHUB_TOKEN=\"$(gh auth token)\", of "+
			"somebody who administers the repository"))
	}
	s.protection, s.attestations, s.mergeQueue = flag(c, "protection"), flag(c, "attestations"), c.GetBool("mergeQueue")
	s.alarmEmail = c.Get("alarmEmail")
	for name := range strings.SplitSeq(c.Get("reviewers"), ",") {
		name = strings.TrimSpace(name)
		if name == "" {
			continue
		}
		if owner, _, isTeam := strings.Cut(name, "/"); !reviewerForm.MatchString(name) ||
			isTeam && !strings.EqualFold(owner, of.repository.owner) {
			faults = append(faults, fmt.Errorf("reviewers: %q is neither a user's name nor a team as %s/team",
				name, of.repository.owner))
		}
		s.reviewers = append(s.reviewers, name)
	}
	if n := len(s.reviewers); slices.Contains(of.stacks, prod) && s.protection && (n == 0 || n > mostReviewers) {
		faults = append(faults, fmt.Errorf("reviewers: %d approve deploys to prod, want one to %d, separated by commas; or "+
			"say that the plan has no reviewers with pulumi config set protection false: docs/new-account.md", n, mostReviewers))
	}
	s.reviews = 1
	if c.Get("reviews") != "" {
		if s.reviews, err = c.TryInt("reviews"); err != nil || s.reviews < 0 || s.reviews > 10 {
			faults = append(faults, fmt.Errorf("reviews: %q is no number from 0 to 10", c.Get("reviews")))
		}
	}
	if c.Get("tagger") != "" {
		if s.tagger, err = c.TryInt("tagger"); err != nil || s.tagger < 1 {
			faults = append(faults, fmt.Errorf("tagger: %q is not the number of a GitHub App", c.Get("tagger")))
		}
	}
	return s, errors.Join(faults...)
}

// askingLabel is what gives a pull request a stack.
const askingLabel = "stack"

// onGitHub makes what the repository has to have, for environments that are told
// what is given, and what else the stacks of this account need.
func (s settings) onGitHub(ctx *pulumi.Context, told map[string]Told) error {
	if !s.github.environments {
		return nil
	}
	all := map[string]Told{}
	for name, t := range told {
		variables := maps.Clone(t.Variables)
		if s.github.alarmEmail != "" && name != pullEnvironment {
			variables["SEND_ALARM_EMAIL"] = pulumi.String(s.github.alarmEmail)
		}
		all[name] = Told{Variables: variables, Secrets: pulumi.StringMap{
			"AWS_ACCOUNT_ID":     pulumi.String(s.account),
			"AWS_DEFAULT_REGION": pulumi.String(s.region),
		}}
	}
	if slices.Contains(s.stacks, prod) {
		all[approval] = Told{}
	}
	if s.github.rules {
		all[tagging], all[pages] = Told{}, Told{}
	}
	if _, err := NewEnvironments(ctx, "environments", &EnvironmentsArgs{
		Repository: s.repository,
		Told:       all,
		Protection: s.github.protection,
		Reviewers:  s.github.reviewers,
	}); err != nil {
		return err
	}
	if s.pulls {
		if err := newPullLabel(ctx, s.repository); err != nil {
			return err
		}
	}
	if s.pulls {
		if _, err := github.NewIssueLabel(ctx, askingLabel, &github.IssueLabelArgs{
			Repository:  pulumi.String(s.repository.name),
			Name:        pulumi.String(askingLabel),
			Color:       pulumi.String("0e8a16"),
			Description: pulumi.String("Gives the pull request a stack of its own, of the commit that it is at"),
		}); err != nil {
			return err
		}
	}
	if !s.github.rules {
		return nil
	}
	_, err := NewRules(ctx, "rules", &RulesArgs{
		Repository:   s.repository,
		Reviews:      s.github.reviews,
		MergeQueue:   s.github.mergeQueue,
		Tagger:       s.github.tagger,
		Attestations: s.github.attestations,
	})
	return err
}
