package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// results are what go test writes of a few benchmarks, five times: what a health check takes and a bare handler, and so
// on; each time a little different.
func results(health, upload, start float64) string {
	var b strings.Builder
	fmt.Fprintln(&b, "goos: linux\ngoarch: amd64\ncpu: A Processor")
	for i := range 5 {
		noise := 1 + float64(i-2)/100
		fmt.Fprintln(&b, "pkg: sgraph.ai/send/shared/web")
		fmt.Fprintf(&b, "BenchmarkBare-2 \t 1000\t 5000 ns/op\t %f req/s\n", 100000*noise)
		fmt.Fprintf(&b, "BenchmarkHealth-2 \t 1000\t 7000 ns/op\t %f req/s\n", health)
		fmt.Fprintln(&b, "PASS\nok  \tsgraph.ai/send/shared/web\t3.1s")
		fmt.Fprintln(&b, "pkg: sgraph.ai/send/shared/bolt")
		fmt.Fprintf(&b, "BenchmarkSync-2 1000 %f ns/op\n", 1000*noise)
		fmt.Fprintf(&b, "BenchmarkSpend/durable/writers=1-2 1000 %f ns/op\n", 3000/upload)
	}
	fmt.Fprintln(&b, "pkg: sgraph.ai/send/test/e2e/lambdahost")
	fmt.Fprintf(&b, "BenchmarkStart-2 10 1 ns/op 4.3 ms-user %f x-clients\n", start)
	return b.String()
}

// compared stores a run as a baseline, compares another with it, and returns what is said.
func compared(t *testing.T, then, now string) (said string, slower int) {
	t.Helper()
	dir := t.TempDir()
	at := filepath.Join(dir, "baseline.txt")
	for name, text := range map[string]string{"then": then, "now": now} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	day := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	if _, err := run(&bytes.Buffer{}, at, at+".svg", []string{filepath.Join(dir, "then")}, true, 0.15, day); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	slower, err := run(&out, at, at+".svg", []string{filepath.Join(dir, "now")}, false, 0.15, day)
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), slower
}

// TestWhatGotSlowerIsNamed plants slower figures among those that stayed, both where more is better and where less is.
func TestWhatGotSlowerIsNamed(t *testing.T) {
	t.Parallel()
	const (
		healthSlower = "- SLOWER: shared/web Health/to=Bare: speed 0.50 of its reference, where it was 0.70 (1.40 times)"
		spendSlower  = "- SLOWER: shared/bolt Spend/durable/writers=1/to=Sync: cost "
	)
	before := results(70000, 1, 1.3)
	for name, planted := range map[string]struct {
		now  string
		want []string // lines, in order
	}{
		"nothing":   {before, []string{"- nothing got slower"}},
		"by chance": {results(66000, .95, 1.4), []string{"- nothing got slower"}},
		"a speed":   {results(50000, 1, 1.3), []string{healthSlower}},
		"a cost": {results(70000, .5, 1.3), []string{
			spendSlower + "6.00 of its reference, where it was 3.00 (2.00 times)"}},
		"what has one figure": {results(70000, 1, 2.6), []string{
			"- SLOWER: test/e2e/lambdahost Start/x-clients: cost 2.60 of its reference, where it was 1.30 (2.00 times)"}},
		"the worst first": {results(50000, .25, 1.3), []string{
			spendSlower + "12.00 of its reference, where it was 3.00 (4.00 times)", healthSlower}},
		"what got faster": {results(140000, 1, 1.3), []string{
			"- better: shared/web Health/to=Bare: speed 1.40 of its reference, where it was 0.70 (2.00 times)",
			"- nothing got slower"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			said, slower := compared(t, before, planted.now)
			var got []string
			for line := range strings.Lines(said) {
				if strings.HasPrefix(line, "- ") && !strings.HasSuffix(line, " was not measured then\n") {
					got = append(got, strings.TrimSpace(line))
				}
			}
			if strings.Join(got, "\n") != strings.Join(planted.want, "\n") {
				t.Errorf("it says\n%s\nwant\n%s", said, strings.Join(planted.want, "\n"))
			}
			if want := strings.Count(said, "SLOWER"); slower != want {
				t.Errorf("%d got slower, %d are named", slower, want)
			}
			if !strings.HasPrefix(said, "Beside the baseline of 29 November 2026, by more than 15 %") {
				t.Errorf("it does not say beside what: %s", said)
			}
		})
	}
}

// TestNoiseIsNoChange has ratios that differ more from time to time than from run to run, and then such as do not.
func TestNoiseIsNoChange(t *testing.T) {
	t.Parallel()
	at := pair{pkg: "shared/bolt", of: "Spend/durable/writers=1", to: "Sync", unit: "ns/op"}.figure()
	with := func(ratios ...float64) figures { return figures{values: map[figure][]float64{at: ratios}} }
	before := with(1.0, 1.5, 2.0, 2.5, 3.0)
	if all, _ := changes(before, with(1.2, 1.9, 2.4, 2.9, 3.4), 0.15); len(all) != 0 {
		t.Errorf("noise was taken for a change: %v", all)
	}
	if all, _ := changes(before, with(3.1, 3.2, 3.3, 3.4, 3.5), 0.15); len(all) != 1 {
		t.Errorf("a change was taken for noise: %v", all)
	}
}

