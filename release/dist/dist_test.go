package dist

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	put(t, dir, "send-user-arm64.zip", "user")
	put(t, dir, "manifest.json", "{}")
	if err := WriteSums(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestSumsHold(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	if err := Verify(dir); err != nil {
		t.Error(err)
	}
	// The list is of the form that people check by hand.
	if _, err := exec.LookPath("sha256sum"); err == nil {
		cmd := exec.Command("sha256sum", "--check", "--strict", SumsName)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("sha256sum: %v\n%s", err, out)
		}
	}
}

func TestVerifyNamesEveryFault(t *testing.T) {
	t.Parallel()
	for want, spoil := range map[string]func(dir string){
		"manifest.json is not the file that was built": func(dir string) { put(t, dir, "manifest.json", "{ }") },
		"extra.zip is not on the list":                 func(dir string) { put(t, dir, "extra.zip", "") },
		"send-user-arm64.zip is missing": func(dir string) {
			os.Remove(filepath.Join(dir, "send-user-arm64.zip"))
		},
		"no digest and name": func(dir string) { put(t, dir, SumsName, "abc  ../../outside\n") },
		"opening the list":   func(dir string) { os.Remove(filepath.Join(dir, SumsName)) },
	} {
		dir := folder(t)
		spoil(dir)
		if err := Verify(dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func TestNothingToReleaseIsAFault(t *testing.T) {
	t.Parallel()
	if err := WriteSums(t.TempDir()); err == nil {
		t.Error("an empty folder became a release")
	}
}

// checkout is one with a small program in the place of sgsend.
func checkout(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	put(t, root, "go.mod", "module sgraph.ai/send\n\ngo 1.26\n")
	for _, dir := range []string{"shared/version", "cli/cmd/sgsend"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	put(t, root, "shared/version/version.go", "package version\n\nvar Version = \"dev\"\n")
	put(t, root, "cli/cmd/sgsend/main.go",
		"package main\n\nimport \"sgraph.ai/send/shared/version\"\n\nfunc main() { println(version.Version) }\n")
	return root
}

// here is the system that the tests run on.
var here = System{runtime.GOOS, runtime.GOARCH}

// A small program stands in for sgsend: what is tested is that the stamp
// reaches the one variable.
func TestBuiltBinaryCarriesItsVersion(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := BuildCLI(t.Context(), checkout(t), dir, "v1.2.3", []System{here, {"windows", "arm64"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "sgsend-windows-arm64.exe")); err != nil {
		t.Error(err)
	}
	out, err := exec.Command(filepath.Join(dir, here.Binary())).CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != "v1.2.3" {
		t.Errorf("the binary says %q (%v)", out, err)
	}
}

// Equal source gives equal bytes, wherever it lies and whatever the go command is
// told by the machine.
func TestTheMachineHasNoPartInABinary(t *testing.T) {
	var builds [2][]byte
	for i, told := range []map[string]string{{}, {
		"GOFLAGS": "-gcflags=all=-N -ldflags=-w", "GOAMD64": "v3", "GOARM64": "v9.0", "GOFIPS140": "latest",
		"GOEXPERIMENT": "nodwarf5", "CGO_ENABLED": "1", "TZ": "Pacific/Apia", "LC_ALL": "tr_TR.UTF-8",
	}} {
		for name, value := range told {
			t.Setenv(name, value)
		}
		dir := t.TempDir()
		if err := BuildCLI(t.Context(), checkout(t), dir, "v1.2.3", []System{here}); err != nil {
			t.Fatal(err)
		}
		var err error
		if builds[i], err = os.ReadFile(filepath.Join(dir, here.Binary())); err != nil {
			t.Fatal(err)
		}
	}
	if string(builds[0]) != string(builds[1]) {
		t.Error("two builds of one source differ")
	}
}

// The list of pages is what the binary for this machine says.
func TestListPages(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := ListPages(t.Context(), dir); err == nil || !strings.Contains(err.Error(), here.Binary()) {
		t.Errorf("without a binary: %v", err)
	}
	main := "package main\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n\nfunc main() { fmt.Println(os.Args[1]) }\n"
	root := checkout(t)
	put(t, root, "cli/cmd/sgsend/main.go", main)
	if err := BuildCLI(t.Context(), root, dir, "v1.2.3", []System{here}); err != nil {
		t.Fatal(err)
	}
	if err := ListPages(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, PagesName)); err != nil || string(got) != "pages\n" {
		t.Errorf("the list is %q (%v)", got, err)
	}
}
