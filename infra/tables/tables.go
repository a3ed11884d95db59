// Package tables writes tables of numbers into pages of the documentation, between
// the two lines that each of them has there.
package tables

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Grid is a table of Markdown, or several.
type Grid struct{ strings.Builder }

// Row adds a row.
func (g *Grid) Row(cells ...string) { g.WriteString("| " + strings.Join(cells, " | ") + " |\n") }

// Head adds a first row; a column whose name ends in a colon has numbers.
func (g *Grid) Head(names ...string) {
	lines := make([]string, len(names))
	for i, name := range names {
		lines[i] = "---"
		if name, ok := strings.CutSuffix(name, ":"); ok {
			names[i], lines[i] = name, "---:"
		}
	}
	g.Row(names...)
	g.Row(lines...)
}

// Write writes the tables of a page anew, by their names. by is the package whose
// go generate does so.
func Write(path, by string, tables map[string]string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	filled, err := Fill(string(text), by, tables)
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(filled), 0o644)
}

// Fill returns a page with its tables as they have to be.
func Fill(page, by string, tables map[string]string) (string, error) {
	for name, table := range tables {
		begin, end := "<!-- "+name+": made by go generate "+by+" -->\n", "<!-- end -->\n"
		before, rest, ok := strings.Cut(page, begin)
		_, after, closed := strings.Cut(rest, end)
		if !ok || !closed {
			return "", fmt.Errorf("the page has no place for the table %q: %s", name, strings.TrimSpace(begin))
		}
		page = before + begin + "\n" + table + "\n" + end + after
	}
	return page, nil
}

// Dollars writes an amount of money.
func Dollars(x float64) string {
	if x >= 100 {
		return group(strconv.FormatFloat(x, 'f', 0, 64))
	}
	return strconv.FormatFloat(x, 'f', 2, 64)
}

// Percent writes a share.
func Percent(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) }

// Amount writes a number with as many digits as matter.
func Amount(x float64) string {
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
