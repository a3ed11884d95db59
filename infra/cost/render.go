package cost

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"sgraph.ai/send/infra/settings"
)

// Text is the bill as a table for a terminal.
func (b Bill) Text() string {
	var text strings.Builder
	fmt.Fprintf(&text, "Stack %s in %s, US dollars a month, prices of %s", b.Stack, b.Region, b.Date)
	if b.Free {
		text.WriteString(", less what an account has free")
	}
	text.WriteString("\n\n")
	line := func(cost, share, units, unit, what string) {
		fmt.Fprintf(&text, "%10s %8s %12s  %-13s  %s\n", cost, share, units, unit, what)
	}
	line("cost", "share", "units", "", "")
	for _, l := range b.Lines {
		line(dollars(l.Cost), percent(l.Share), amount(l.Count), l.Unit, l.What)
	}
	line(dollars(b.Total), "", "", "", "in all")
	for _, w := range b.Warnings {
		fmt.Fprintf(&text, "\n- %s", w)
	}
	if len(b.Warnings) > 0 {
		text.WriteString("\n")
	}
	return text.String()
}

func dollars(x float64) string {
	if x >= 100 {
		return group(strconv.FormatFloat(x, 'f', 0, 64))
	}
	return strconv.FormatFloat(x, 'f', 2, 64)
}

func percent(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) }

func amount(x float64) string {
	switch {
	case x >= 100:
		return group(strconv.FormatFloat(x, 'f', 0, 64))
	case x >= 1:
		return strings.TrimSuffix(strconv.FormatFloat(x, 'f', 1, 64), ".0")
	}
	return strconv.FormatFloat(x, 'g', 2, 64)
}

// group puts commas between thousands.
func group(digits string) string {
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// The tables of docs/cost.md stand between two lines each.
func marks(name string) (begin, end string) {
	return "<!-- " + name + ": made by go generate ./infra/cost -->\n", "<!-- end -->\n"
}

// WriteDocs writes the tables of a page anew, from the stack files in a folder.
func WriteDocs(root, page string) error {
	path := filepath.Join(root, page)
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	filled, err := Fill(root, string(text))
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(filled), 0o644)
}

// Fill returns a page with its tables as they have to be.
func Fill(root, page string) (string, error) {
	tables, err := tables(root)
	if err != nil {
		return "", err
	}
	for name, table := range tables {
		begin, end := marks(name)
		before, rest, ok := strings.Cut(page, begin)
		_, after, closed := strings.Cut(rest, end)
		if !ok || !closed {
			return "", fmt.Errorf("the page has no place for the table %q: %s", name, strings.TrimSpace(begin))
		}
		page = before + begin + "\n" + table + "\n" + end + after
	}
	return page, nil
}

// tables are those of docs/cost.md, by name.
func tables(root string) (map[string]string, error) {
	var summary, bills, cheapest grid
	summary.head("", "as its file says:", "less what is free:", "cheapest:", "less what is free:", "egress:")
	for _, sc := range Scenarios {
		all, err := sc.bills(root)
		if err != nil {
			return nil, err
		}
		egress := 0.0
		for _, l := range all.full.Lines {
			if l.What == Egress.What || l.What == EdgeEgress.What {
				egress += l.Share
			}
		}
		summary.row(sc.Name, dollars(all.full.Total), dollars(all.free.Total), dollars(all.cheapest.Total),
			dollars(all.cheapestFree.Total), percent(egress))
		writeBill(&bills, sc, all.full)
		writeCheapest(&cheapest, sc)
	}
	computes, err := computesTable(root)
	if err != nil {
		return nil, err
	}
	return map[string]string{
		"summary": summary.String(), "bills": strings.TrimSuffix(bills.String(), "\n"),
		"cheapest": strings.TrimSuffix(cheapest.String(), "\n"), "prices": pricesTable(), "work": workTable(),
		"computes": computes,
	}, nil
}

// computesTable compares what can run the services of prod, and what that costs
// which runs all the time.
func computesTable(root string) (string, error) {
	var text, always grid
	kinds := []string{settings.Lambda, settings.Fargate, settings.EC2}
	head := []string{""}
	for _, kind := range kinds {
		head = append(head, "`"+kind+"`:")
	}
	text.head(slices.Clone(head)...)
	idle := map[string]Bill{}
	for _, sc := range Scenarios {
		if sc.Stack != "prod" {
			continue
		}
		row := []string{sc.Name}
		for _, kind := range kinds {
			stack, err := Stack(root, sc.Stack, map[string]string{"compute": kind, "domain": "send.example.org"})
			if err != nil {
				return "", err
			}
			bill, err := Of(stack, sc.Traffic, false)
			if err != nil {
				return "", err
			}
			row = append(row, dollars(bill.Total))
			if sc.Traffic.Transfers == 0 {
				idle[kind] = bill
			}
		}
		text.row(row...)
	}
	always.head(slices.Clone(head)...)
	for _, p := range Prices {
		row, has := []string{p.What}, false
		for _, kind := range kinds {
			cell := ""
			for _, l := range idle[kind].Lines {
				if l.What == p.What {
					cell, has = dollars(l.Cost), true
				}
			}
			row = append(row, cell)
		}
		if has && slices.Contains(row, "") {
			always.row(row...)
		}
	}
	return text.String() + "\nOf an idle one, what only some of them have:\n\n" + always.String(), nil
}

