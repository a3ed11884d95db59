package command

import (
	"errors"

	"github.com/spf13/cobra"

	"sgraph.ai/send/cli/serve"
	"sgraph.ai/send/shared/settings"
)

func healthCommand(e Env) *cobra.Command {
	var ready, asJSON bool
	flags := byFlag{}
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
			found := []serviceHealth{}
			err := serve.Health(c.Context(), flags.over(e.Getenv), ready, func(service string, fault error) error {
				h := serviceHealth{Service: service, OK: fault == nil}
				if fault != nil {
					h.Fault = fault.Error()
				}
				if found = append(found, h); asJSON || !h.OK {
					return nil
				}
				return e.print(c.Context(), service+": ok\n")
			})
			if asJSON && len(found) > 0 {
				err = errors.Join(e.printJSON(c.Context(), map[string]any{"services": found}), err)
			}
			return err
		},
	}
	flags.serviceFlag(c)
	c.Flags().BoolVar(&ready, "ready", false, "ask whether it can do its work, too")
	jsonFlag(c, &asJSON)
	return c
}

// serviceHealth is how a service is, as JSON.
type serviceHealth struct {
	Service string `json:"service"`
	OK      bool   `json:"ok"`
	Fault   string `json:"fault,omitempty"`
}

// serviceFlag adds the flag that says which service is meant.
func (b byFlag) serviceFlag(c *cobra.Command) {
	b.flag(c, "service", settings.RunService.Entry, "user, admin, or both (both, or what SEND__SERVICE says)")
}
