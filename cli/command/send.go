package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/shared/envelope"
)

func sendCommand(e Env) *cobra.Command {
	var (
		server, token  string
		name, note     string
		expires        lifetime
		downloads      = count(5)
		asJSON, asQR   bool
		first          bool
		limit          byteRate
		fresh          bool
		list, forgets  bool
		locked, spoken bool
		to             addressee
		secret         = passphrase{e: e}
	)
	c := &cobra.Command{
		Use:   "send [flags] FILE...",
		Short: "Encrypt files, send them, and print their link",
		Long: `Encrypt files, send them, and print their link on standard output. Whoever has the
link can read the files: pass it on by a way that you trust. Where the link cannot
be printed there, it is said on standard error, and the exit code is 1.

The link is printed when all is sent, so that a script that has it has one that opens
something. With --link-first it is printed as soon as there is one, to be passed on
while the rest is sent: who opens it early sees how far it is, and waits. Whether it
came to open anything the exit code says; where what was begun cannot be gone on with
another link follows, which counts. With --json there are then two objects, of which
the second says "complete":true. At a terminal the link of what takes a while is shown
beforehand anyway, on standard error.

How long the link works is for the service to say, unless --expires does, which
goes by the service's clock and not beyond the longest that it allows.

Several files, and folders with all that is in them, go under one link, with their
permissions and times; whoever receives them sees which they are, and can have single
ones. Empty folders go along. Symbolic links, pipes and devices in a folder do not,
and what has a name that is taken, or that not every system has, goes by another: which
is said.

Whoever has the link sees the file's name and size, the words of --note and, of a
photo, a small picture, before they download it. These are sealed, too; the service
cannot read them.

What ends before all of a large file, or of several and folders, is sent can be gone
on with for a day: the same command, after whatever ended it, sends what is not there
yet, as long as files and passphrase are the same. What that takes, the key among it,
is in a file in your folder of programs' states ($XDG_STATE_HOME), which nobody else
can read, until the link was printed. --list says what was begun, --forget withdraws
what was begun of the same files, and --fresh does that and begins anew. One file up
to 32 MiB, what is less than 4 MiB together, and what comes through a pipe, is withdrawn
when it ends early.

With --to the files go to who asked for them by a request, and no token is needed:
there is no link, and nobody but who asked can open them. They stay for a week, or
as long as the service allows, and can be received as often as they are wanted, unless
--expires and --downloads say otherwise.

With --passphrase the link alone opens nothing: tell the passphrase by another way.
It is asked for at the terminal, twice; SGSEND_PASSPHRASE or --passphrase-file have it
for scripts. With --words it is made here: six words by chance out of the 7,776 of the
EFF's large list, which can be said on the phone; they are told on standard error
before anything is sent, and with --json in the object as well. To go on with what was
begun give them by --passphrase. The service learns nothing of it.

FILE may be "-" for standard input, a pipe or a device; a large one of which
nobody knows the size takes room for temporary files (TMPDIR). A file that
changes while it is read is not sent. A token is needed where the service asks for
one; better than --token, which others on this machine can see, is SGSEND_TOKEN.`,
		Example: `  sgsend send report.pdf
  sgsend send photos/ notes.txt
  sgsend send --expires 1d --downloads 1 report.pdf
  sgsend send --note 'The second draft' report.pdf
  tar cz photos | sgsend send --name photos.tar.gz -
  sgsend send --passphrase contract.pdf
  sgsend send --words contract.pdf
  sgsend send --to 'https://send.example.org/r/#4abd0a491ed3/AAECAwQF…/…' contract.pdf
  sgsend send --qr report.pdf
  sgsend send --quiet --limit-rate 2M report.pdf
  sgsend send --link-first film.mkv
  sgsend send --json report.pdf | jq -r .delete_secret`,
		Args: func(cmd *cobra.Command, args []string) error {
			if list {
				return exactly(0, "no FILE with --list")(cmd, args)
			}
			return atLeast(1, "a FILE or more, folders, or - for standard input")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case list:
				if err := goesWith(cmd, "--list"); err != nil {
					return err
				}
				return listBegun(cmd.Context(), e, asJSON)
			case forgets:
				if err := goesWith(cmd, "--forget"); err != nil {
					return err
				}
				return forget(cmd.Context(), e, args, asJSON)
			case spoken && locked:
				return usage(errors.New("--words makes the passphrase that --passphrase asks for: give one of them"))
			}
			if err := to.read(); err != nil {
				return err
			}
			api, err := to.service(cmd.Context(), e, server, token)
			if err != nil {
				return err
			}
			if err := inOneLine("access token", api.Token); err != nil {
				return err
			}
			api.Transport = limit.transport()
			if to.isSet() {
				switch {
				case asQR:
					return usage(errors.New("there is no link to draw: only who asked can open what is sent with --to"))
				case first:
					return usage(errors.New("there is no link to print: only who asked can open what is sent with --to"))
				case !cmd.Flags().Changed("downloads"):
					downloads = 0
				}
				if err := to.look(cmd.Context(), e, api); err != nil {
					return err
				}
			}
			words, err := secret.choose(cmd.Context(), locked)
			if err != nil {
				return err
			}
			if spoken {
				if words != "" {
					return usage(errors.New("--words makes the passphrase: there is no room for another one beside it"))
				}
				words = newWords()
				fmt.Fprintf(e.Err, "passphrase  %s\n", words) // to go on with it, too
			}
			f, done, err := openFiles(cmd.Context(), e, args, name)
			if err != nil {
				return err
			}
			defer done()
			if err := to.takes(sizeOf(f)); err != nil {
				return err
			}
			s := newSending(cmd.Context(), e, api, args, f, fresh,
				append([]string{f.Meta.Filename, note, expires.String(), downloads.String()}, to.options()...)...)
			told, early := false, newEarly(e, f, first, asJSON)
			if spoken {
				early.passphrase = words
			}
			defer func() { s.end(told) }()
			defer func() { early.end(told, s.goesOn()) }()
			sent, err := s.run(cmd.Context(), f, client.Options{
				Created:  func(link envelope.Link) { early.tell(cmd.Context(), link) },
				Lifetime: time.Duration(expires), MaxDownloads: int64(downloads), Note: note, Passphrase: words,
				To: to.request, MaxBytes: to.asked.Info.MaxBytes,
			})
			if errors.Is(err, client.ErrOption) {
				err = usage(err)
			}
			if err != nil {
				return err
			}
			told = true // where it cannot be printed it is said among what is for people
			if to.isSet() {
				return to.tell(cmd.Context(), e, sent, asJSON)
			}
			return errors.Join(early.rest(cmd.Context(), sent), e.showQR(sent.Link.String(), asQR))
		},
	}
	flags := c.Flags()
	flags.Var((*trimmed)(&server), "server", "the service, as https://send.example.org (default $SGSEND_SERVER)")
	flags.Var((*trimmed)(&token), "token", "access token (default $SGSEND_TOKEN)")
	flags.Var(&to, "to", "the link of the request that it is sent to")
	flags.StringVar(&name, "name", "", "call the file this, instead of what it is called here")
	flags.StringVar(&note, "note", "", "some words for whoever receives it, sealed like the file")
	flags.Var(&expires, "expires", "how long it can be received: 30m, 12h, 1d, 2w (default: the service's own)")
	flags.Var(&downloads, "downloads", "how often it can be received; 0 for no limit")
	flags.BoolVar(&fresh, "fresh", false, "withdraw what was begun of this file, and begin anew")
	flags.BoolVar(&list, "list", false, "print what was begun and can be gone on with, and send nothing")
	flags.BoolVar(&forgets, "forget", false, "withdraw what was begun of FILE, and send nothing")
	flags.BoolVar(&asJSON, "json", false, "print everything as one JSON object")
	flags.BoolVar(&asQR, "qr", false, "also draw the link as a QR code, on standard error")
	flags.BoolVar(&first, "link-first", false, "print the link as soon as there is one, before the rest is sent")
	flags.BoolVar(&locked, "passphrase", false, "ask for a passphrase that is needed beside the link")
	flags.BoolVar(&spoken, "words", false, "make a passphrase of six words, to be told by another way than the link")
	secret.flag(c)
	rateFlag(c, &limit)
	e.profileFlag(c)
	e.mannerFlags(c)
	return c
}

