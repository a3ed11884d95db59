package command

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"

	"github.com/spf13/cobra"

	"sgraph.ai/send/shared/audit"
)

func auditCommand(e Env) *cobra.Command {
	c := &cobra.Command{
		Use:   "audit",
		Short: "Read the audit trail of a service, and verify it",
		Long: `Read what a service keeps of who did what, by its admin service and with its API key,
and verify that nobody changed it, which needs neither.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(*cobra.Command, []string) error {
			return usage(errors.New("what with the audit trail? Say list, follow, export, head or verify"))
		},
	}
	c.AddCommand(auditListCommand(e), auditFollowCommand(e), auditExportCommand(e), auditHeadCommand(e),
		auditVerifyCommand(e))
	return c
}

var hashForm = regexp.MustCompile(`^[0-9a-fA-F]{64}$`)

func auditVerifyCommand(e Env) *cobra.Command {
	var heads []string
	var asJSON bool
	c := &cobra.Command{
		Use:   "verify FILE [--head HASH]...",
		Short: "Verify that nobody changed what an audit trail kept",
		Long: `Verify that nobody changed, removed, moved or inserted anything in an audit trail,
as 'sgsend audit export --form chain' writes it. FILE can be "-" for standard input.
It asks nobody.

Whoever can write all that the service keeps could have made the chain anew. With
--head it is compared with a hash that you wrote down before, from the console,
'sgsend audit head' or the log: the batch of that hash must be in the file.`,
		Example: `  sgsend audit verify chain.ndjson
  sgsend audit verify chain.ndjson --head 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`,
		Args: exactly(1, "one file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, h := range heads {
				if !hashForm.MatchString(trim(h)) {
					return usage(errors.New("--head is a hash, in 64 characters of hex"))
				}
			}
			in := io.NopCloser(e.In)
			if args[0] != "-" {
				var err error
				if in, err = os.Open(args[0]); err != nil {
					return err
				}
			}
			defer in.Close()
			v, err := audit.Verify(in, heads...)
			if broken, ok := errors.AsType[*audit.Broken](err); ok {
				err = fmt.Errorf("the audit trail is not as it was kept: %w", broken)
				if asJSON {
					said := map[string]any{"unchanged": false, "line": broken.Line, "fault": broken.What}
					err = errors.Join(e.printJSON(cmd.Context(), said), err)
				}
			}
			if err != nil {
				return err
			}
			if asJSON {
				return e.printJSON(cmd.Context(), map[string]any{
					"unchanged": true, "batches": v.Batches, "events": v.Events, "begin": v.Begin, "end": v.End,
				})
			}
			if v.Batches == 0 {
				_, err = fmt.Fprintf(e.stdout(), "Nothing was kept on these days. The chain ends at batch %d: %s\n",
					v.End.Seq, v.End.Hash)
				return err
			}
			_, err = fmt.Fprintf(e.stdout(), "Unchanged: %d events in the batches %d to %d.\nThe last has the hash %s\n",
				v.Events, v.Begin.Seq+1, v.End.Seq, v.End.Hash)
			return err
		},
	}
	c.Flags().StringArrayVar(&heads, "head", nil, "a hash that was written down; can be given several times")
	jsonFlag(c, &asJSON)
	return c
}
