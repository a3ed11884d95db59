package repository

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// asvsPage says how each requirement of levels 1 and 2 is answered.
const asvsPage = "docs/asvs.md"

// asvsStates are the answers that there are.
var asvsStates = []string{"met", "in part", "not met", "not applicable"}

// requirements are all of the standard, in its order, with their levels.
func requirements(t *testing.T) (ids []string, level map[string]string) {
	t.Helper()
	text, err := os.ReadFile("testdata/asvs-5.0.0.txt")
	if err != nil {
		t.Fatal(err)
	}
	level = map[string]string{}
	for line := range strings.Lines(string(text)) {
		if id, l, found := strings.Cut(strings.TrimSpace(line), " "); found && strings.HasPrefix(id, "V") {
			ids, level[id] = append(ids, id), l
		}
	}
	return ids, level
}

var (
	asvsRow   = regexp.MustCompile(`(?m)^\| (V[^|]*) \| ([^|]*) \| ([^|]*) \| ([^|]*) \|$`)
	asvsCount = regexp.MustCompile(`(\d+) are met, (\d+) in part, (\d+) not, and (\d+) are of no account here`)
)

// asvsFaults are what is wrong with the page: a requirement of levels 1 and 2 that has no
// row, or two; a row of none; one in another order, without words, of a state that there
// is not, or that says "met" and leads to nothing which shows it; counts that are not so.
func asvsFaults(page string, ids []string, level map[string]string) (faults []string) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	before, rows, counted := -1, map[string]int{}, map[string]int{}
	for _, row := range asvsRow.FindAllStringSubmatch(page, -1) {
		of, short, state, by := row[1], row[2], row[3], row[4]
		if !slices.Contains(asvsStates, state) {
			fault("%s is %q", of, state)
		}
		if short == "" || by == "" {
			fault("%s has no words", of)
		}
		if state == "met" && len(links(by)) == 0 {
			fault("%s is met, and nothing is named that shows it", of)
		}
		at := before
		for n, id := range inRow(of, ids, level) {
			is := slices.Index(ids, id)
			switch {
			case is < 0:
				fault("there is no requirement %s", id)
			case level[id] == "3":
				fault("%s is of level 3", id)
			case is <= at:
				fault("%s stands behind %s", id, ids[at])
			}
			at = max(at, is)
			if n == 0 {
				before = at // rows stand by the first of theirs
			}
			rows[id]++
			counted[state]++
		}
	}
	for _, id := range ids {
		if n := rows[id]; level[id] != "3" && n != 1 {
			fault("%s has %d rows", id, n)
		}
	}
	said := asvsCount.FindStringSubmatch(strings.Join(strings.Fields(page), " "))
	for i, state := range asvsStates {
		if said == nil || said[i+1] != fmt.Sprint(counted[state]) {
			fault("%d requirements are %s, and the page says something else", counted[state], state)
		}
	}
	return faults
}

// inRow are the requirements of a row: "V1.2.4, V1.2.6 to V1.2.8" of levels 1 and 2.
func inRow(of string, ids []string, level map[string]string) (all []string) {
	for part := range strings.SplitSeq(of, ", ") {
		first, last, many := strings.Cut(part, " to ")
		a, b := slices.Index(ids, first), slices.Index(ids, last)
		if !many || a < 0 || b < a {
			all = append(all, part)
			continue
		}
		for _, id := range ids[a : b+1] {
			if level[id] != "3" {
				all = append(all, id)
			}
		}
	}
	return all
}

// Every requirement of levels 1 and 2 is answered once, by its number. That the links
// lead somewhere, and tests are where they say, TestLinksLeadSomewhere and
// TestNamedTestsAreThere see to.
func TestEveryRequirementOfASVSIsAnswered(t *testing.T) {
	t.Parallel()
	ids, level := requirements(t)
	if len(ids) != 345 {
		t.Fatalf("the standard has %d requirements", len(ids))
	}
	for _, fault := range asvsFaults(read(t, asvsPage), ids, level) {
		t.Error(fault)
	}
}

// The test before finds what it is for.
func TestFaultsOfTheAnswersToASVSAreFound(t *testing.T) {
	t.Parallel()
	ids := []string{"V1.1.1", "V1.1.2", "V1.1.3", "V1.2.1"}
	level := map[string]string{"V1.1.1": "1", "V1.1.2": "2", "V1.1.3": "3", "V1.2.1": "2"}
	const good = "2 are met, 0 in part, 0 not, and 1\nare of no account here.\n" +
		"| V1.1.1 to V1.1.2 | a | met | [a](a.md) |\n| V1.2.1 | b | not applicable | none |\n"
	if faults := asvsFaults(good, ids, level); len(faults) > 0 {
		t.Fatal(faults)
	}
	for name, change := range map[string][2]string{
		"no row":        {"| V1.2.1 |", "| of V1.2.1 |"},
		"two rows":      {"| V1.2.1 |", "| V1.1.2, V1.2.1 |"},
		"another order": {"| V1.1.1 to V1.1.2 |", "| V1.1.2, V1.1.1 |"},
		"no such one":   {"| V1.2.1 |", "| V1.2.1, V1.2.9 |"},
		"of level 3":    {"| V1.2.1 |", "| V1.1.3, V1.2.1 |"},
		"nothing shown": {"[a](a.md)", "it is so"},
		"no words":      {"| none |", "|  |"},
		"another state": {"not applicable", "partly met"},
		"a wrong count": {"2 are met", "3 are met"},
	} {
		page := strings.Replace(good, change[0], change[1], 1)
		if page == good || len(asvsFaults(page, ids, level)) == 0 {
			t.Errorf("%s is not found", name)
		}
	}
}

// What runs as a service makes no commands, templates, mail, SQL or objects of what it is
// given: it has nothing to make them with.
func TestServicesImportNothingThatInterprets(t *testing.T) {
	t.Parallel()
	interprets := []string{
		"os/exec", "plugin", "text/template", "html/template", "net/smtp", "database/sql", "encoding/gob", "net/rpc",
		"unsafe", "net/http/pprof", "expvar",
	}
	all, seen := packages(t), map[string]bool{}
	var look func(dir string)
	look = func(dir string) {
		if seen[dir] {
			return
		}
		seen[dir] = true
		for _, name := range all[dir].imports {
			if slices.Contains(interprets, name) {
				t.Errorf("%s imports %s", dir, name)
			}
			if strings.HasPrefix(name, module+"shared/test/") || name == "testing" {
				t.Errorf("%s imports %s, which is for tests", dir, name)
			}
			if ours, is := strings.CutPrefix(name, module); is {
				look(ours)
			}
		}
	}
	look("services/user/cmd/send-user")
	look("services/admin/cmd/send-admin")
	if len(seen) < 20 {
		t.Errorf("%d packages were looked at", len(seen))
	}
}
