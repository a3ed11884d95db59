package artifact_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"sgraph.ai/send/infra/artifact"
)

var hello = []artifact.Target{
	{
		Name: "greet", Package: "example.org/hello/cmd/greet",
		Assets: "cmd/greet/site/assets", ServedAt: "/greet/assets/",
	},
	{Name: "part", Package: "example.org/hello/cmd/part"},
}

// native is this machine's processor, in Lambda's words.
func native() string {
	if runtime.GOARCH == "arm64" {
		return "arm64"
	}
	return "x86_64"
}

// checkout copies the fixture to a folder of its own, away from the workspace.
func checkout(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	if err := os.CopyFS(root, os.DirFS("testdata/hello")); err != nil {
		t.Fatal(err)
	}
	return root
}

func build(t *testing.T, root, version string, architectures ...string) (artifact.Set, string) {
	t.Helper()
	b := artifact.Builder{
		Root:            root,
		Dir:             t.TempDir(),
		Version:         version,
		VersionVariable: "example.org/hello/version.Version",
	}
	set, err := b.Build(t.Context(), hello, architectures...)
	if err != nil {
		t.Fatal(err)
	}
	return set, b.Dir
}

func TestEqualSourceGivesEqualBytes(t *testing.T) {
	t.Parallel()
	first, dir := build(t, checkout(t), "v1", "arm64", "x86_64")
	second, other := build(t, checkout(t), "v1", "arm64", "x86_64")
	if len(first.Zips) != 4 {
		t.Fatalf("%d zips, want two commands for two processors", len(first.Zips))
	}
	for i, z := range first.Zips {
		if z.SHA256 != second.Zips[i].SHA256 {
			t.Errorf("%s for %s differs between two checkouts", z.Name, z.Architecture)
		}
	}
	a, _ := os.ReadFile(filepath.Join(dir, artifact.ManifestName))
	b, _ := os.ReadFile(filepath.Join(other, artifact.ManifestName))
	if len(a) == 0 || !bytes.Equal(a, b) {
		t.Errorf("the manifests differ:\n%s\n%s", a, b)
	}
}

func TestOnlyWhatChangedGetsAnotherDigest(t *testing.T) {
	t.Parallel()
	root := checkout(t)
	before, _ := build(t, root, "", native())
	file := filepath.Join(root, "cmd", "greet", "main.go")
	text, _ := os.ReadFile(file)
	if err := os.WriteFile(file, bytes.ReplaceAll(text, []byte(`"greet"`), []byte(`"salute"`)), 0o600); err != nil {
		t.Fatal(err)
	}
	after, _ := build(t, root, "", native())
	if before.Zips[0].SHA256 == after.Zips[0].SHA256 {
		t.Error("a changed command kept its digest")
	}
	if before.Zips[1].SHA256 != after.Zips[1].SHA256 {
		t.Error("an unchanged command got another digest")
	}
	if before.Zips[0].Key() == after.Zips[0].Key() {
		t.Error("a changed command kept its key")
	}
}

func TestZipHoldsAnExecutableThatRuns(t *testing.T) {
	t.Parallel()
	set, _ := build(t, checkout(t), "v1.2.3", native())
	z, err := set.Find("greet", native())
	if err != nil {
		t.Fatal(err)
	}
	r, err := zip.OpenReader(z.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if r.File[0].Name != "bootstrap" || r.File[0].Mode() != 0o755 {
		t.Fatalf("the zip begins with %+v", r.File[0])
	}
	content, err := r.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	code, err := io.ReadAll(content)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED: the binary runs on Linux only")
	}
	binary := filepath.Join(t.TempDir(), "bootstrap")
	if err := os.WriteFile(binary, code, 0o700); err != nil {
		t.Fatal(err)
	}
	said, err := exec.CommandContext(t.Context(), binary).CombinedOutput()
	if err != nil || strings.TrimSpace(string(said)) != "greet v1.2.3" {
		t.Errorf("it says %q, %v", said, err)
	}
}

