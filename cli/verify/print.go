package verify

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// most is how much is printed of what one file differs in.
const most = 6

// Print writes a report for people.
func (r Report) Print(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if r.Claims == "" {
		fmt.Fprintf(table, "%s does not say what it is\n", r.User)
	} else {
		fmt.Fprintf(table, "%s says that it is %s\n", r.User, clean(r.Claims))
	}
	fmt.Fprintf(table, "Held against what %s sends, as %s has it:\n", r.Version, r.From)
	counts := map[Verdict]int{}
	for _, f := range r.Files {
		counts[f.Verdict]++
		fmt.Fprintf(table, "  %s\t%s\t%s\tasked %d times\n", f.Verdict, f.Service, clean(f.Path), f.Asked)
	}
	for _, f := range r.Files {
		if len(f.Found) > 0 {
			fmt.Fprintf(table, "%s %s: %s\n", f.Service, clean(f.Path), f.Verdict)
			say(table, f.Found)
		}
	}
	if len(r.Found) > 0 {
		fmt.Fprintln(table, "In all:")
		say(table, r.Found)
	}
	if len(r.Remarks) > 0 {
		fmt.Fprintln(table, "No difference, but to know:")
		say(table, r.Remarks)
	}
	fmt.Fprintf(table, "%d are the same, %d differ, %d could not be read\n", counts[Same], counts[Differs], counts[Unread])
	return table.Flush()
}

func say(w io.Writer, all []string) {
	for i, what := range all {
		if i == most {
			fmt.Fprintf(w, "  and %d more, which --json has\n", len(all)-most)
			return
		}
		fmt.Fprintf(w, "  %s\n", what)
	}
}
