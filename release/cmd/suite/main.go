// Command suite runs the tests of the whole repository, or of one package; see
// tools/test.
package main

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"syscall"

	"sgraph.ai/send/release/suite"
)

func main() {
	pkg := flag.String("pkg", "", "run the tests of these Go packages only, such as ./shared/send")
	run := flag.String("run", "", "run the Go tests with these names only: a regular expression")
	nightly := flag.Bool("nightly", false, "run the long forms, too")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	groups, err := choose(*pkg, *run, *nightly)
	if err != nil {
		fmt.Fprintln(os.Stderr, "suite:", err)
		os.Exit(2)
	}
	if !suite.Run(ctx, groups, os.Stdout) {
		os.Exit(1)
	}
}

// timeout ends a package that hangs. Nothing that works comes near it, however
// busy the machine is.
const timeout = "60m"

// goTest runs tests of Go, linked without what only debuggers read: of a hundred
// programs that takes a quarter of the time.
func goTest(name string, args ...string) suite.Group {
	command := append([]string{"go", "test", "-json", "-shuffle=on", "-ldflags=-w", "-timeout=" + timeout}, args...)
	return suite.Group{Name: name, Command: command, Reads: suite.GoTest}
}

// inFirefox has the tests of the pages and of the console run in that browser.
func inFirefox(g suite.Group) suite.Group { return with(g, "SEND_BROWSER=firefox") }

// onAPhone has what the tests of the pages go through on a desktop gone through on a phone. Pictures of that are kept
// by the others.
func onAPhone(g suite.Group) suite.Group { return with(g, "SEND_SCREEN=phone", "SEND_LOOKS=") }

func with(g suite.Group, settings ...string) suite.Group {
	g.Command = slices.Concat([]string{"env"}, settings, g.Command)
	return g
}

func choose(pkg, run string, nightly bool) ([]suite.Group, error) {
	switch {
	case pkg != "":
		return []suite.Group{goTest(pkg, "-race", "-run="+run, pkg)}, nil
	case run != "":
		return []suite.Group{goTest("tests named "+run, "-race", "-run="+run,
			"./shared/...", "./services/user/...", "./services/admin/...", "./cli/...",
			"./release/...", "./bootstrap/...", "./infra/...", "./test/e2e/...")}, nil
	}
	modules, err := scripts()
	if err != nil {
		return nil, err
	}
	groups := []suite.Group{
		{Name: "lint", Command: []string{"tools/lint"}},
		{
			Name:    "the pages' modules (Node.js)",
			Command: append([]string{"node", "--test", "--test-reporter=tap"}, modules...),
			Reads:   suite.TAP,
		},
		goTest("domain, adapters and services", "-race", "./shared/...", "./services/user/...", "./services/admin/..."),
		goTest("command line", "./cli/..."), // which moves much more, and is looked at for races at night
		goTest("pipelines, and what an account needs for them", "-race", "./release/...", "./bootstrap/..."),
		goTest("infrastructure program", "./infra/..."),
		goTest("browsers, and the whole stack against a simulated AWS", "-count=1",
			"./test/e2e/stack", "./test/e2e/pipelines", "./test/e2e/browser", // the longest first, so that none ends alone
			"./test/e2e/..."),
	}
	if nightly {
		long, err := longForms()
		if err != nil {
			return nil, err
		}
		groups = append(groups, long...)
	}
	return groups, nil
}

// scripts are the tests that Node.js runs.
func scripts() ([]string, error) {
	services, err := filepath.Glob("services/*/webtest/*.test.mjs")
	if err != nil {
		return nil, err
	}
	shared, err := filepath.Glob("shared/*/webtest/*.test.mjs")
	return append(services, shared...), err
}

var fuzzTarget = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)

// longForms are the tests that "make test" runs once, or for a moment: races
// and kills again and again, and every fuzz target.
func longForms() ([]suite.Group, error) {
	groups := []suite.Group{
		goTest("races of the command line", "-race", "./cli/..."),
		goTest("races and kills, again and again", "-race", "-count=20",
			"-run=Race|Kill|Exact|Concurren|Together|Contract|Stall|Sweep",
			"./shared/...", "./services/user/...", "./services/admin/...", "./cli/..."),
		onAPhone(goTest("the pages on a phone, too", "-count=1", "./test/e2e/browser")),
		inFirefox(goTest("the pages in Firefox, too", "-count=1", "./test/e2e/browser", "./test/e2e/console")),
		goTest("ten million transfers", "-run=TenMillion", "-v", "./shared/test/partitions"),
	}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() && slices.Contains([]string{".git", ".tools", "node_modules"}, entry.Name()) {
			if err == nil {
				err = filepath.SkipDir
			}
			return err
		}
		if ok, _ := filepath.Match("*_test.go", entry.Name()); !ok {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range fuzzTarget.FindAllStringSubmatch(string(text), -1) {
			groups = append(groups, suite.Group{
				Name: "fuzz " + m[1],
				Command: []string{
					"go", "test", "-run=^$", "-fuzz=^" + m[1] + "$", "-fuzztime=1m", "-timeout=" + timeout,
					"./" + filepath.Dir(path),
				},
			})
		}
		return nil
	})
	return groups, err
}
