package command

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// completion has the shell offer files where a command or a flag takes one, and nothing
// where it does not: what is offered there would be a mistake.
func completion(c *cobra.Command) {
	for _, sub := range c.Commands() {
		completion(sub)
	}
	if c.ValidArgsFunction == nil && !c.HasSubCommands() && !strings.Contains(c.Use, "FILE") {
		c.ValidArgsFunction = cobra.NoFileCompletions
	}
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if _, set := c.GetFlagCompletionFunc(f.Name); !set && !takesFile(c, f) {
			completes(c, f.Name, cobra.NoFileCompletions)
		}
	})
}

// takesFile says whether the value of a flag is a path.
func takesFile(c *cobra.Command, f *pflag.Flag) bool {
	switch f.Name {
	case "output", "pages", "data", "json":
		return true
	case "from", "to":
		return c.Name() == "migrate"
	}
	return strings.HasSuffix(f.Name, "-file")
}
