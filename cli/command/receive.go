package command

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

func receiveCommand(e Env) *cobra.Command {
	var (
		server, output, key string
		force, asJSON       bool
		limit               byteRate
	)
	c := &cobra.Command{
		Use:   "receive [flags] LINK",
		Short: "Receive a file and decrypt it",
		Long: `Receive the file of a link, decrypt it, and print where it is.

It is kept in this folder under the name that its sender gave it; where a file
of that name is already, a number is added. A name that programs would obey
here, such as .bashrc, loses its dot; .env and the like keep it, but not in your
home folder. The file appears when all of it has arrived and proved genuine, and
not before; until then nobody else can read what has come. With --force it
replaces a file, and has its permissions and owner.

What can be known before is looked at before the download is counted: the folder,
the room on the disk. Once it was counted it is kept, for the hour in which the
service goes on with it: the same command, after whatever ended it, goes on where
it was and is not counted again. Nor is another target, or the right key after a
wrong one. What is kept is in hidden files beside the target and in your folder
of caches, which nobody else can read; the key is in none.

With "-o -", and with -o and a device or a pipe, it is written piece by piece:
use what came only when the exit code is 0. A symbolic link that -o names stays;
the file is kept where it leads.

Put the link in quotes: it contains characters that shells read themselves. It
may be as it came, in a sentence or a mail, divided by line breaks, or in the
address of a redirector. With "-" it is read from standard input: what stands in
a command line all users of a machine can see, and the shell may keep it.`,
		Example: `  sgsend receive 'https://send.example.org/d/#4abd0a491ed3/AAECAwQF…'
  sgsend receive -o ~/Downloads 'https://…'
  sgsend receive -o - 'https://…' | tar xz
  sgsend receive -o /dev/null 'https://…'
  wl-paste | sgsend receive -
  sgsend receive --key AAECAwQF… 'https://send.example.org/d/#4abd0a491ed3'`,
		Args: exactly(1, "one LINK, in quotes, or - for standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			link, api, err := linked(cmd.Context(), e, args[0], server)
			if err != nil {
				return err
			}
			api.Transport = limit.transport()
			if err := giveKey(&link, key); err != nil {
				return err
			}
			fits, ok := link.OpenKey()
			if !ok {
				return usage(errors.New("the link has no key; copy all of it, or give the key with --key"))
			}
			if asJSON && output == "-" {
				return usage(errors.New("the file itself goes to standard output: there is no room for JSON beside it"))
			}
			to, err := newTarget(cmd.Context(), e, output, force)
			if err != nil {
				return err
			}

			r := reception{e: e, api: api, link: link, key: fits, to: to}
			path, called, err := r.run(cmd.Context())
			if err != nil || path == "" {
				return err
			}
			path = asFile(path)
			if name := to.visible(called); name != called && to.name == "" && to.to == nil {
				fmt.Fprintf(e.notes(), "kept as %s, since programs may obey a file named %s here; "+
					"to call it that, name it with -o\n",
					name, called)
			}
			text := path + "\n"
			if asJSON {
				if text, err = oneLine(map[string]string{"transfer_id": link.ID, "path": path, "filename": called}); err != nil {
					return err
				}
			}
			if err := e.print(cmd.Context(), text); err != nil {
				return fmt.Errorf("the file is kept as %s, but that could not be printed: %w", path, err)
			}
			return nil
		},
	}
	flags := c.Flags()
	flags.StringVarP(&output, "output", "o", "", `the file or folder to keep it in, or "-"`)
	flags.BoolVar(&force, "force", false, "replace a file that is there already")
	flags.Var((*trimmed)(&key), "key", "the key, where the link has none")
	flags.Var((*trimmed)(&server), "server", "the service, where the link names none (default $SGSEND_SERVER)")
	jsonFlag(c, &asJSON)
	rateFlag(c, &limit)
	e.profileFlag(c)
	e.mannerFlags(c)
	return c
}