func TestOpenReadsWhatBuildWrote(t *testing.T) {
	t.Parallel()
	built, dir := build(t, checkout(t), "v1", native())
	opened, err := artifact.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if opened.Version != "v1" || opened.Go != built.Go || len(opened.Zips) != len(built.Zips) {
		t.Errorf("opened %+v, built %+v", opened, built)
	}
	if !reflect.DeepEqual(opened.Zips[0], built.Zips[0]) {
		t.Errorf("opened %+v, built %+v", opened.Zips[0], built.Zips[0])
	}
	if _, err := opened.Find("greet", "riscv"); err == nil {
		t.Error("an architecture that was not built was found")
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	manifest := func(t *testing.T, dir string, change func(*artifact.Set)) {
		t.Helper()
		var set artifact.Set
		path := filepath.Join(dir, artifact.ManifestName)
		text, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(text, &set)
		}
		if err == nil {
			change(&set)
			text, err = json.Marshal(set)
		}
		if err == nil {
			err = os.WriteFile(path, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	_, built := build(t, checkout(t), "v1", native())
	for name, c := range map[string]struct {
		spoil func(t *testing.T, dir string)
		want  string
	}{
		"a changed byte": {func(t *testing.T, dir string) {
			path := filepath.Join(dir, "greet-"+native()+".zip")
			content, _ := os.ReadFile(path)
			content[len(content)/2] ^= 1
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
		}, "not the one that was built"},
		"a missing zip": {func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, "part-"+native()+".zip")); err != nil {
				t.Fatal(err)
			}
		}, "artifact part"},
		"a missing manifest": {func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, artifact.ManifestName)); err != nil {
				t.Fatal(err)
			}
		}, "opening the artifacts"},
		"an empty manifest": {func(t *testing.T, dir string) {
			manifest(t, dir, func(s *artifact.Set) { s.Zips = nil })
		}, "names no artifacts"},
		"a file elsewhere": {func(t *testing.T, dir string) {
			manifest(t, dir, func(s *artifact.Set) { s.Zips[0].File = "../greet.zip" })
		}, "outside its folder"},
		"a heavy zip": {func(t *testing.T, dir string) {
			if err := os.Truncate(filepath.Join(dir, "greet-"+native()+".zip"), artifact.MaxSize+1); err != nil {
				t.Fatal(err)
			}
		}, "over the limit of 7 MB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(built)); err != nil {
				t.Fatal(err)
			}
			c.spoil(t, dir)
			if _, err := artifact.Open(dir); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want it to say %q", err, c.want)
			}
		})
	}
}

func TestBuildFailuresSayWhat(t *testing.T) {
	t.Parallel()
	root := checkout(t)
	b := artifact.Builder{Root: root, Dir: t.TempDir()}
	_, err := b.Build(t.Context(), hello, "sparc")
	if err == nil || !strings.Contains(err.Error(), "use arm64 or x86_64") {
		t.Errorf("got %v", err)
	}
	broken := "package main\nfunc main() { nowhere() }\n"
	if err := os.WriteFile(filepath.Join(root, "cmd", "greet", "main.go"), []byte(broken), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = b.Build(t.Context(), hello, native())
	if err == nil || !strings.Contains(err.Error(), "building greet") ||
		!strings.Contains(err.Error(), "undefined: nowhere") {
		t.Errorf("got %v", err)
	}
}

func TestPromotedFoldersAreRelativeToTheCheckout(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	inside := filepath.Join(root, "infra")
	_, built := build(t, checkout(t), "v1", native())
	if err := os.CopyFS(filepath.Join(root, "release"), os.DirFS(built)); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(inside, 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := artifact.ForStack(t.Context(), inside, "release", "", native(), artifact.Services)
	if err == nil || !strings.Contains(err.Error(), "go.work") {
		t.Errorf("without a checkout: %v", err)
	}
	if err := os.WriteFile(filepath.Join(root, "go.work"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	set, err := artifact.ForStack(t.Context(), inside, "release", "", native(), artifact.Services)
	if err != nil || set.Version != "v1" {
		t.Errorf("got %+v, %v", set, err)
	}
}
