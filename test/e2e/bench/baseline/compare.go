package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
)

// change is what became of a ratio.
type change struct {
	figure
	was, is float64 // medians
	worse   float64 // how many times as bad it is: below 1 it is better
}

// changes are those between two runs that are larger than a tolerance and not by chance, the worst first, and what
// ratios one of them has not.
func changes(then, now figures, tolerance float64) (all []change, missing []figure) {
	for _, p := range pairs {
		at := p.figure()
		before, after := then.values[at], now.values[at]
		if len(before) == 0 || len(after) == 0 {
			missing = append(missing, at)
			continue
		}
		c := change{figure: at, was: median(before), is: median(after)}
		if c.worse = c.is / c.was; at.unit == speed {
			c.worse = c.was / c.is
		}
		if max(c.is/c.was, c.was/c.is) > 1+tolerance && isMeant(before, after) {
			all = append(all, c)
		}
	}
	slices.SortStableFunc(all, func(a, b change) int { return cmp.Compare(b.worse, a.worse) })
	return all, missing
}

// isMeant says whether a difference is more than chance: of all pairs of a figure before and one after, fewer than one
// in twelve contradict it. For five of each that is the test of Mann and Whitney, which chance passes in 3 of 100.
// Where there is one of each, which is a median itself, there is no telling: the tolerance alone decides.
func isMeant(before, after []float64) bool {
	isMore := median(after) > median(before)
	against := 0
	for _, b := range before {
		for _, a := range after {
			if (a > b) != isMore {
				against++
			}
		}
	}
	return against*12 < len(before)*len(after)
}

// report writes what became of the ratios, and returns how many got slower.
func report(w io.Writer, then, now figures, tolerance float64) (slower int) {
	all, missing := changes(then, now, tolerance)
	fmt.Fprintf(w, "Beside the baseline of %s, by more than %.0f %% and more than chance:\n\n",
		then.about["date"], tolerance*100)
	for _, c := range all {
		what := "better"
		if c.worse > 1 {
			what = "SLOWER"
			slower++
		}
		by := max(c.worse, 1/c.worse)
		fmt.Fprintf(w, "- %s: %s %s: %s %.2f of its reference, where it was %.2f (%.2f times)\n",
			what, c.pkg, c.name, c.unit, c.is, c.was, by)
	}
	if slower == 0 {
		fmt.Fprintln(w, "- nothing got slower")
	}
	for _, at := range missing {
		when := "now"
		if len(then.values[at]) == 0 {
			when = "then"
		}
		fmt.Fprintf(w, "- NOT COMPARED: %s %s: %s was not measured %s\n", at.pkg, at.name, at.unit, when)
	}
	if then.about["cpu"] != now.about["cpu"] {
		fmt.Fprintf(w, "- the baseline is from another processor (%s; here %s), where ratios are others, too: "+
			"make bench BASELINE=new takes one here\n", then.about["cpu"], now.about["cpu"])
	}
	return slower
}
