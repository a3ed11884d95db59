package command

import (
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
)

func infoCommand(e Env) *cobra.Command {
	var server string
	c := &cobra.Command{
		Use:   "info [flags] LINK",
		Short: "Show what the service knows of a transfer",
		Long: `Show what the service knows of a transfer. Nothing is downloaded or counted, and
the key is not needed: the service knows neither the file's name nor its content.`,
		Example: `  sgsend info 'https://send.example.org/d/#4abd0a491ed3'`,
		Args:    exactly(1, "one LINK, in quotes"),
		RunE: func(cmd *cobra.Command, args []string) error {
			link, api, err := linked(e, args[0], server)
			if err != nil {
				return err
			}
			t, err := api.Info(cmd.Context(), link.ID)
			if err != nil {
				return err
			}
			limit := "no limit"
			if t.MaxDownloads > 0 {
				limit = strconv.FormatInt(t.MaxDownloads, 10)
			}
			var table strings.Builder
			w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
			fmt.Fprintf(w, "transfer\t%s\n", link.ID)
			fmt.Fprintf(w, "status\t%s\n", t.Status)
			fmt.Fprintf(w, "size\t%s\n", size(t.FileSizeBytes))
			fmt.Fprintf(w, "created\t%s\n", local(t.CreatedAt.Time))
			fmt.Fprintf(w, "expires\t%s\n", local(t.ExpiresAt.Time))
			fmt.Fprintf(w, "downloads\t%d of %s\n", t.DownloadCount, limit)
			w.Flush()
			return e.print(cmd.Context(), table.String())
		},
	}
	c.Flags().Var((*trimmed)(&server), "server", "the service, where the link names none (default $SGSEND_SERVER)")
	return c
}

func local(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Local().Format(time.RFC1123)
}
