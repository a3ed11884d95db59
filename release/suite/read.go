package suite

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// notChecked is how a script says that it had to leave something out.
const notChecked = "NOT CHECKED: "

// Plain passes everything on.
func Plain(printed io.Reader, show io.Writer) (found Found, err error) {
	return found, eachLine(printed, func(line string) {
		fmt.Fprintln(show, line)
		if what, ok := strings.CutPrefix(line, notChecked); ok {
			found.Skipped = append(found.Skipped, what)
		}
	})
}

func eachLine(r io.Reader, do func(line string)) error {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			do(strings.TrimSuffix(line, "\n"))
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// event is a line of "go test -json"; see "go doc test2json".
type event struct {
	Action, Package, Test, Output, ImportPath string
}

// of is the test that an event is of.
type of struct{ pkg, test string }

func (o of) String() string { return strings.TrimSpace(o.pkg + " " + o.test) }

// GoTest reads "go test -json". It shows what the tests that failed printed,
// and of every package the line with its outcome.
func GoTest(printed io.Reader, show io.Writer) (found Found, err error) {
	said := map[of][]string{} // by tests that have not ended, and by packages
	failed := map[of]bool{}
	err = eachLine(printed, func(line string) {
		var e event
		if json.Unmarshal([]byte(line), &e) != nil {
			fmt.Fprintln(show, line) // of the go command itself
			return
		}
		who := of{e.Package, e.Test}
		switch e.Action {
		case "output":
			if e.Test == "" && isOutcome(e.Output) {
				fmt.Fprint(show, e.Output)
			} else if !isProgress(e.Output) {
				said[who] = append(said[who], e.Output)
			}
		case "build-output":
			fmt.Fprint(show, e.Output)
		case "pass":
			delete(said, who)
		case "skip":
			if e.Test != "" {
				found.Skipped = append(found.Skipped, fmt.Sprintf("%s: %s", who, reason(said[who])))
			}
			delete(said, who)
		case "fail":
			if e.Test == "" && !endFailed(show, said, failed, who) {
				found.Failed = append(found.Failed, e.Package+" (as a whole: see above)")
			}
			if e.Test != "" {
				failed[who] = true
				found.Failed = append(found.Failed, who.String())
				tell(show, who, said[who])
			}
			delete(said, who)
		}
	})
	return found, err
}

// endFailed shows what is left of a package that failed: its own output, and
// that of the tests that did not end. It says whether one of its tests failed.
func endFailed(show io.Writer, said map[of][]string, failed map[of]bool, pkg of) bool {
	byName := func(a, b of) int { return strings.Compare(a.test, b.test) }
	for _, who := range slices.SortedFunc(maps.Keys(said), byName) {
		if who.pkg == pkg.pkg {
			tell(show, who, said[who])
			delete(said, who)
		}
	}
	for who := range failed {
		if who.pkg == pkg.pkg {
			return true
		}
	}
	return false
}

func tell(show io.Writer, who of, said []string) {
	if len(said) > 0 {
		fmt.Fprintf(show, "--- %s\n%s", who, strings.Join(said, ""))
	}
}

var outcome = regexp.MustCompile(`^(ok  |FAIL|\?   )\t`)

// isOutcome says whether a line closes a package.
func isOutcome(line string) bool { return outcome.MatchString(line) }

var progress = regexp.MustCompile(`^(=== (RUN|PAUSE|CONT|NAME|ATTR) |PASS\n|FAIL\n|testing: warning: no tests to run)`)

// isProgress says whether a line only tells which test is running.
func isProgress(line string) bool { return progress.MatchString(line) }

var position = regexp.MustCompile(`^\s*\S+\.go:\d+: `)

// reason finds in what a test printed why it was skipped.
func reason(said []string) string {
	var text []string
	for _, line := range said {
		line = strings.TrimSpace(position.ReplaceAllString(line, ""))
		if line != "" && !strings.HasPrefix(line, "--- SKIP") {
			text = append(text, strings.TrimPrefix(line, "SKIPPED, nothing was tested: "))
		}
	}
	if len(text) == 0 {
		return "it does not say why"
	}
	return strings.Join(text, "; ")
}

var point = regexp.MustCompile(`^\s*(not ok|ok) \d+ - (.*?)(?: # (SKIP|TODO)\b ?(.*))?$`)

// TAP reads the Test Anything Protocol, as Node.js prints it. It shows all of
// it when something failed.
func TAP(printed io.Reader, show io.Writer) (found Found, err error) {
	var all []string
	err = eachLine(printed, func(line string) {
		all = append(all, line)
		m := point.FindStringSubmatch(line)
		switch {
		case m == nil:
		case m[3] == "SKIP":
			why := m[4]
			if why == "" {
				why = "it does not say why"
			}
			found.Skipped = append(found.Skipped, m[2]+": "+why)
		case m[1] == "not ok" && m[3] == "":
			found.Failed = append(found.Failed, m[2])
		}
	})
	for _, line := range all {
		if len(found.Failed) > 0 || strings.HasPrefix(line, "# ") && !strings.HasPrefix(line, "# Subtest") {
			fmt.Fprintln(show, line)
		}
	}
	return found, err
}
