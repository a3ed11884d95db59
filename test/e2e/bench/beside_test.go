package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/shared/test/nightly"
)

func TestMain(m *testing.M) {
	serveBareIfAsked()
	repository = filepath.Join("..", "..", "..")
	os.Exit(m.Run())
}

// short is an occasion of which only the form is looked at.
func short() occasion {
	return occasion{size: nightly.Or[int64](2, 64) << 20, runs: 1, while: 50 * time.Millisecond}
}

// rows are those of the tables in a text, as their cells.
func rows(text string) (all [][]string) {
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|---") {
			continue
		}
		var cells []string
		for cell := range strings.SplitSeq(strings.Trim(line, "|\n"), "|") {
			cells = append(cells, strings.TrimSpace(cell))
		}
		all = append(all, cells)
	}
	return all
}

var (
	figure = regexp.MustCompile(`^[\d.]+ \(([\d.]+)\)$`)
	absent = regexp.MustCompile(`^– ([a-z])$`)
)

// TestBesideThePeers runs everything that `make peers` runs, with small files: what is said of speed is not looked at.
func TestBesideThePeers(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := short().everybody(t.Context(), t.TempDir(), &out); err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%s", &out)
	table := rows(out.String())
	found := map[string][]string{}
	for _, row := range table {
		found[row[0]] = row[1:]
	}
	always := []string{"bare Go handler", "sgsend serve"}
	if !strings.Contains(out.String(), "SKIPPED: nginx") {
		always = append(always, "nginx (dav)")
	}
	for _, name := range always {
		for m, cell := range found[name] {
			if absent.MatchString(cell) && (m != memories || runtime.GOOS == "linux") {
				t.Errorf("%s has not taken part in all: %q", name, found[name])
			}
		}
	}
	for _, other := range otherPeers {
		always = append(always, other.name)
	}
	for _, name := range always {
		if len(found[name]) != measures {
			t.Errorf("%s: %d figures of %d: %q", name, len(found[name]), measures, found[name])
		}
		for _, cell := range found[name] {
			if m := absent.FindStringSubmatch(cell); m != nil {
				if !strings.Contains(out.String(), "- "+m[1]+": "+name+": ") {
					t.Errorf("%s: no reason is given for %q", name, cell)
				}
				continue
			}
			isPositive(t, name, figure.FindStringSubmatch(cell))
		}
	}
	for _, name := range []string{"sgsend send, then receive"} {
		if len(found[name]) != 3 {
			t.Errorf("%s: %q", name, found[name])
			continue
		}
		for _, cell := range found[name] {
			if cell != "–" { // there is no curl here
				isPositive(t, name, []string{cell, cell})
			}
		}
	}
	if !strings.Contains(out.String(), "| croc") {
		t.Error("nothing is said of croc")
	}
	for _, column := range columns {
		if strings.Count(out.String(), "- "+column.title+": ") != 1 {
			t.Errorf("it does not say who is ahead in %q", column.title)
		}
	}
}

func isPositive(t *testing.T, name string, found []string) {
	t.Helper()
	if found == nil {
		t.Errorf("%s: a cell has no ratio", name)
		return
	}
	if n, err := strconv.ParseFloat(found[1], 64); err != nil || !(n >= 0 && n < 1e9) {
		t.Errorf("%s: %q is no ratio: %v", name, found[1], err)
	}
}

