package bundle_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sgraph.ai/send/release/bundle"
)

var (
	pagesTools = filepath.Join("..", "..", "tools", "pages")
	libraries  = filepath.Join("..", "..", "services", "user", "web", "assets", "libraries")
)

// install has what tools/pages names installed, and ends the test where that cannot be had.
func install(t *testing.T) {
	t.Helper()
	said, err := exec.Command(filepath.Join(pagesTools, "install")).Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() == 69 {
		why := "NOT TESTED: what the pages have of others, because " + strings.TrimSpace(string(said))
		if os.Getenv("CI") == "true" {
			t.Fatal(why)
		}
		fmt.Fprintln(os.Stderr, why)
		t.Skip(why)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestLibrariesAreThoseOfTheirPackages compares what the pages have of others with what
// the packages make that are named.
func TestLibrariesAreThoseOfTheirPackages(t *testing.T) {
	t.Parallel()
	install(t)
	want, err := bundle.Libraries(pagesTools)
	if err != nil {
		t.Fatal(err)
	}
	if len(want) == 0 {
		t.Fatal("there are none")
	}
	there, err := filepath.Glob(filepath.Join(libraries, "*.js"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range there {
		if want[filepath.Base(file)] == nil {
			t.Errorf("%s is left over: run tools/libraries", file)
		}
	}
	for name, script := range want {
		if got, err := os.ReadFile(filepath.Join(libraries, name)); err != nil || !slices.Equal(got, script) {
			t.Errorf("%s is not what its packages make (%v): run tools/libraries, and read what changed", name, err)
		}
	}
}

// TestThePageItselfHasNoLibrary looks for them in what is served: in the worker's script, and in no other.
func TestThePageItselfHasNoLibrary(t *testing.T) {
	t.Parallel()
	site, err := bundle.Site(filepath.Join("..", "..", "services", "user", "web"), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, library := range []string{"/*! @noble/hashes ", "/*! @hpke/common ", "/*! @hpke/core "} {
		var in []string
		for name, content := range site {
			if bytes.Contains(content, []byte(library)) {
				in = append(in, filepath.Base(name))
			}
		}
		if !slices.Equal(in, []string{"worker.js"}) {
			t.Errorf("%s is in %q", library, in)
		}
	}
}

const module = `"license":"MIT","type":"module","main":"m.js","sideEffects":false}`

// packages are a library that has a bit of one package, and nothing of another.
var packages = map[string]string{
	"package-lock.json":                   `{"packages":{"node_modules/@x/a":{"integrity":"sha512-YQ=="}}}`,
	"libraries/a.js":                      "export { one } from '@x/a';\n",
	"node_modules/@x/a/package.json":      `{"name":"@x/a","version":"1.2.3",` + module,
	"node_modules/@x/a/m.js":              "import { none } from 'b';\nexport const one = 1;\nexport const two = none;\n",
	"node_modules/@x/a/LICENSE":           "As you like.\n",
	"node_modules/b/package.json":         `{"name":"b","version":"1.0.0",` + module,
	"node_modules/b/m.js":                 "export const none = 0;\n",
	"node_modules/b/LICENSE":              "Not at all.\n",
	"node_modules/unused/package.json":    `{"name":"unused"}`,
	"node_modules/.bin/does-not-matter":   "",
	"node_modules/@x/unused/package.json": `{"name":"@x/unused"}`,
}

func TestALibraryHasItsLicenceAndNoMoreThanIsImported(t *testing.T) {
	t.Parallel()
	scripts, err := bundle.Libraries(write(t, packages))
	if err != nil {
		t.Fatal(err)
	}
	script := string(scripts["a.js"])
	if !strings.HasPrefix(script, "/*! @x/a 1.2.3 (MIT) sha512-YQ==\n\nAs you like.\n*/\n") {
		t.Errorf("the licence does not stand first: %s", script)
	}
	if !strings.Contains(script, "one = 1") || strings.Contains(script, "none") || strings.Contains(script, "Not at all") {
		t.Errorf("not what is imported, and no more: %s", script)
	}
}

func TestLibrariesThatCannotBe(t *testing.T) {
	t.Parallel()
	const lock = "package-lock.json"
	for name, file := range map[string][2]string{
		"a package that is not there":     {"libraries/a.js", "export { one } from '@x/none';\n"},
		"nothing of any package":          {"libraries/a.js", "export const one = 1;\n"},
		"no licence":                      {"node_modules/@x/a/LICENSE", ""},
		"a licence that ends the comment": {"node_modules/@x/a/LICENSE", "As you */ like."},
		"no digest":                       {lock, "{}"},
		"another digest":                  {lock, strings.Replace(packages[lock], "512", "1", 1)},
		"what is not exported":            {"libraries/a.js", "export { three } from '@x/a';\n"},
	} {
		wrong := maps.Clone(packages)
		wrong[file[0]] = file[1]
		if scripts, err := bundle.Libraries(write(t, wrong)); err == nil {
			t.Errorf("%s: %s", name, scripts["a.js"])
		}
	}
}

func TestWriteLibraries(t *testing.T) {
	t.Parallel()
	folder := write(t, map[string]string{"old.js": "", "a.js": "old", "a.d.ts": "types"})
	if err := bundle.WriteLibraries(folder, map[string][]byte{"a.js": []byte("new")}); err != nil {
		t.Fatal(err)
	}
	got, err := bundle.Differences(folder, map[string][]byte{"a.js": []byte("new"), "a.d.ts": []byte("types")})
	if err != nil || len(got) > 0 {
		t.Errorf("%q, %v", got, err)
	}
}
