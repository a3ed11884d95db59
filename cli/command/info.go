package command

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/wire"
)

func infoCommand(e Env) *cobra.Command {
	var server, key string
	var asJSON bool
	secret := passphrase{e: e}
	c := &cobra.Command{
		Use:   "info [flags] LINK",
		Short: "Show what is waiting behind a link",
		Long: `Show what is waiting behind a link: what the service knows of the transfer and,
where the link has its key, what its sender says of the files. Nothing is
downloaded or counted, and a wrong key is found out. Of the downloads that were begun
it tells how many were completed, as far as who received says so, and whether the bytes
are gone.

The names, sizes and note come sealed with the transfer; the service knows none of
them. Transfers of older programs have none, and those that are over have them no
more.`,
		Example: `  sgsend info 'https://send.example.org/d/#4abd0a491ed3/AAECAwQF…'
  sgsend info 'https://send.example.org/d/#4abd0a491ed3'`,
		Args: exactly(1, "one LINK, in quotes, or - for standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			link, api, err := linked(cmd.Context(), e, args[0], server)
			if err != nil {
				return err
			}
			if err := giveKey(&link, key); err != nil {
				return err
			}
			waiting, wrong := api.Look(cmd.Context(), link)
			if stretch, locked, _ := waiting.Stretch(); locked && errors.Is(wrong, envelope.ErrPassphrase) {
				k, _ := link.OpenKey()
				_, wrong = secret.unlock(cmd.Context(), k, stretch, waiting.Open)
			}
			t := waiting.Info
			if t.TransferID == "" {
				return wrong
			}
			if asJSON {
				return errors.Join(e.printJSON(cmd.Context(), asShown(waiting)), wrong)
			}
			limit := "no limit"
			if t.MaxDownloads > 0 {
				limit = strconv.FormatInt(t.MaxDownloads, 10)
			}
			var table strings.Builder
			w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
			fmt.Fprintf(w, "transfer\t%s\n", link.ID)
			fmt.Fprintf(w, "status\t%s\n", envelope.CleanNote(string(t.Status)))
			fmt.Fprintf(w, "sealed\t%s\n", size(t.FileSizeBytes)) // what is in it is less
			fmt.Fprintf(w, "created\t%s\n", local(t.CreatedAt.Time))
			fmt.Fprintf(w, "expires\t%s\n", local(t.ExpiresAt.Time))
			fmt.Fprintf(w, "downloads\t%d of %s\n", t.DownloadCount, limit)
			fmt.Fprintf(w, "completed\t%d\n", t.DownloadsCompleted)
			if t.TakenDown {
				fmt.Fprintf(w, "taken down\tyes: by who runs the service\n")
			}
			if t.Erased {
				fmt.Fprintf(w, "erased\tyes: its bytes are gone\n")
			}
			if waiting.Label != nil {
				showLabel(w, *waiting.Label)
			}
			w.Flush()
			if err := e.print(cmd.Context(), table.String()); err != nil {
				return err
			}
			return wrong
		},
	}
	flags := c.Flags()
	flags.Var((*trimmed)(&key), "key", "the key, where the link has none")
	flags.Var((*trimmed)(&server), "server", "the service, where the link names none (default $SGSEND_SERVER)")
	secret.flag(c)
	jsonFlag(c, &asJSON)
	e.profileFlag(c)
	return c
}

// shownTransfer is what is waiting, as JSON: what the service tells, as it tells it,
// and of what its sender says all but the picture.
type shownTransfer struct {
	wire.TransferInfoReply
	Label *envelope.Label `json:"label"` // null where there is none, or no key to open it
}

func asShown(w client.Waiting) shownTransfer {
	t := shownTransfer{TransferInfoReply: w.Info}
	if w.Label != nil {
		label := *w.Label
		label.Picture = nil
		t.Label = &label
	}
	return t
}

// showLabel writes what a label says, which package envelope has made safe for
// a terminal, as rows of a table.
func showLabel(w io.Writer, l envelope.Label) {
	for _, f := range l.Files {
		fmt.Fprintf(w, "file\t%s%s\n", f.Name, inBrackets(f.Size))
	}
	if l.Count > 1 {
		fmt.Fprintf(w, "files\t%d in all%s\n", l.Count, inBrackets(l.Size))
	}
	showNote(w, l.Note)
}

// showNote writes a note, as rows of a table.
func showNote(w io.Writer, note string) {
	for i, line := range strings.Split(note, "\n") {
		switch {
		case i > 0:
			fmt.Fprintf(w, "\t%s\n", line)
		case line != "":
			fmt.Fprintf(w, "note\t%s\n", line)
		}
	}
}

// inBrackets writes a size that its sender may not have said.
func inBrackets(bytes int64) string {
	if bytes < 0 {
		return ""
	}
	return " (" + size(bytes) + ")"
}

func local(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Local().Format(time.RFC1123)
}
