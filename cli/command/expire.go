package command

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"sgraph.ai/send/cli/client"
)

func expireCommand(e Env) *cobra.Command {
	var server, secret string
	var in lifetime
	var asJSON bool
	c := &cobra.Command{
		Use:   "expire [flags] LINK",
		Short: "Change when a transfer ends that you sent",
		Long: `Change when a transfer ends that you sent: sooner or later than it was to, by the
service's clock, and not beyond the longest that it keeps any. The secret is the
one that 'sgsend send' printed. As SGSEND_SECRET it stands in no command line, which
all users of a machine can see. To end it at once, delete it.`,
		Example: `  sgsend expire --secret Zm9v… --in 1d 'https://send.example.org/d/#4abd0a491ed3'`,
		Args:    exactly(1, "one LINK, in quotes, or - for standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if in == 0 {
				return usage(errors.New("say with --in how long from now it shall live, as in 12h or 1d"))
			}
			link, api, err := linked(cmd.Context(), e, args[0], server)
			if err != nil {
				return err
			}
			if secret, err = deleteSecret(e, secret); err != nil {
				return err
			}
			ends, err := api.Expire(cmd.Context(), link.ID, secret, time.Duration(in))
			if errors.Is(err, client.ErrOption) {
				err = usage(err)
			}
			if err != nil {
				return err
			}
			if asJSON {
				return e.printJSON(cmd.Context(), map[string]any{"transfer_id": link.ID, "expires_at": ends})
			}
			fmt.Fprintf(e.notes(), "expires  %s\n", local(ends))
			return nil
		},
	}
	secretFlag(c, &secret)
	c.Flags().Var(&in, "in", "how long from now it can be received: 30m, 12h, 1d, 2w")
	c.Flags().Var((*trimmed)(&server), "server", "the service, where the link names none (default $SGSEND_SERVER)")
	jsonFlag(c, &asJSON)
	e.profileFlag(c)
	e.mannerFlags(c)
	return c
}
