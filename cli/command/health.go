package command

import (
	"fmt"

	"github.com/spf13/cobra"

	"sgraph.ai/send/cli/serve"
	"sgraph.ai/send/shared/settings"
)

func healthCommand(e Env) *cobra.Command {
	var service string
	var ready bool
	c := &cobra.Command{
		Use:   "health",
		Short: "Ask the service of this machine whether it answers",
		Long: `Health asks what "sgsend serve" runs on this machine, or in this container, when
it is told the same by the environment: whether it answers, or, with --ready,
whether ledger, store and disk let it do its work. The exit code is 0 if so, and
1 if not. A container's runtime asks by it, and a person.`,
		Example: `  sgsend health
  sgsend health --service user --ready`,
		Args: exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			return serve.Health(c.Context(), e.Getenv, service, ready, e.stdout())
		},
	}
	serviceFlag(c, &service)
	c.Flags().BoolVar(&ready, "ready", false, "ask whether it can do its work, too")
	return c
}

// serviceFlag adds the flag that says which service is meant.
func serviceFlag(c *cobra.Command, service *string) {
	c.Flags().StringVar(service, "service", "", "user, admin, or both (both, or what SEND__SERVICE says)")
	c.PreRunE = func(*cobra.Command, []string) error {
		if *service == "" {
			return nil
		}
		if _, err := settings.RunService.Canonical(*service); err != nil {
			return usage(fmt.Errorf("--service %w", err))
		}
		return nil
	}
}