type bills struct{ full, free, cheapest, cheapestFree Bill }

func (s Scenario) bills(root string) (all bills, err error) {
	for _, b := range []struct {
		into    *Bill
		changes map[string]string
		free    bool
	}{
		{&all.full, nil, false}, {&all.free, nil, true},
		{&all.cheapest, s.settings(), false}, {&all.cheapestFree, s.settings(), true},
	} {
		stack, err := Stack(root, s.Stack, b.changes)
		if err != nil {
			return all, err
		}
		if *b.into, err = Of(stack, s.Traffic, b.free); err != nil {
			return all, err
		}
	}
	return all, nil
}

// most is how many lines of a bill are shown.
const most = 8

func writeBill(to *grid, sc Scenario, b Bill) {
	fmt.Fprintf(to, "### %s\n\n", strings.ToUpper(sc.Name[:1])+sc.Name[1:])
	to.head("", "units:", "", "US dollars:", "share:")
	rest := Line{What: "all else"}
	for i, l := range b.Lines {
		if i < most {
			to.row(l.What, amount(l.Count), l.Unit, dollars(l.Cost), percent(l.Share))
			continue
		}
		rest.Cost, rest.Share = rest.Cost+l.Cost, rest.Share+l.Share
	}
	to.row(rest.What, "", "", dollars(rest.Cost), percent(rest.Share))
	to.row("in all", "", "", dollars(b.Total), "")
	to.WriteString("\n")
}

func writeCheapest(to *grid, sc Scenario) {
	if len(sc.Cheapest) == 0 {
		return
	}
	fmt.Fprintf(to, "### Cheapest: %s\n\n", sc.Name)
	to.head("Setting", "What is given up")
	for _, c := range sc.Cheapest {
		to.row("`"+c.Key+": "+c.Value+"`", c.GivesUp)
	}
	to.WriteString("\n")
}

func pricesTable() string {
	var text grid
	text.head("Price", "for a", string(London)+":", string(Virginia)+":", "free a month:", "from", "seen")
	for _, p := range Prices {
		for i, t := range p.Tiers {
			what, free, source, seen := p.What, "", "[page]("+p.Source+")", p.Seen
			if p.Free > 0 {
				free = amount(p.Free)
			}
			if seen == "" {
				seen = "not confirmed"
			}
			if len(p.Tiers) > 1 {
				what += tierName(p.Tiers, i)
			}
			if i > 0 {
				free, source, seen = "", "", ""
			}
			text.row(what, p.Unit, price(t.London), price(t.Virginia), free, source, seen)
		}
	}
	return text.String()
}

func tierName(tiers []Tier, i int) string {
	if tiers[i].UpTo == 0 {
		return ", beyond"
	}
	return fmt.Sprintf(", up to %s TB", amount(tiers[i].UpTo/tb))
}

func price(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func workTable() string {
	var text grid
	text.head("", "user:", "admin:", "reads:", "writes:", "PUT:", "GET:", "log KB:", "events:")
	for _, w := range []struct {
		name string
		of   Work
	}{
		{"send through the function", SendDirect}, {"send in parts, without the parts", SendParts}, {"each part", Part},
		{"receive through the function", ReceiveDirect}, {"receive from S3", ReceiveSigned}, {"delete", Delete},
		{"expire", Expire}, {"keep an audit event", Keep}, {"a page", Page}, {"each of its parts, without an edge", PagePart},
		{"an uptime check asks", Health}, {"a sweep with nothing to do", Sweep},
		{"a round of the trail with nothing to do", Trail}, {"where there are webhooks, besides", Webhooks},
	} {
		n := func(x float64) string {
			if x == 0 {
				return ""
			}
			return strconv.FormatFloat(x, 'f', -1, 64)
		}
		text.row(w.name, n(w.of.User), n(w.of.Admin), n(w.of.Reads), n(w.of.Writes), n(w.of.Puts), n(w.of.Gets),
			n(w.of.LogKB), n(w.of.Events))
	}
	return text.String()
}

// grid is a table of Markdown, or several.
type grid struct{ strings.Builder }

func (g *grid) row(cells ...string) { g.WriteString("| " + strings.Join(cells, " | ") + " |\n") }

// head is a first row; a column whose name ends in a colon has numbers.
func (g *grid) head(names ...string) {
	lines := make([]string, len(names))
	for i, name := range names {
		lines[i] = "---"
		if name, ok := strings.CutSuffix(name, ":"); ok {
			names[i], lines[i] = name, "---:"
		}
	}
	g.row(names...)
	g.row(lines...)
}
