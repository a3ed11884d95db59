package cost

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/infra/tables"
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
		line(tables.Dollars(l.Cost), tables.Percent(l.Share), tables.Amount(l.Count), l.Unit, l.What)
	}
	line(tables.Dollars(b.Total), "", "", "", "in all")
	for _, w := range b.Warnings {
		fmt.Fprintf(&text, "\n- %s", w)
	}
	if len(b.Warnings) > 0 {
		text.WriteString("\n")
	}
	return text.String()
}

// WriteDocs writes the tables of a page anew, from the stack files in a folder.
func WriteDocs(root, page string) error {
	made, err := docs(root)
	if err != nil {
		return err
	}
	return tables.Write(filepath.Join(root, page), maker, made)
}

// Fill returns a page with its tables as they have to be.
func Fill(root, page string) (string, error) {
	made, err := docs(root)
	if err != nil {
		return "", err
	}
	return tables.Fill(page, maker, made)
}

// maker is what makes the tables.
const maker = "./infra/cost"

// docs are the tables of docs/cost.md, by name.
func docs(root string) (map[string]string, error) {
	var summary, bills, cheapest tables.Grid
	summary.Head("", "as its file says:", "less what is free:", "cheapest:", "less what is free:", "egress:")
	for _, sc := range Scenarios {
		of, err := sc.bills(root)
		if err != nil {
			return nil, err
		}
		egress := 0.0
		for _, l := range of.full.Lines {
			if l.What == Egress.What || l.What == EdgeEgress.What {
				egress += l.Share
			}
		}
		summary.Row(sc.Name, tables.Dollars(of.full.Total), tables.Dollars(of.free.Total), tables.Dollars(of.cheapest.Total),
			tables.Dollars(of.cheapestFree.Total), tables.Percent(egress))
		writeBill(&bills, sc, of.full)
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
	var text, always tables.Grid
	kinds := []string{settings.Lambda, settings.Fargate, settings.EC2}
	head := []string{""}
	for _, kind := range kinds {
		head = append(head, "`"+kind+"`:")
	}
	text.Head(slices.Clone(head)...)
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
			row = append(row, tables.Dollars(bill.Total))
			if sc.Traffic.Transfers == 0 {
				idle[kind] = bill
			}
		}
		text.Row(row...)
	}
	always.Head(slices.Clone(head)...)
	for _, p := range Prices {
		row, has := []string{p.What}, false
		for _, kind := range kinds {
			cell := ""
			for _, l := range idle[kind].Lines {
				if l.What == p.What {
					cell, has = tables.Dollars(l.Cost), true
				}
			}
			row = append(row, cell)
		}
		if has && slices.Contains(row, "") {
			always.Row(row...)
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

func writeBill(to *tables.Grid, sc Scenario, b Bill) {
	fmt.Fprintf(to, "### %s\n\n", strings.ToUpper(sc.Name[:1])+sc.Name[1:])
	to.Head("", "units:", "", "US dollars:", "share:")
	rest := Line{What: "all else"}
	for i, l := range b.Lines {
		if i < most {
			to.Row(l.What, tables.Amount(l.Count), l.Unit, tables.Dollars(l.Cost), tables.Percent(l.Share))
			continue
		}
		rest.Cost, rest.Share = rest.Cost+l.Cost, rest.Share+l.Share
	}
	to.Row(rest.What, "", "", tables.Dollars(rest.Cost), tables.Percent(rest.Share))
	to.Row("in all", "", "", tables.Dollars(b.Total), "")
	to.WriteString("\n")
}

func writeCheapest(to *tables.Grid, sc Scenario) {
	if len(sc.Cheapest) == 0 {
		return
	}
	fmt.Fprintf(to, "### Cheapest: %s\n\n", sc.Name)
	to.Head("Setting", "What is given up")
	for _, c := range sc.Cheapest {
		to.Row("`"+c.Key+": "+c.Value+"`", c.GivesUp)
	}
	to.WriteString("\n")
}

func pricesTable() string {
	var text tables.Grid
	text.Head("Price", "for a", string(London)+":", string(Virginia)+":", "free a month:", "from", "seen")
	for _, p := range Prices {
		for i, t := range p.Tiers {
			what, free, source, seen := p.What, "", "[page]("+p.Source+")", p.Seen
			if p.Free > 0 {
				free = tables.Amount(p.Free)
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
			text.Row(what, p.Unit, price(t.London), price(t.Virginia), free, source, seen)
		}
	}
	return text.String()
}

func tierName(tiers []Tier, i int) string {
	if tiers[i].UpTo == 0 {
		return ", beyond"
	}
	return fmt.Sprintf(", up to %s TB", tables.Amount(tiers[i].UpTo/tb))
}

func price(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func workTable() string {
	var text tables.Grid
	text.Head("", "user:", "admin:", "reads:", "writes:", "PUT:", "GET:", "log KB:", "events:")
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
		text.Row(w.name, n(w.of.User), n(w.of.Admin), n(w.of.Reads), n(w.of.Writes), n(w.of.Puts), n(w.of.Gets),
			n(w.of.LogKB), n(w.of.Events))
	}
	return text.String()
}
