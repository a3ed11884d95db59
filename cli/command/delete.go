package command

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

func deleteCommand(e Env) *cobra.Command {
	var server, secret string
	var asJSON bool
	c := &cobra.Command{
		Use:   "delete [flags] LINK",
		Short: "Delete a transfer that you sent",
		Long: `Delete a transfer that you sent: nobody can receive it any more. The secret is the
one that 'sgsend send' printed. As SGSEND_SECRET it stands in no command line, which
all users of a machine can see.`,
		Example: `  sgsend delete --secret Zm9v… 'https://send.example.org/d/#4abd0a491ed3'`,
		Args:    exactly(1, "one LINK, in quotes, or - for standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			link, api, err := linked(cmd.Context(), e, args[0], server)
			if err != nil {
				return err
			}
			if secret == "" {
				secret = e.Getenv("SGSEND_SECRET")
			}
			if secret == "" {
				return usage(errors.New("give the secret that 'sgsend send' printed, with --secret or in SGSEND_SECRET"))
			}
			if err := inOneLine("secret", secret); err != nil {
				return err
			}
			if err := api.Delete(cmd.Context(), link.ID, secret); err != nil {
				return err
			}
			if asJSON {
				return e.printJSON(cmd.Context(), map[string]string{"transfer_id": link.ID, "status": "deleted"})
			}
			fmt.Fprintln(e.notes(), "deleted")
			return nil
		},
	}
	c.Flags().Var((*trimmed)(&secret), "secret", "the delete secret of the transfer (default $SGSEND_SECRET)")
	c.Flags().Var((*trimmed)(&server), "server", "the service, where the link names none (default $SGSEND_SERVER)")
	jsonFlag(c, &asJSON)
	e.profileFlag(c)
	e.mannerFlags(c)
	return c
}
