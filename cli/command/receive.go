package command

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/shared/envelope"
)

func receiveCommand(e Env) *cobra.Command {
	var (
		server, output, key string
		force               bool
	)
	c := &cobra.Command{
		Use:   "receive [flags] LINK",
		Short: "Receive a file and decrypt it",
		Long: `Receive the file of a link, decrypt it, and print where it is.

It is kept in this folder under the name that its sender gave it; where a file
of that name is already, a number is added. The file appears when all of it has
arrived and proved genuine, and not before. With "-o -" it goes to standard
output piece by piece: use what came only when the exit code is 0.

Put the link in quotes: it contains characters that shells read themselves.`,
		Example: `  sgsend receive 'https://send.example.org/d/#4abd0a491ed3/AAECAwQF…'
  sgsend receive -o ~/Downloads 'https://…'
  sgsend receive -o - 'https://…' | tar xz
  sgsend receive --key AAECAwQF… 'https://send.example.org/d/#4abd0a491ed3'`,
		Args: exactly(1, "one LINK, in quotes"),
		RunE: func(cmd *cobra.Command, args []string) error {
			link, api, err := linked(e, args[0], server)
			if err != nil {
				return err
			}
			if key != "" {
				if link.Key, err = envelope.ParseKey(key); err != nil {
					return usage(err)
				}
				link.HasKey, link.Friendly = true, ""
			}
			to, err := newTarget(output, force) // before the download is counted
			if err != nil {
				return err
			}

			bar := newBar(e.Err, "receiving")
			api.Progress = bar.show
			var path string
			keep := client.Into(e.Out)
			if output != "-" {
				keep = func(meta envelope.Meta, content io.Reader) (err error) {
					path, err = to.save(meta.Filename, content)
					return err
				}
			}
			_, err = api.Receive(cmd.Context(), link, keep)
			bar.end()
			if errors.Is(err, client.ErrNoKey) {
				return usage(errors.New("the link has no key; copy all of it, or give the key with --key"))
			}
			if err == nil && path != "" {
				fmt.Fprintln(e.Out, path)
			}
			return err
		},
	}
	flags := c.Flags()
	flags.StringVarP(&output, "output", "o", "", `the file or folder to keep it in, or "-"`)
	flags.BoolVar(&force, "force", false, "replace a file that is there already")
	flags.StringVar(&key, "key", "", "the key, where the link has none")
	flags.StringVar(&server, "server", "", "the service, where the link names none (default $SGSEND_SERVER)")
	return c
}
