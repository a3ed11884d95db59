// Command bootstrap is the Pulumi program that a person runs once in each AWS
// account: it lets the pipelines of one GitHub repository deploy the stacks
// that live there, without a long-lived key. docs/new-account.md says how.
package main

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/shared/stack"
)

func main() { pulumi.Run(program) }

func program(ctx *pulumi.Context) error {
	s, err := loadSettings(ctx)
	if err != nil {
		return err
	}
	caller, err := aws.GetCallerIdentity(ctx, nil)
	if err != nil {
		return fmt.Errorf("asking AWS whose credentials these are: %w", err)
	}
	s.account = caller.AccountId

	github, err := NewGitHub(ctx, "github", &GitHubArgs{
		Account: s.account,
		Adopt:   !s.provider,
	})
	if err != nil {
		return err
	}
	var state *State
	if s.state {
		if state, err = NewState(ctx, "state", &StateArgs{
			Account: s.account,
			Region:  s.region,
			Stacks:  s.stacks,
			Pulls:   s.pulls,
		}); err != nil {
			return err
		}
		ctx.Export("PULUMI_BACKEND_URL", state.BackendURL)
	}
	told := map[string]Told{}
	if s.pulls {
		pulls, err := NewPulls(ctx, stack.Pulls, &PullsArgs{
			Account:    s.account,
			Region:     s.region,
			Repository: s.repository,
			GitHub:     github,
			State:      state,
		})
		if err != nil {
			return err
		}
		told[pullEnvironment] = Told{Variables: pulls.Variables()}
	}
	for _, name := range slices.Sorted(slices.Values(s.stacks)) {
		access, err := NewAccess(ctx, name, &AccessArgs{
			Names:      stack.Names{Account: s.account, Region: s.region, Stack: name},
			Repository: s.repository,
			GitHub:     github,
			State:      state,
			Caches:     s.caches[name],
			Zones:      s.zones[name],
			Servers:    s.servers,
			Registry:   s.registry,
		})
		if err != nil {
			return err
		}
		told[name] = Told{Variables: access.Variables(access.Deploy)}
		told[name+"-preview"] = Told{Variables: access.Variables(access.Preview)}
	}
	// What to set in each GitHub environment, under its name.
	for environment, t := range told {
		ctx.Export(environment, t.Variables)
	}
	return s.onGitHub(ctx, told)
}
