package suite

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// module makes a Go module of its own with these files.
func module(t *testing.T, files map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	files["go.mod"] = "module example\n\ngo 1.26\n"
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestEveryGroupRunsAndAllIsListed(t *testing.T) {
	t.Parallel()
	dir := module(t, map[string]string{
		"a/a_test.go": `package a
			import "testing"
			func TestGood(t *testing.T) { t.Log("of no interest") }
			func TestBad(t *testing.T) {
				t.Run("inner", func(t *testing.T) { t.Error("inner is bad") })
			}
			func TestSkipped(t *testing.T) { t.Skip("SKIPPED, nothing was tested: no moon") }`,
		"b/b_test.go": "package b\nfunc broken() { return 1 }\n",
		"c/c_test.go": `package c
			import "testing"
			func TestPanics(t *testing.T) { panic("oh") }`,
		"d/d_test.go": `package d
			import ("os"; "testing")
			func TestMain(m *testing.M) { println("before any test"); os.Exit(3) }
			func Test(t *testing.T) {}`,
		"e/e_test.go": `package e
			import "testing"
			func TestFine(t *testing.T) {}`,
	})
	goTest := []string{"env", "GOWORK=off", "go", "-C", dir, "test", "-json", "-shuffle=on"}
	var out strings.Builder
	passed := Run(t.Context(), []Group{
		{Name: "fails", Command: []string{"sh", "-c", "echo 'NOT CHECKED: it, because of rain'; exit 1"}},
		{Name: "is not there", Command: []string{filepath.Join(dir, "nothing")}},
		{Name: "tests", Command: append(goTest, "./..."), Reads: GoTest},
		{Name: "good tests", Command: append(goTest, "./e"), Reads: GoTest},
	}, &out)
	if passed {
		t.Error("it passed")
	}
	text := out.String()
	for _, want := range []string{
		"inner is bad", "panic: oh", "before any test", "too many return values", // what they said
		"ok  \texample/e\t", "FAIL\texample/a\t", "FAIL\texample/b [build failed]", // the ordinary closing lines
		"\n== failed\n", "  fails: exit status 1\n", "  is not there: ",
		"  example/a TestBad\n", "  example/a TestBad/inner\n",
		"  example/b (as a whole: see above)\n", "  example/c TestPanics\n", "  example/d (as a whole: see above)\n",
		"\n== skipped: nothing was tested\n", "  it, because of rain\n", "  example/a TestSkipped: no moon\n",
		"\n  pass ", " of the disk at the least  good tests\n", "\n  FAIL ", " of the disk at the least  tests\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	for _, boring := range []string{"of no interest", "=== RUN", "TestFine", "TestGood"} {
		if strings.Contains(text, boring) {
			t.Errorf("it says %q", boring)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}

func TestTAP(t *testing.T) {
	t.Parallel()
	const printed = `TAP version 13
# Subtest: /a.test.mjs
    # Subtest: sound
    ok 1 - sound
    # Subtest: sick
    not ok 2 - sick
    # Subtest: left out
    ok 3 - left out # SKIP no sun
    not ok 4 - later # TODO
    1..4
not ok 1 - /a.test.mjs
ok 2 - /b.test.mjs # SKIP
1..2
# tests 4
# fail 1
`
	var show strings.Builder
	found, err := TAP(strings.NewReader(printed), &show)
	if err != nil || !slices.Equal(found.Failed, []string{"sick", "/a.test.mjs"}) ||
		!slices.Equal(found.Skipped, []string{"left out: no sun", "/b.test.mjs: it does not say why"}) {
		t.Errorf("found %+v, %v", found, err)
	}
	if show.String() != printed {
		t.Errorf("of a failure it shows\n%s", &show)
	}
	show.Reset()
	if _, err = TAP(strings.NewReader("ok 1 - fine\n# tests 1\n"), &show); err != nil || show.String() != "# tests 1\n" {
		t.Errorf("of a success it shows %q, %v", &show, err)
	}
}

func TestAGroupThatPasses(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if !Run(t.Context(), []Group{{Name: "fine", Command: []string{"echo", "done"}}}, &out) {
		t.Error("it failed")
	}
	if text := out.String(); !strings.Contains(text, "== fine\ndone\n") || strings.Contains(text, "== failed") {
		t.Errorf("it says %q", text)
	}
}

func TestWhatAGroupBeganEndsWithIt(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	dir := t.TempDir()
	began := filepath.Join(dir, "began")
	go func() {
		for {
			if _, err := os.Stat(began); err == nil {
				stop()
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	var out strings.Builder
	// Its child holds the output open until it ends, too.
	script := `sleep 600 & : >"$0"; wait`
	if Run(ctx, []Group{{Name: "long", Command: []string{"sh", "-c", script, began}}}, &out) {
		t.Error("it passed")
	}
	if strings.Contains(out.String(), exec.ErrWaitDelay.Error()) {
		t.Errorf("a process outlived it: %s", &out)
	}
}
