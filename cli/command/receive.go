package command

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

func receiveCommand(e Env) *cobra.Command {
	var (
		server, output, key string
		force, asJSON       bool
		now                 bool
		list, withFolders   bool
		only                []string
		zip                 string
		limit               byteRate
		secret              = passphrase{e: e}
	)
	c := &cobra.Command{
		Use:   "receive [flags] LINK",
		Short: "Receive files and decrypt them",
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

A link that comes before all of its file is sent is waited for, as long as its sender
is at it; with --no-wait that is a failure.

Several files come with their folders, times and permissions, but for what new files
here may not have, and into no other folder than this, or the one that -o names, which
is made where it is not there. What has a name that is taken gets a number, as a whole;
with --force files are replaced, and folders filled. --list shows what there is
and --only receives some of it, by range; --zip keeps all of it as one ZIP. To standard
output several files go as a tar archive.

Where a passphrase is needed beside the link it is asked for at the terminal;
SGSEND_PASSPHRASE or --passphrase-file have it for scripts. A wrong one costs nothing.

With "-o -", and with -o and a device or a pipe, it is written piece by piece:
use what came only when the exit code is 0. A symbolic link that -o names stays;
the file is kept where it leads.

Put the link in quotes: it contains characters that shells read themselves. It
may be as it came, in a sentence or a mail, divided by line breaks, or in the
address of a redirector. With "-" it is read from standard input: what stands in
a command line all users of a machine can see, and the shell may keep it.`,
		Example: `  sgsend receive 'https://send.example.org/d/#4abd0a491ed3/AAECAwQF…'
  sgsend receive -o ~/Downloads 'https://…'
  sgsend receive --list 'https://…'
  sgsend receive --only photos/2030 --only '*.txt' 'https://…'
  sgsend receive --zip photos.zip 'https://…'
  sgsend receive -o - 'https://…' | tar xz
  sgsend receive -o /dev/null 'https://…'
  wl-paste | sgsend receive -
  sgsend receive --key AAECAwQF… 'https://send.example.org/d/#4abd0a491ed3'`,
		Args: exactly(1, "one LINK, in quotes, or - for standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			looks := []string{"key", "server", "profile", "passphrase-file", "limit-rate", "no-wait"}
			switch {
			case list:
				if err := goesWith(cmd, "--list", looks...); err != nil {
					return err
				}
			case withFolders:
				if err := goesWith(cmd, "--tree", looks...); err != nil {
					return err
				}
			}
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
			if zip != "" && (output != "" || len(only) > 0) {
				return usage(errors.New("--zip says where all of it goes: there is no room for -o or --only beside it"))
			}
			r := reception{e: e, api: api, link: link, key: fits, zip: zip != "", now: now, passphrase: secret}
			if list || withFolders {
				return r.list(cmd.Context(), withFolders, asJSON)
			}
			if output += zip; asJSON && output == "-" {
				return usage(errors.New("the file itself goes to standard output: there is no room for JSON beside it"))
			}
			if r.to, err = newTarget(cmd.Context(), e, output, force); err != nil {
				return err
			}
			if len(only) > 0 {
				if r.to.to != nil {
					return usage(errors.New("single files go into a folder: name one with -o"))
				}
				paths, err := r.only(cmd.Context(), only)
				return errors.Join(err, r.tell(cmd.Context(), paths, "", asJSON))
			}
			paths, called, err := r.run(cmd.Context())
			if err != nil {
				return err
			}
			return r.tell(cmd.Context(), paths, called, asJSON)
		},
	}
	flags := c.Flags()
	flags.VarP((*named)(&output), "output", "o", `the file or folder to keep it in, or "-"`)
	flags.BoolVar(&force, "force", false, "replace files that are there already")
	flags.BoolVar(&list, "list", false, "only show what is in it, as its sender says beforehand; nothing is counted")
	flags.BoolVar(&withFolders, "tree", false, "only show all that is in it, with folders, which counts as a download")
	flags.StringArrayVar(&only, "only", nil, "receive a file or folder of it, or what a pattern matches; may be repeated")
	flags.Var((*named)(&zip), "zip", `keep all of it as one ZIP: a file or a folder, or "-"`)
	flags.BoolVar(&now, "no-wait", false, "fail where its sender is still sending it, instead of waiting for the rest")
	secret.flag(c)
	flags.Var((*trimmed)(&key), "key", "the key, where the link has none")
	flags.Var((*trimmed)(&server), "server", "the service, where the link names none (default $SGSEND_SERVER)")
	jsonFlag(c, &asJSON)
	rateFlag(c, &limit)
	e.profileFlag(c)
	e.mannerFlags(c)
	return c
}

// tell prints where that is which was received.
func (r *reception) tell(ctx context.Context, paths []string, called string, asJSON bool) error {
	if len(paths) == 0 {
		return nil
	}
	for i, path := range paths {
		paths[i] = asFile(path)
	}
	r.tellName(called)
	text := strings.Join(paths, "\n") + "\n"
	if asJSON {
		var err error
		text, err = oneLine(map[string]any{
			"transfer_id": r.link.ID, "path": paths[0], "paths": paths, "filename": called, "files": r.came,
		})
		if err != nil {
			return err
		}
	}
	if err := r.e.print(ctx, text); err != nil {
		return fmt.Errorf("the file is kept as %s, but that could not be printed: %w", strings.Join(paths, ", "), err)
	}
	return nil
}

// tellName says that a file is not called here as its sender called it.
func (r *reception) tellName(called string) {
	if name := r.to.visible(called); name != called && r.to.name == "" && r.to.to == nil {
		r.say("kept as %s, since programs may obey a file named %s here; to call it that, name it with -o", name, called)
	}
}