// tell prints a link, or all there is as JSON; without that, what else its sender should
// know. Where the standard output takes it not, it is said among what is for people: the
// file is sent, and nobody else knows where.
func tell(ctx context.Context, e Env, s client.Sent, all map[string]any) error {
	text := s.Link.String() + "\n"
	if all != nil {
		text = inJSON(all)
	}
	err := e.printSent(ctx, text, "the file was sent, but its link")
	if all == nil {
		tellEnds(e, s)
	}
	return err
}

// printSent prints what nobody can ask for a second time. Where the standard output takes
// it not, it stands among what is for people, and the error says what it is of.
func (e Env) printSent(ctx context.Context, text, what string) error {
	err := e.listening()
	if err == nil {
		err = e.print(ctx, text)
	}
	if err != nil {
		fmt.Fprint(e.Err, text)
		// A text only: also that nobody reads it any more is a failure here.
		return errors.New(what + " could not be printed, which is why it stands above: " + err.Error())
	}
	return nil
}

// tellEnds says when what was sent ends, and how it can be ended before.
func tellEnds(e Env, s client.Sent) {
	notes := e.notes()
	if !s.ExpiresAt.IsZero() {
		fmt.Fprintf(notes, "expires  %s\n", s.ExpiresAt.Local().Format(time.RFC1123))
	}
	keyless := envelope.Link{Origin: s.Link.Origin, ID: s.Link.ID}
	fmt.Fprintf(notes, "delete   sgsend delete --secret %s %s\n", quoted(s.DeleteSecret), quoted(keyless.String()))
}

func inFull(s client.Sent) map[string]any {
	return map[string]any{
		"link": s.Link.String(), "transfer_id": s.Link.ID, "key": s.Link.Key.String(),
		"delete_secret": s.DeleteSecret, "expires_at": s.ExpiresAt, "sealed_bytes": s.Size,
	}
}

func inJSON(what map[string]any) string {
	text, err := json.Marshal(what)
	if err != nil {
		panic(err) // texts, a time and a number always encode
	}
	return string(text) + "\n"
}
