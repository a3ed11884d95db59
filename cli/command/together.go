package command

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// manners are flags that say how a command tells what it does, whatever that is.
var manners = []string{"json", "progress", "quiet"}

// goesWith refuses the flags that would be ignored beside one that was said: all but those
// that it names.
func goesWith(c *cobra.Command, said string, others ...string) (err error) {
	c.Flags().Visit(func(f *pflag.Flag) {
		name := "--" + f.Name
		if name == said || f.Value.String() == f.DefValue || slices.Contains(manners, f.Name) ||
			slices.Contains(others, f.Name) || err != nil {
			return
		}
		err = usage(fmt.Errorf("%s and %s do not go together", said, name))
	})
	return err
}
