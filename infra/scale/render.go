package scale

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"sgraph.ai/send/infra/cost"
	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/infra/tables"
)

// Report is days of a stack, at several rates.
type Report struct {
	Stack settings.Settings
	Days  []Day
	Alone []Alone
}

// Of simulates a day of a stack at each rate, the lowest first.
func Of(ctx context.Context, set settings.Settings, bytes int64, rates []float64) (r Report, err error) {
	if set.Compute != settings.Lambda {
		return r, fmt.Errorf("compute is %s: how far tasks and hosts go is for their processors to say", set.Compute)
	}
	r.Stack = set
	for _, rate := range slices.Sorted(slices.Values(rates)) {
		d, err := Simulate(ctx, set, Traffic{rate, bytes})
		if err != nil {
			return r, err
		}
		r.Days = append(r.Days, d)
	}
	r.Alone, err = alone(ctx, set)
	return r, err
}

// Text is the report for a terminal.
func (r Report) Text() string {
	t := r.Tables()
	return strings.Join([]string{t["days"], t["ladder"], t["alone"]}, "\n")
}

// Tables are those of docs/scale.md, by their names.
func (r Report) Tables() map[string]string {
	return map[string]string{"days": r.days(), "ladder": r.ladder(), "alone": r.alone()}
}

// WriteDocs writes the tables of a page anew, for prod as its file is.
func WriteDocs(ctx context.Context, root, page string) error {
	set, err := cost.Stack(root, "prod", nil)
	if err != nil {
		return err
	}
	r, err := Of(ctx, set, Typical, Rates)
	if err != nil {
		return err
	}
	return tables.Write(filepath.Join(root, page), Maker, r.Tables())
}

// Maker is what makes the tables.
const Maker = "./infra/scale"

func (r Report) ladder() string {
	var g tables.Grid
	head := []string{"What is met", "It is:", "", "Full at, a second:"}
	for _, d := range r.Days {
		head = append(head, "at "+tables.Amount(d.Rate)+":")
	}
	g.Head(append(head, "What moves it")...)
	for _, m := range Ladder(r.Days) {
		row := []string{m.Name, tables.Amount(round(m.Is)), m.Unit, tables.Amount(round(m.At))}
		for _, used := range m.Used {
			row = append(row, percent(used))
		}
		g.Row(append(row, m.Moved)...)
	}
	return g.String()
}

// days is what a day is like at each rate, and what the stack has to be told for it.
func (r Report) days() string {
	var g tables.Grid
	head := []string{""}
	for _, d := range r.Days {
		head = append(head, tables.Amount(d.Rate)+" a second:")
	}
	g.Head(head...)
	row := func(name string, cell func(d Day) string) {
		cells := []string{name}
		for _, d := range r.Days {
			cells = append(cells, cell(d))
		}
		g.Row(cells...)
	}
	row("Transfers in the day", func(d Day) string { return tables.Amount(float64(d.Transfers)) })
	row("in its busiest second", func(d Day) string { return tables.Amount(float64(d.Busiest)) })
	row("**What is met first, as the stack is**", func(d Day) string {
		first := d.first()
		if first.Used() <= 1 {
			return "nothing; nearest, with " + percent(first.Used()) + ": " + first.Name
		}
		return first.Name + ", from " + tables.Amount(round(d.Rate/first.Used())) + " a second on"
	})
	row("Limits that are met", func(d Day) string {
		n := 0
		for _, l := range d.Limits {
			if l.Used() > 1 {
				n++
			}
		}
		return fmt.Sprintf("%d of %d", n, len(d.Limits))
	})
	row("`sweepMinutes`", func(d Day) string { return r.sweepMinutes(d) })
	row("`userConcurrency`", func(d Day) string { return tables.Amount(up(1.25 * d.User)) })
	row("`adminConcurrency`", func(d Day) string { return tables.Amount(up(1.25 * d.Admin)) })
	row("Both, from none to the busiest second", func(d Day) string {
		return tables.Amount(math.Ceil(d.User/ScaleIn10s*10)) + " s"
	})
	row("A new table, until it takes its writes", func(d Day) string {
		doublings := math.Ceil(math.Log2(d.Writes / NewTableWrites))
		if doublings <= 0 {
			return "at once"
		}
		return tables.Amount(doublings/2) + " h"
	})
	row("US dollars a month", func(d Day) string { return tables.Dollars(d.Bill.Total) })
	row("a day", func(d Day) string { return tables.Dollars(d.Bill.Total / 30) })
	row("of it egress", func(d Day) string { return tables.Percent(egress(d.Bill) / d.Bill.Total) })
	row("a day without that", func(d Day) string { return tables.Dollars((d.Bill.Total - egress(d.Bill)) / 30) })
	return g.String()
}

func egress(b cost.Bill) (sum float64) {
	for _, l := range b.Lines {
		if l.What == cost.Egress.What || l.What == cost.EdgeEgress.What {
			sum += l.Cost
		}
	}
	return sum
}

// sweepMinutes is what it has to be for a day, with a fifth to spare.
func (r Report) sweepMinutes(d Day) string {
	for _, l := range d.Limits {
		if l.Unit != "transfers" {
			continue
		}
		minutes := float64(r.Stack.SweepMinutes) / l.Used() / 1.2
		if minutes < 1 {
			return "1, and that is not enough"
		}
		return tables.Amount(math.Floor(min(60, minutes)))
	}
	return ""
}

func (r Report) alone() string {
	var g tables.Grid
	g.Head("What shares something", "what", "at most, a second:", "half meet another from:", "What moves it")
	for _, a := range r.Alone {
		half := ""
		if a.Half > 0 {
			half = tables.Amount(round(a.Half))
		}
		g.Row(a.What, a.Where, tables.Amount(round(a.At)), half, a.Moved)
	}
	return g.String()
}

// round leaves two digits: nothing here is known any better.
func round(n float64) float64 {
	if n == 0 {
		return 0
	}
	step := math.Pow(10, math.Floor(math.Log10(n))-1)
	if n >= 1000 && n == math.Trunc(n) && math.Mod(n, 100) == 0 { // a round number already
		return n
	}
	return math.Round(n/step) * step
}

func percent(used float64) string {
	switch {
	case used < 0.01:
		return "< 1 %"
	case used > 1:
		return "**" + tables.Amount(round(100*used)) + " %**"
	}
	return fmt.Sprintf("%.0f %%", 100*used)
}