// running is a bare handler for a test.
func running(t *testing.T) *dav {
	t.Helper()
	bare, err := newBare(t.TempDir())
	if err == nil {
		err = bare.start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(bare.stop)
	return bare
}

// planted is a bare handler behind something that spoils what it answers.
type planted struct {
	*dav
	front string
}

func (p *planted) start(context.Context) error { return nil }
func (p *planted) stop()                       {}

func (p *planted) ready(_ context.Context, _ *http.Client, at string) (string, error) {
	return strings.Replace(at, p.url, p.front, 1), nil
}

func (p *planted) forget(ctx context.Context, c *http.Client, at string) error {
	return p.dav.forget(ctx, c, strings.Replace(at, p.front, p.url, 1))
}

// TestWrongBytesAreNoticed plants a server that keeps files, and answers with one byte that is another, with less, with
// more, with another file, or with its pieces in another order.
func TestWrongBytesAreNoticed(t *testing.T) {
	t.Parallel()
	const size = 3 << 20
	for name, spoil := range map[string]func([]byte) []byte{
		"a byte":        func(b []byte) []byte { b[len(b)-7] ^= 1; return b },
		"less":          func(b []byte) []byte { return b[:len(b)-1] },
		"nothing":       func([]byte) []byte { return nil },
		"more":          func(b []byte) []byte { return append(b, 0) },
		"another":       func([]byte) []byte { b, _ := io.ReadAll(newContent(size).source()); return b },
		"another order": func(b []byte) []byte { return slices.Concat(b[1<<20:2<<20], b[:1<<20], b[2<<20:]) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bare := running(t)
			target, err := url.Parse(bare.url)
			if err != nil {
				t.Fatal(err)
			}
			proxy := httputil.NewSingleHostReverseProxy(target)
			proxy.ModifyResponse = func(res *http.Response) error {
				b, err := io.ReadAll(res.Body)
				b = spoil(b)
				res.Body = io.NopCloser(bytes.NewReader(b))
				res.ContentLength = int64(len(b))
				res.Header.Set("Content-Length", strconv.Itoa(len(b)))
				return err
			}
			front := httptest.NewServer(proxy)
			t.Cleanup(front.Close)
			o := occasion{size: size, runs: 1, while: time.Millisecond}
			// Who may fail without an end to all may not do that.
			err = o.beside(t.Context(), []*contender{{server: &planted{bare, front.URL}, is: name, isOther: true}})
			if !errors.Is(err, errWrong) {
				t.Errorf("it was not noticed: %v", err)
			}
		})
	}
}

// TestAPeerThatFailsIsLeftOut has one that cannot be started, and one whose files cannot be had: what else there is has
// figures.
func TestAPeerThatFailsIsLeftOut(t *testing.T) {
	t.Parallel()
	never := &contender{server: &dav{process: process{
		dir: t.TempDir(), url: "http://127.0.0.1:0", command: func() *exec.Cmd { return exec.Command("false") },
	}}, is: "never", isOther: true}
	bare := running(t)
	silent := &contender{server: &planted{running(t), "http://127.0.0.1:0"}, is: "silent", isOther: true}
	all := []*contender{{server: bare, is: "bare"}, silent, never}
	o := occasion{size: 1 << 20, runs: 1, while: time.Millisecond}
	if err := o.beside(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	writeTable(&out, all, all[0])
	for _, row := range rows(out.String())[1:] {
		for m, cell := range row[1:] {
			isMeant := row[0] == "bare" || row[0] == "silent" && (m == requests || m == starts)
			if isThere := figure.MatchString(cell); isThere != isMeant {
				t.Errorf("%s, %s: %q", row[0], columns[m].title, cell)
			}
		}
	}
	for _, reason := range []string{"- a: silent: ", ": never: "} {
		if !strings.Contains(out.String(), reason) {
			t.Errorf("no reason is given:\n%s", &out)
		}
	}
}

// TestAFileThatIsTooLarge is left out of what takes large ones, with the reason, and of nothing else.
func TestAFileThatIsTooLarge(t *testing.T) {
	t.Parallel()
	c := &contender{server: &yopass{}, is: "small"}
	c.tooLarge(1<<20 + 1)
	for m, column := range columns {
		if c.takesPart(m) == column.ofLarge {
			t.Errorf("%s: %q", column.title, c.without[m])
		}
	}
	c = &contender{server: &yopass{}, is: "small"}
	c.tooLarge(1 << 20)
	if !c.takesPart(uploads) {
		t.Error(c.without[uploads])
	}
}

func TestWhoIsAhead(t *testing.T) {
	t.Parallel()
	with := func(name string, upload, memory float64) *contender {
		c := &contender{is: name}
		c.figures[uploads], c.figures[memories] = []float64{upload}, []float64{memory}
		return c
	}
	ours, faster, leaner := with("ours", 100, 20), with("faster", 200, 40), with("leaner", 50, 10)
	gone := &contender{is: "gone"}
	gone.fails(errAbsent, everyMeasure...)
	all := []*contender{faster, ours, leaner, gone}
	for measure, want := range map[int]string{uploads: "faster (2.00)", memories: "leaner (2.00)"} {
		if got := strings.Join(ahead(all, ours, measure), ", "); got != want {
			t.Errorf("ahead in %s: %s; want %s", columns[measure].title, got, want)
		}
	}
	if got := strings.Join(ahead([]*contender{ours, leaner}, ours, uploads), ", "); got != "nobody" {
		t.Errorf("ahead of all: %s", got)
	}
}
