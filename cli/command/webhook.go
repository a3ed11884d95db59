package command

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

func webhookCommand(e Env) *cobra.Command {
	c := &cobra.Command{
		Use:   "webhook",
		Short: "Show who is told of a service's events, and try it",
		Long: `Show who is told of what happens at a service, by webhooks that its settings name, and
by which secret they know that it is true; and send them a message, to try it.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(*cobra.Command, []string) error {
			return usage(errors.New("what with the webhook? Say show or test"))
		},
	}
	c.AddCommand(webhookShowCommand(e), webhookTestCommand(e))
	return c
}

func webhookShowCommand(e Env) *cobra.Command {
	var o operatorFlags
	var asJSON bool
	c := &cobra.Command{
		Use:   "show [flags]",
		Short: "Show who is told of what, and the secret that signs it",
		Example: `  sgsend webhook show
  sgsend webhook show --json | jq -r .secret`,
		Args: exactly(0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := o.service(cmd.Context(), e)
			if err != nil {
				return err
			}
			hook, err := s.Webhook(cmd.Context())
			if err != nil {
				return err
			}
			revealed, err := s.RevealWebhook(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return e.printJSON(cmd.Context(), struct {
					wire.RevealWebhookReply
					Events []string `json:"events"`
				}{revealed, hook.Events})
			}
			return e.printTable(cmd.Context(), func(w *tabwriter.Writer) {
				fmt.Fprintf(w, "url\t%s\n", clean(revealed.URL))
				fmt.Fprintf(w, "events\t%s\n", clean(strings.Join(hook.Events, ", ")))
				fmt.Fprintf(w, "secret\t%s\n", clean(revealed.Secret))
			})
		},
	}
	o.flags(&e, c)
	jsonFlag(c, &asJSON)
	return c
}

func webhookTestCommand(e Env) *cobra.Command {
	var o operatorFlags
	var asJSON bool
	c := &cobra.Command{
		Use:   "test [flags]",
		Short: "Send a message of the type test, and say whether it was taken",
		Long: `Send who is told of events a message of the type test, once, and say whether they took
it. The exit code is 6 where they did not.`,
		Example: `  sgsend webhook test`,
		Args:    exactly(0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := o.service(cmd.Context(), e)
			if err != nil {
				return err
			}
			said, err := s.TestWebhook(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				err = e.printJSON(cmd.Context(), said)
			}
			if err == nil && said.Status != wire.OK {
				return send.Fail(send.Unavailable, "it was not taken: %s", clean(said.Detail))
			}
			if err == nil && !asJSON {
				_, err = fmt.Fprintln(e.Err, "it was taken")
			}
			return err
		},
	}
	o.flags(&e, c)
	jsonFlag(c, &asJSON)
	return c
}
