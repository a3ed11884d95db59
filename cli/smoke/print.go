package smoke

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Print writes a report as a table for people.
func (r Report) Print(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "%s\n", r.Target)
	counts := map[Status]int{}
	for _, c := range r.Checks {
		counts[c.Status]++
		detail := strings.Join(strings.Fields(c.Detail), " ")
		fmt.Fprintf(table, "  %s\t%s\t%d ms\t%s\n", c.Status, c.Name, c.Milliseconds, detail)
	}
	fmt.Fprintf(table, "%d passed, %d failed, %d skipped\n", counts[Passed], counts[Failed], counts[Skipped])
	return table.Flush()
}
