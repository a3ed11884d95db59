package command

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// Whatever tells of a result tells programs, too.
func TestCommandsSpeakToPrograms(t *testing.T) {
	t.Parallel()
	others := []string{
		"sgsend audit export", // has forms of its own
		"sgsend pages",        // is JSON
		"sgsend serve",        // has no result
	}
	var look func(c *cobra.Command)
	look = func(c *cobra.Command) {
		for _, sub := range c.Commands() {
			look(sub)
		}
		if c.HasSubCommands() || slices.Contains(others, c.CommandPath()) {
			return
		}
		if c.Flags().Lookup("json") == nil {
			t.Errorf("%s has no --json", c.CommandPath())
		}
	}
	look(New(Env{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard, Getenv: func(string) string { return "" }}))
}
