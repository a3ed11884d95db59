package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"sgraph.ai/send/cli/operator"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

func transferCommand(e Env) *cobra.Command {
	c := &cobra.Command{
		Use:   "transfer",
		Short: "See what is kept for people, and take it down",
		Long: `List what a service keeps for people, without names, which it does not know, and take
a transfer down. It asks the admin service, with its API key.

Where a command takes a TRANSFER it takes the ID of one, or its link, or "-" to read
that from standard input. The key of a link goes nowhere.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(*cobra.Command, []string) error {
			return usage(errors.New("what with transfers? Say list, show or take-down"))
		},
	}
	c.AddCommand(transferListCommand(e), transferShowCommand(e), transferTakeDownCommand(e))
	return c
}

func standings() (names []string) {
	for _, s := range send.Standings {
		names = append(names, string(s))
	}
	return names
}

func transferListCommand(e Env) *cobra.Command {
	var o operatorFlags
	var status, token string
	var asJSON bool
	c := &cobra.Command{
		Use:   "list [flags]",
		Short: "List the transfers, the newest first",
		Long: `List the transfers that there are, and those that are over for as long as the service
remembers them, the newest first. Sizes are those of what is sealed.`,
		Example: `  sgsend transfer list --status completed
  sgsend transfer list --token 4b598de5 --json | jq '[.transfers[].payload_bytes] | add'`,
		Args: exactly(0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			if err := oneOf("--status", status, standings()); err != nil {
				return err
			}
			s, err := o.service(ctx, e)
			if err != nil {
				return err
			}
			list := []wire.TransferOverview{}
			for t, err := range s.Transfers(ctx, send.Status(status), token) {
				if err != nil {
					return err
				}
				list = append(list, t)
			}
			slices.SortStableFunc(list, func(a, b wire.TransferOverview) int { return b.CreatedAt.Compare(a.CreatedAt) })
			if asJSON {
				return e.printJSON(ctx, map[string]any{"transfers": list})
			}
			return e.printTable(ctx, func(w *tabwriter.Writer) { transferTable(w, list) })
		},
	}
	c.Flags().StringVar(&status, "status", "", "only those: "+strings.Join(standings(), ", "))
	completes(c, "status", cobra.FixedCompletions(standings(), cobra.ShellCompDirectiveNoFileComp))
	c.Flags().Var((*trimmed)(&token), "token", "only those of the token with this ID, or that begins so")
	o.flags(&e, c)
	jsonFlag(c, &asJSON)
	return c
}

func transferTable(w *tabwriter.Writer, list []wire.TransferOverview) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintln(w, "ID\tSTATUS\tSIZE\tDOWNLOADS\tTOKEN\tMADE\tEXPIRES")
	for _, t := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", clean(t.TransferID), transferStatus(t), size(t.PayloadBytes),
			downloads(t), orDash(shortID(clean(t.Token))), day(t.CreatedAt), day(t.ExpiresAt))
	}
}

// transferStatus is a transfer's status in words.
func transferStatus(t wire.TransferOverview) string {
	return strings.ReplaceAll(clean(string(t.Status)), "_", " ")
}

// downloads says how many began, and of how many.
func downloads(t wire.TransferOverview) string {
	if t.MaxDownloads == 0 {
		return strconv.FormatInt(t.DownloadCount, 10)
	}
	return fmt.Sprintf("%d of %d", t.DownloadCount, t.MaxDownloads)
}

func transferShowCommand(e Env) *cobra.Command {
	return onTransfer(e, &cobra.Command{
		Use:   "show [flags] TRANSFER",
		Short: "Show how a transfer stands",
		Example: `  sgsend transfer show 4abd0a491ed3
  wl-paste | sgsend transfer show - --json`,
	}, func(ctx context.Context, s *operator.Service, id string) (wire.TransferOverview, error) {
		return s.Transfer(ctx, id)
	})
}

func transferTakeDownCommand(e Env) *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use:   "take-down [flags] TRANSFER",
		Short: "Take a transfer down, for everybody and for good",
		Long: `Take a transfer down: from then on nobody can download it, also who has begun, and its
bytes are removed. Whoever asks for it is told that it was taken down, and not why: the
reason is kept in the audit trail. It cannot be undone. How the transfer stands then is
printed.`,
		Example: `  sgsend transfer take-down 4abd0a491ed3 --reason 'malware, reported by its receiver'`,
	}
	c.Flags().Var((*trimmed)(&reason), "reason", "why, for the audit trail; needed")
	return onTransfer(e, c, func(ctx context.Context, s *operator.Service, id string) (wire.TransferOverview, error) {
		if reason == "" {
			return wire.TransferOverview{}, usage(errors.New("why? Say it with --reason, for the audit trail"))
		}
		return s.TakeDown(ctx, id, reason)
	})
}

// onTransfer is a command that does something with one transfer, and says how it stands
// then.
func onTransfer(
	e Env, c *cobra.Command,
	do func(ctx context.Context, s *operator.Service, id string) (wire.TransferOverview, error),
) *cobra.Command {
	var o operatorFlags
	var asJSON bool
	c.RunE = func(cmd *cobra.Command, args []string) error {
		ctx := cmd.Context()
		said, err := o.argument(ctx, e, "TRANSFER", "transfer", args[0])
		if err != nil {
			return err
		}
		link, err := envelope.ParseLink(said)
		if send.ReasonOf(err) == envelope.ReasonNoLink {
			err = errors.New("TRANSFER is the ID of one, in 12 hex characters, or its link")
		}
		if err != nil {
			return usage(err)
		}
		s, err := o.service(ctx, e)
		if err != nil {
			return err
		}
		t, err := do(ctx, s, link.ID)
		if err != nil {
			return err
		}
		if asJSON {
			return e.printJSON(ctx, t)
		}
		return e.printTable(ctx, func(w *tabwriter.Writer) { showTransfer(w, t) })
	}
	c.Args = exactly(1, "one TRANSFER: its ID or its link")
	c.ValidArgsFunction = cobra.NoFileCompletions
	o.flags(&e, c)
	jsonFlag(c, &asJSON)
	return c
}

// showTransfer writes how a transfer stands, as rows of a table.
func showTransfer(w *tabwriter.Writer, t wire.TransferOverview) {
	fmt.Fprintf(w, "transfer\t%s\n", clean(t.TransferID))
	fmt.Fprintf(w, "status\t%s\n", transferStatus(t))
	fmt.Fprintf(w, "size\t%s\n", size(t.PayloadBytes))
	fmt.Fprintf(w, "token\t%s\n", orDash(clean(t.Token)))
	if t.Request != "" {
		fmt.Fprintf(w, "request\t%s\n", clean(t.Request))
	}
	fmt.Fprintf(w, "created\t%s\n", local(t.CreatedAt))
	fmt.Fprintf(w, "expires\t%s\n", local(t.ExpiresAt))
	fmt.Fprintf(w, "downloads\t%s\n", downloads(t))
	fmt.Fprintf(w, "completed\t%d\n", t.DownloadsCompleted)
	if t.Erased {
		fmt.Fprintf(w, "erased\tyes: its bytes are gone\n")
	}
}
