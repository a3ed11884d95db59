package hostile

import (
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sgraph.ai/send/shared/wire"
)

var update = flag.Bool("update", false, "write the table into docs/hostile.md")

// elsewhere is what the tests of a part try, because it needs more than bytes: a clock, a
// browser, a file system.
type elsewhere struct{ topic, name, answer, file, test string }

var others = []elsewhere{
	{"slow clients", "a body that does not come, at every route of the user service", "408 where it is read; closed",
		"services/user/slow_test.go", "TestABodyThatDoesNotComeIsNotWaitedFor"},
	{"slow clients", "a body that does not come, at every route of the admin service", "408 where it is read; closed",
		"services/admin/slow_test.go", "TestABodyThatDoesNotComeIsNotWaitedFor"},
	{"slow clients", "headers and bodies a byte at a time", "given up when patience ends",
		"shared/web/slow_test.go", "TestSlowRequestsEnd"},
	{"slow clients", "a download that nobody takes", "given up",
		"services/user/slow_test.go", "TestADownloadThatNobodyTakesIsNotWaitedFor"},
	{"slow clients", "answers that nobody takes, at every route of the user service", "the connection ends",
		"services/user/slow_test.go", "TestAnswersThatNobodyTakesAreNotWaitedFor"},
	{"slow clients", "answers that nobody takes, at every route of the admin service", "the connection ends",
		"services/admin/slow_test.go", "TestAnswersThatNobodyTakesAreNotWaitedFor"},
	{"slow clients", "answers that are taken a little at a time", "given up when patience ends",
		"shared/web/slow_test.go", "TestSlowReaders"},
	{"slow clients", "requests whose answers nobody takes", "the connection ends",
		"shared/web/slow_test.go", "TestPipelinedRequestsWhoseAnswersNobodyTakes"},
	{"slow clients", "an honest line that is slow", "gets through", "shared/web/slow_test.go", "TestSlowLinesGetThrough"},
	{"floods", "more connections than may be open in all", "the stillest gives way",
		"shared/web/slow_test.go", "TestTheStillestConnectionGivesWay"},
	{"floods", "more requests of a proxy's client than it may have", "429",
		"shared/web/slow_test.go", "TestRequestsOfAProxysClientAreBounded"},
	{"floods", "bodies in JSON for a transfer that there is not", "404 before the body comes",
		"services/user/held_test.go", "TestNothingIsHeldForNothing"},
	{"floods", "bodies in JSON, which are held in memory, many at once", "429",
		"services/user/held_test.go", "TestBodiesThatAreHeld"},
	{"floods", "more parts than were announced, one after the other", "413",
		"shared/send/arrival_test.go", "TestPartsKeepToWhatWasReserved"},
	{"floods", "more parts than were announced, at once", "429",
		"shared/send/arrival_test.go", "TestPartsUnderWay"},
	{"floods", "bodies put to one URL at once", "429",
		"shared/send/arrival_test.go", "TestPutsUnderWay"},
	{"floods", "tokens, links, permits and secrets that are guessed", "401, 403 or 410, and few events",
		"services/user/flood_test.go", "TestAFloodOfDenialsIsFewEvents"},
	{"floods", "API keys, cookies and ways back from a sign-in that are made up", "refused, then 429, and few events",
		"services/admin/flood_test.go", "TestAFloodOfWrongKeysIsFewEvents"},
	{"floods", "sign-ins that are begun", "30 a minute, then 429", "services/admin/sign_on_test.go",
		"TestSignOnIsLimited"},
	{"other sites", "every route of the admin service that changes something, by a browser with a session",
		"403",
		"services/admin/cross_site_test.go", "TestNoRouteIsAskedForByOtherSites"},
	{"sign-in", "a code, state, cookie or issuer of another sign-in, or one a second time", "nobody is let in",
		"services/admin/sign_on_test.go", "TestASignInEndsWhereItBegan"},
	{"sign-in", "ID tokens that are unsigned, expired, of another client, issuer or nonce, or of nobody",
		"nobody is let in", "services/admin/sign_on_test.go", "TestSignOnIsRefused"},
	{"sign-in", "what a viewer may not ask for, at every route", "403", "services/admin/viewer_test.go",
		"TestViewersAskWhatIsForThem"},
	{"share target", "what another app shares, where no worker took it", "not read",
		"services/user/shared_test.go", "TestWhatIsSharedIsNotRead"},
	{"webhooks", "a receiver at an address of the service's own network, by name or after a redirect", "not asked",
		"services/admin/hook_test.go", "TestWhereAWebhookMayGo"},
	{"scripts", "names, a note, a type and a picture of markup, in a label", "shown as text",
		"test/e2e/browser/label_test.go", "TestHostileLabel"},
	{"scripts", "a file's name and a text of markup, through both pages", "shown as text",
		"test/e2e/browser/markup_test.go", "TestMarkupIsText"},
	{"scripts", "names that turn around or hide their ending", "shown in their order, whole at the end",
		"test/e2e/browser/layout_test.go", "TestNamesOfOthers"},
	{"scripts", "a token's note of markup, in the console", "shown as text",
		"test/e2e/console/console_test.go", "TestSearchAndOrder"},
	{"scripts", "sequences of a terminal in names and notes", "shown as escapes",
		"cli/command/info_test.go", "TestLabelsAreSafeToShow"},
	{"archives", "paths that climb, are absolute, or have a drive", "stay within the folder",
		"cli/tree/tree_test.go", "TestHostile"},
	{"archives", "links that are in the folder already", "not followed", "cli/tree/tree_test.go", "TestHostile"},
	{"archives", "names that differ in case alone", "each has a name of its own",
		"shared/envelope/index_test.go", "TestPaths"},
	{"archives", "names that Windows keeps for devices", "begin with _", "shared/envelope/name_test.go", "TestCleanName"},
	{"archives", "more entries than may be, or an index too long", "refused", "shared/envelope/index_test.go",
		"TestIndexIsBounded"},
	{"archives", "sizes that lie, or add up beyond what can be counted", "refused", "shared/envelope/index_test.go",
		"TestOddIndexes"},
	{"archives", "less or more bytes than the index says", "refused, and nothing is left", "cli/tree/tree_test.go",
		"TestNothingHalf"},
	{"archives", "a backup whose entries climb, are links, or lie", "refused", "cli/backup/backup_test.go",
		"TestForged"},
	{"anything", "whatever a fuzzer makes of every route of the user service", "an answer of the contract",
		"services/user/fuzz_test.go", "FuzzRoutes"},
	{"anything", "whatever a fuzzer makes of every route of the admin service", "an answer of the contract",
		"services/admin/fuzz_test.go", "FuzzRoutes"},
	{"anything", "whatever a fuzzer makes of a session's cookie", "401", "services/admin/fuzz_test.go", "FuzzSession"},
	{"anything", "whatever a fuzzer makes of an event of a function", "no panic", "shared/lambdahttp/event_test.go",
		"FuzzEvent"},
}

