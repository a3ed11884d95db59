package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"sgraph.ai/send/shared/stack"
)

// settings are what the person says.
type settings struct {
	repository string
	stacks     []string
	state      bool
	provider   bool
	region     string

	account string // whose credentials these are
}

var repositoryForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$`)

func loadSettings(ctx *pulumi.Context) (settings, error) {
	c := config.New(ctx, "sgraph-send-bootstrap")
	s := settings{
		repository: c.Get("repository"),
		region:     config.Get(ctx, "aws:region"),
		state:      flag(c, "state"),
		provider:   flag(c, "provider"),
	}
	var faults []error
	// A pattern that matched more than one repository would let strangers deploy.
	if !repositoryForm.MatchString(s.repository) {
		faults = append(faults, fmt.Errorf(
			"repository is %q: set it with pulumi config set repository owner/name", s.repository))
	}
	if s.region == "" {
		faults = append(faults, errors.New("aws:region is missing: set it with pulumi config set aws:region eu-west-2"))
	}
	stacks := c.Get("stacks")
	if stacks == "" {
		stacks = "dev,qa,prod"
	}
	for name := range strings.SplitSeq(stacks, ",") {
		name = strings.TrimSpace(name)
		if strings.HasSuffix(name, "-preview") {
			faults = append(faults, fmt.Errorf("%q is the name of a preview's environment, not of a stack", name))
		}
		if err := (stack.Names{Region: s.region, Stack: name}).Check(); err != nil {
			faults = append(faults, fmt.Errorf("the name of a stack: %w", err))
		}
		s.stacks = append(s.stacks, name)
	}
	return s, errors.Join(faults...)
}

// flag reads a switch that is on unless it is turned off.
func flag(c *config.Config, key string) bool {
	on, err := c.TryBool(key)
	return err != nil || on
}
