package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"sgraph.ai/send/shared/stack"
)

// settings are what the person says.
type settings struct {
	repository repository
	stacks     []string
	caches     map[string][]string // by stack
	zones      map[string][]string // of Route 53, by stack
	servers    []string            // what runs here beside functions: stack.Tasks, stack.Hosts
	registry   bool                // images are kept, whatever runs
	pulls      bool                // stacks of pull requests are made here
	state      bool
	provider   bool
	region     string
	github     repositorySettings

	account string // whose credentials these are
}

// prod is the stack that people use.
const prod = "prod"

// repository is one of GitHub's, by its names and by the numbers that stay when
// names change hands.
type repository struct{ owner, ownerID, name, id string }

var repositoryForm = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9-]*)@([1-9][0-9]*)/([A-Za-z0-9._-]+)@([1-9][0-9]*)$`)

// parseRepository reads owner@ID/name@ID.
func parseRepository(text string) (repository, error) {
	part := repositoryForm.FindStringSubmatch(text)
	if part == nil {
		return repository{}, fmt.Errorf("repository is %q: set it with pulumi config set repository owner@ID/name@ID, "+
			"which gh api repos/owner/name --jq '\"\\(.owner.login)@\\(.owner.id)/\\(.name)@\\(.id)\"' shows", text)
	}
	return repository{owner: part[1], ownerID: part[2], name: part[3], id: part[4]}, nil
}

func (r repository) String() string { return r.owner + "/" + r.name }

// subjects are what GitHub's tokens call the jobs of one environment: with the
// numbers, or, where the repository is older than July 2026 and was not moved
// since, without.
// https://docs.github.com/en/actions/reference/security/oidc#immutable-subject-claims
func (r repository) subjects(environment string) []string {
	return []string{
		fmt.Sprintf("repo:%s@%s/%s@%s:environment:%s", r.owner, r.ownerID, r.name, r.id, environment),
		fmt.Sprintf("repo:%s/%s:environment:%s", r.owner, r.name, environment),
	}
}

func loadSettings(ctx *pulumi.Context) (settings, error) {
	c := config.New(ctx, "sgraph-send-bootstrap")
	s := settings{
		region:   config.Get(ctx, "aws:region"),
		state:    flag(c, "state"),
		provider: flag(c, "provider"),
	}
	var faults []error
	var err error
	// A pattern that matched more than one repository would let strangers deploy.
	if s.repository, err = parseRepository(c.Get("repository")); err != nil {
		faults = append(faults, err)
	}
	if s.region == "" {
		faults = append(faults, errors.New("aws:region is missing: set it with pulumi config set aws:region eu-west-2"))
	}
	stacks := c.Get("stacks")
	if stacks == "" {
		stacks = "dev,qa"
	}
	for name := range strings.SplitSeq(stacks, ",") {
		name = strings.TrimSpace(name)
		if strings.HasSuffix(name, "-preview") || slices.Contains([]string{approval, tagging, pages, pullEnvironment}, name) {
			faults = append(faults, fmt.Errorf("%q is the name of another environment, not of a stack", name))
		}
		if strings.HasPrefix(name, stack.Pulls+"-") {
			faults = append(faults, fmt.Errorf("%q is the name of a pull request's stack: set pullRequests to true, and it is "+
				"within reach of their pipeline", name))
		}
		if err := (stack.Names{Region: s.region, Stack: name}).Check(); err != nil {
			faults = append(faults, fmt.Errorf("the name of a stack: %w", err))
		}
		s.stacks = append(s.stacks, name)
	}
	// What AWS names itself, a policy cannot tell apart by the stack.
	if len(s.stacks) > 1 && slices.Contains(s.stacks, prod) && !c.GetBool("oneAccount") {
		faults = append(faults, fmt.Errorf("stacks: %s shares this account with others, whose pipelines could reach its "+
			"distributions and firewall: run this once in an account of its own, with stacks set to %[1]s, and in the "+
			"other without it; or accept it with pulumi config set oneAccount true", prod))
	}
	if s.caches, err = byStack("caches", "bucket", bucketForm, c.Get("caches"), s.stacks); err != nil {
		faults = append(faults, err)
	}
	s.registry = c.GetBool("registry")
	if s.pulls = c.GetBool("pullRequests"); s.pulls && slices.Contains(s.stacks, prod) {
		faults = append(faults, fmt.Errorf("pullRequests: what is only proposed would run in the account of %s: set it in "+
			"the account of dev alone", prod))
	}
	if s.servers, err = parseComputes(c.Get("computes")); err != nil {
		faults = append(faults, err)
	}
	if s.zones, err = byStack("zones", "zone", zoneForm, c.Get("zones"), s.stacks); err != nil {
		faults = append(faults, err)
	}
	if s.github, err = loadRepositorySettings(ctx, c, s); err != nil {
		faults = append(faults, err)
	}
	return s, errors.Join(faults...)
}

// parseComputes reads what runs the services of stacks, as their setting compute has
// it, separated by commas: functions, which each stack has, and what is none.
func parseComputes(text string) (servers []string, err error) {
	if text == "" {
		return nil, nil
	}
	known := map[string]string{"lambda": "", "fargate": stack.Tasks, "ec2": stack.Hosts}
	for name := range strings.SplitSeq(text, ",") {
		kind, is := known[strings.TrimSpace(name)]
		if !is {
			return nil, fmt.Errorf("computes: %q is none of lambda, fargate and ec2", name)
		}
		if kind != "" && !slices.Contains(servers, kind) {
			servers = append(servers, kind)
		}
	}
	return servers, nil
}

var (
	bucketForm = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	zoneForm   = regexp.MustCompile(`^[A-Z0-9]{1,32}$`)
)

// byStack reads stack=value, separated by commas; what names the values.
func byStack(setting, what string, form *regexp.Regexp, text string, stacks []string) (map[string][]string, error) {
	values := map[string][]string{}
	if text == "" {
		return values, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		of, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if !slices.Contains(stacks, of) || !form.MatchString(value) {
			return nil, fmt.Errorf("%s: %q is not of the form stack=%s, with one of the stacks", setting, part, what)
		}
		values[of] = append(values[of], value)
	}
	return values, nil
}

// flag reads a switch that is on unless it is turned off.
func flag(c *config.Config, key string) bool {
	on, err := c.TryBool(key)
	return err != nil || on
}