var fuzzTarget = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)

// fuzzed lists every fuzz target by its package.
func fuzzed(t *testing.T) string {
	t.Helper()
	const root = "../../.."
	var b strings.Builder
	b.WriteString("\n## What is fuzzed\n\n| package | targets |\n|---|---|\n")
	for _, module := range []string{"cli", "services", "shared"} {
		of := map[string][]string{}
		err := filepath.WalkDir(filepath.Join(root, module), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			dir, _ := filepath.Rel(root, filepath.Dir(path))
			for _, m := range fuzzTarget.FindAllStringSubmatch(string(text), -1) {
				of[filepath.ToSlash(dir)] = append(of[filepath.ToSlash(dir)], m[1])
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, dir := range slices.Sorted(maps.Keys(of)) {
			fmt.Fprintf(&b, "| `%s` | %s |\n", dir, strings.Join(of[dir], ", "))
		}
	}
	return b.String()
}

// table is what was tried and what answered, as docs/hostile.md has it.
func table(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("| topic | what is tried | at | what answers |\n|---|---|---|---|\n")
	for _, a := range attempts {
		answer := a.answer
		if a.admin != "" {
			answer = fmt.Sprintf("%s; the admin service %s", a.answer, a.admin)
		}
		at := map[wire.Service]string{0: "both", wire.User: "user", wire.Admin: "admin"}[a.of]
		if !a.framing {
			at += ", functions"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", a.topic, a.name, at, answer)
	}
	for _, p := range probes {
		fmt.Fprintf(&b, "| every route | %s | both | %s |\n", p.name, everyRoute)
	}
	for _, f := range floods {
		fmt.Fprintf(&b, "| floods | %s | both | %s |\n", f.name, f.answer)
	}
	b.WriteString("\n| topic | what is tried | what answers | by |\n|---|---|---|---|\n")
	for _, o := range others {
		fmt.Fprintf(&b, "| %s | %s | %s | [%s](../%s) |\n", o.topic, o.name, o.answer, o.test, o.file)
	}
	return b.String() + fuzzed(t)
}

// TestTheTableIsUpToDate holds docs/hostile.md to what is tried; with -update it writes it.
func TestTheTableIsUpToDate(t *testing.T) {
	t.Parallel()
	const file, from = "../../../docs/hostile.md", "## What was tried\n\n"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, was, found := strings.Cut(string(text), from)
	if !found {
		t.Fatalf("%s has no %q", file, from)
	}
	want := table(t)
	if *update && was != want {
		if err := os.WriteFile(file, []byte(before+from+want), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if was != want {
		t.Errorf("%s is not what is tried: go generate ./test/e2e/hostile", file)
	}
}
