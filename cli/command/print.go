package command

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"sgraph.ai/send/shared/envelope"
)

// jsonFlag adds the flag by which a command speaks to programs.
func jsonFlag(c *cobra.Command, asJSON *bool) {
	c.Flags().BoolVar(asJSON, "json", false, "print JSON, for programs")
}

// printJSON writes a value to the standard output, in one line.
func (e Env) printJSON(ctx context.Context, v any) error {
	text, err := oneLine(v)
	if err != nil {
		return err
	}
	return e.print(ctx, text)
}

// oneLine is a value as JSON, with its line end.
func oneLine(v any) (string, error) {
	var text bytes.Buffer
	out := json.NewEncoder(&text)
	out.SetEscapeHTML(false)
	err := out.Encode(v)
	return text.String(), err
}

// printTable writes a table, whose cells end in tabs, to the standard output.
func (e Env) printTable(ctx context.Context, fill func(*tabwriter.Writer)) error {
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fill(w)
	w.Flush()
	return e.print(ctx, table.String())
}

// clean is a text that a service told, fit for a line of a terminal.
func clean(text string) string {
	return strings.Join(strings.Fields(envelope.CleanNote(text)), " ")
}

// completes has a flag completed.
func completes(c *cobra.Command, flag string, by cobra.CompletionFunc) {
	if err := c.RegisterFlagCompletionFunc(flag, by); err != nil {
		panic(err) // there is no such flag: a fault of the program
	}
}