// TestRatiosAndNotFigures has a machine that is three times as fast, and nothing to say.
func TestRatiosAndNotFigures(t *testing.T) {
	t.Parallel()
	then := results(70000, 1, 1.3)
	figure := regexp.MustCompile(`([\d.]+) (ns/op|req/s)`)
	now := figure.ReplaceAllStringFunc(then, func(s string) string {
		var value float64
		var unit string
		if _, err := fmt.Sscan(s, &value, &unit); err != nil {
			t.Fatal(err)
		}
		if unit == "ns/op" {
			value /= 9
		}
		return fmt.Sprintf("%f %s", value*3, unit)
	})
	if said, slower := compared(t, then, now); slower != 0 || strings.Contains(said, "better") {
		t.Error(said)
	}
}

func TestWhatIsNotThereIsNamed(t *testing.T) {
	t.Parallel()
	then := results(70000, 1, 1.3)
	now, _, _ := strings.Cut(then, "pkg: sgraph.ai/send/test/e2e/lambdahost")
	said, _ := compared(t, then, strings.ReplaceAll(now, "A Processor", "Another"))
	for _, want := range []string{
		"- NOT COMPARED: test/e2e/lambdahost Start/x-clients: cost was not measured now",
		"- NOT COMPARED: shared/web File/to=FileBare: cost was not measured then",
		"- the baseline is from another processor (A Processor; here Another)",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty")
	if err := os.WriteFile(empty, []byte("PASS\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	none, picture := filepath.Join(dir, "none"), filepath.Join(dir, "picture")
	if _, err := run(&bytes.Buffer{}, none, picture, []string{empty}, true, 0.15, time.Now()); err == nil {
		t.Error("a run without benchmarks was stored")
	}
}

// TestTheBaseline reads the one that is stored: it has every pair that needs no more than Go, all are ratios.
func TestTheBaseline(t *testing.T) {
	t.Parallel()
	stored, err := stored("baseline.txt")
	if err != nil {
		t.Fatal(err)
	}
	if stored.about["date"] == "" || stored.about["cpu"] == "" {
		t.Errorf("it does not say where it is from: %v", stored.about)
	}
	known := map[figure]bool{}
	for _, p := range pairs {
		at := p.figure()
		known[at] = true
		for _, ratio := range stored.values[at] {
			if ratio <= 0 || ratio > 1000 {
				t.Errorf("%v: %v is no ratio", at, ratio)
			}
		}
		if len(stored.values[at]) == 0 && strings.HasPrefix(at.pkg, "shared/") {
			t.Errorf("%v is not in it", at)
		}
	}
	for at := range stored.values {
		if !known[at] {
			t.Errorf("%v is of no pair", at)
		}
	}
}

// TestThePictureIsOfTheBaseline holds the picture that docs/performance.md shows to the ratios that are stored.
func TestThePictureIsOfTheBaseline(t *testing.T) {
	t.Parallel()
	drawn := filepath.Join(t.TempDir(), "performance.svg")
	if err := drawStored("baseline.txt", drawn); err != nil {
		t.Fatal(err)
	}
	now, err := os.ReadFile(drawn)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "docs", "pictures", "performance.svg"))
	if err != nil || !bytes.Equal(kept, now) {
		t.Errorf("it is of others (%v): go run ./test/e2e/bench/baseline -draw", err)
	}
	bars, words := bytes.Count(now, []byte(`class="bar"`)), bytes.Count(now, []byte("<title>"))-1
	if bars < 8 || bars != words {
		t.Errorf("it has %d bars, and words for %d", bars, words)
	}
}

var declared = regexp.MustCompile(`(?m)^func Benchmark(\w+)\(`)

// TestPairsAreThere holds the pairs to the benchmarks that there are: one that is renamed would be missed by nobody.
func TestPairsAreThere(t *testing.T) {
	t.Parallel()
	for _, p := range pairs {
		if p.pkg == "test/e2e/bench" {
			continue // which is no test: TestResults is beside it
		}
		files, err := filepath.Glob(filepath.Join("..", "..", "..", "..", p.pkg, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		there := map[string]bool{}
		for _, file := range files {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range declared.FindAllSubmatch(b, -1) {
				there[string(m[1])] = true
			}
		}
		for _, name := range []string{p.of, p.to} {
			if name, _, _ = strings.Cut(name, "/"); name != "" && !there[name] {
				t.Errorf("%s has no Benchmark%s", p.pkg, name)
			}
		}
	}
}
