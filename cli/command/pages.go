package command

import (
	"github.com/spf13/cobra"

	"sgraph.ai/send/cli/verify"
)

func pagesCommand(e Env) *cobra.Command {
	return &cobra.Command{
		Use:   "pages",
		Short: "List what the services of this version send to browsers",
		Long: `List every page, script and style that the services of this version send to
browsers, with its SHA-256 and the headers that protect who looks at it: what
"sgsend verify" holds a service against. The same list is among the files of a
release, as pages.json.`,
		Example: `  sgsend pages
  sgsend pages | diff - pages.json`,
		Args: exactly(0, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			own, err := verify.Own()
			if err != nil {
				return err
			}
			return own.Write(e.stdout())
		},
	}
}
