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
			if secret, err = deleteSecret(e, secret); err != nil {
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
	secretFlag(c, &secret)
	c.Flags().Var((*trimmed)(&server), "server", "the service, where the link names none (default $SGSEND_SERVER)")
	jsonFlag(c, &asJSON)
	e.profileFlag(c)
	e.mannerFlags(c)
	return c
}

// secretFlag adds the flag that says a transfer's delete secret, which deleteSecret reads.
func secretFlag(c *cobra.Command, secret *string) {
	c.Flags().Var((*trimmed)(secret), "secret", "the delete secret of the transfer (default $SGSEND_SECRET)")
}

// deleteSecret returns the secret by which the sender of a transfer ends it, or changes
// when it does.
func deleteSecret(e Env, said string) (string, error) {
	if said == "" {
		said = e.Getenv("SGSEND_SECRET")
	}
	if said == "" {
		return "", usage(errors.New("give the secret that 'sgsend send' printed, with --secret or in SGSEND_SECRET"))
	}
	return said, inOneLine("secret", said)
}
