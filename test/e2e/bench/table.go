package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// ratio is the figure of one contender to that of another; 0 where one of them has none.
func ratio(of, to *contender, measure int) float64 {
	if !of.takesPart(measure) || !to.takesPart(measure) {
		return 0
	}
	return median(of.figures[measure]) / median(to.figures[measure])
}

// writeTable writes what came of it, with ratios to the first, why a figure is not there, and who is ahead of ours.
func writeTable(w io.Writer, all []*contender, ours *contender) {
	reference := all[0]
	fmt.Fprintf(w, "| to %s |", reference.is)
	for _, column := range columns {
		fmt.Fprintf(w, " %s |", column.title)
	}
	fmt.Fprintf(w, "\n|---|%s\n", strings.Repeat("---|", measures))
	var notes []string
	for _, c := range all {
		fmt.Fprintf(w, "| %s |", c.is)
		for m, column := range columns {
			if c.takesPart(m) {
				fmt.Fprintf(w, " "+column.format+" (%.2f) |", median(c.figures[m]), ratio(c, reference, m))
				continue
			}
			why, _, _ := strings.Cut(c.is+": "+c.without[m], "\n")
			if !slices.Contains(notes, why) {
				notes = append(notes, why)
			}
			fmt.Fprintf(w, " – %c |", 'a'+slices.Index(notes, why))
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w)
	for i, why := range notes {
		fmt.Fprintf(w, "- %c: %s\n", 'a'+i, why)
	}
	if len(notes) > 0 {
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "Ahead of %s:\n\n", ours.is)
	for m, column := range columns {
		fmt.Fprintf(w, "- %s: %s\n", column.title, strings.Join(ahead(all, ours, m), ", "))
	}
	fmt.Fprintln(w)
}

// ahead are those that did better than ours, and by how much; or nobody.
func ahead(all []*contender, ours *contender, measure int) (names []string) {
	for _, c := range all {
		by := ratio(c, ours, measure)
		if columns[measure].isLessBetter && by > 0 {
			by = 1 / by
		}
		if by > 1 {
			names = append(names, fmt.Sprintf("%s (%.2f)", c.is, by))
		}
	}
	if names == nil {
		return []string{"nobody"}
	}
	return names
}
