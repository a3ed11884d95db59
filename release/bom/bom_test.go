package bom_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx"
	"github.com/spdx/tools-golang/spdxlib"

	"sgraph.ai/send/release/bom"
	"sgraph.ai/send/release/dist"
)

// program is one that is linked from a module of this repository, and has this script of a page.
func program(t *testing.T, script string) []byte {
	t.Helper()
	dir := t.TempDir()
	put(t, filepath.Join(dir, "main.go"), []byte(`package main

import (
	_ "embed"

	"sgraph.ai/send/shared/version"
)

//go:embed script.js
var script string

func main() { print(version.Version, script) }
`))
	put(t, filepath.Join(dir, "script.js"), []byte(script))
	out := filepath.Join(dir, "program")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", out, filepath.Join(dir, "main.go"))
	cmd.Dir = filepath.Join("..", "..") // whose workspace has the module
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	content, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func put(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// packed is a zip of files, which come as name and content.
func packed(t *testing.T, files ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i := 0; i < len(files); i += 2 {
		f, err := w.Create(files[i])
		if err == nil {
			_, err = f.Write([]byte(files[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// release is a folder with a zip, and a binary for every system.
func release(t *testing.T, zip []byte, binary []byte) string {
	t.Helper()
	dir := t.TempDir()
	put(t, filepath.Join(dir, "send-user-arm64.zip"), zip)
	for _, s := range dist.Systems {
		put(t, filepath.Join(dir, s.Binary()), binary)
	}
	return dir
}

// read reads a list as others do, and holds it to the form.
func read(t *testing.T, path string) *spdx.Document {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	doc, err := spdxjson.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := spdxlib.ValidateDocument(doc); err != nil {
		t.Errorf("%s: %v", path, err)
	}
	return doc
}

func TestListsOfARelease(t *testing.T) {
	t.Parallel()
	script := worker(t)
	binary := program(t, script)
	const asset = "assets/0123456789abcdef/worker.js"
	zip := packed(t, "bootstrap", string(binary), asset, script)
	dir := release(t, zip, binary)
	if err := bom.All(dir, "v0.4.0"); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"send-user-arm64.zip": zip, "sgsend-windows-arm64.exe": binary} {
		doc := read(t, filepath.Join(dir, name+bom.Suffix))
		described, err := spdxlib.GetDescribedPackageIDs(doc)
		if err != nil || len(described) != 1 {
			t.Fatalf("%s: the list is about %q (%v)", name, described, err)
		}
		sum := sha256.Sum256(content)
		found := map[string]string{}
		for _, p := range doc.Packages {
			found[p.PackageName] = p.PackageVersion
			is := p.PackageSPDXIdentifier == described[0]
			if is && (p.PackageName != name || p.PackageChecksums[0].Value != hex.EncodeToString(sum[:])) {
				t.Errorf("%s: the list is about %+v", name, p)
			}
		}
		want := []string{"stdlib", "sgraph.ai/send/shared"}
		if name == "send-user-arm64.zip" {
			want = append(want, "bootstrap", asset)
		}
		for _, part := range want {
			if v := found[part]; v == "" || part != "stdlib" && v != "v0.4.0" {
				t.Errorf("%s: of %s there is version %q", name, part, v)
			}
		}
		mustHaveLibraries(t, doc)
	}
}

// worker is the script in which the pages have what others wrote.
func worker(t *testing.T) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join("..", "..", "services", "user", "site", "assets", "*", "worker.js"))
	if err != nil || len(found) != 1 {
		t.Fatalf("there are %q (%v)", found, err)
	}
	script, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(script)
}

// mustHaveLibraries says that a list has what the worker's script is drawn from, as package-lock.json names it, once.
func mustHaveLibraries(t *testing.T, doc *spdx.Document) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "tools", "pages", "package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	var lock struct {
		Packages map[string]struct{ Version, License, Integrity string }
	}
	if err := json.Unmarshal(text, &lock); err != nil {
		t.Fatal(err)
	}
	found := map[string][]*spdx.Package{}
	for _, p := range doc.Packages {
		found[p.PackageName] = append(found[p.PackageName], p)
	}
	for name, archive := range map[string]string{
		"@noble/hashes": "hashes", "@hpke/core": "core", "@hpke/common": "common",
	} {
		if len(found[name]) != 1 {
			t.Errorf("%s is listed %d times", name, len(found[name]))
			continue
		}
		p, locked := found[name][0], lock.Packages["node_modules/"+name]
		digest, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(locked.Integrity, "sha512-"))
		if err != nil || len(digest) != 64 {
			t.Fatalf("package-lock.json has %q of %s", locked.Integrity, name)
		}
		got := []string{
			p.PackageVersion, p.PackageLicenseDeclared, p.PackageDownloadLocation,
			string(p.PackageChecksums[0].Algorithm), p.PackageChecksums[0].Value, p.PackageExternalReferences[0].Locator,
		}
		want := []string{
			locked.Version, locked.License,
			"https://registry.npmjs.org/" + name + "/-/" + archive + "-" + locked.Version + ".tgz",
			"SHA512", hex.EncodeToString(digest), "pkg:npm/%40" + name[1:] + "@" + locked.Version,
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s is listed as %q, not %q", name, got, want)
		}
	}
}

// What only looks like a notice is none.
func TestNoticesThatAreNone(t *testing.T) {
	t.Parallel()
	digest := strings.Repeat("A", 86) + "=="
	binary := program(t, "")
	for _, text := range []string{
		"/*! a 1.0.0 (MIT)\n", "/*! a 1.0.0 (MIT) sha512-AA==\n", "/*! a b (MIT) sha512-" + digest + "\n",
		"/*! ../a 1.0.0 (MIT) sha512-" + digest + "\n", "/*! a 1.0.0 (MIT) sha512-" + digest, "// a 1.0.0\n",
	} {
		dir := release(t, packed(t, "assets/a.js", text), binary)
		if err := bom.All(dir, "v0.4.0"); err != nil {
			t.Fatal(err)
		}
		for _, p := range read(t, filepath.Join(dir, "send-user-arm64.zip"+bom.Suffix)).Packages {
			if strings.Contains(p.PackageDownloadLocation, "npmjs") {
				t.Errorf("%q is listed as %+v", text, p)
			}
		}
	}
}

// The same files have the same lists, wherever they are.
func TestListsAreTheSameAgain(t *testing.T) {
	t.Parallel()
	binary := program(t, "")
	zip := packed(t, "bootstrap", string(binary))
	var lists [2][]byte
	for i := range lists {
		dir := release(t, zip, binary)
		if err := bom.All(dir, "v0.4.0"); err != nil {
			t.Fatal(err)
		}
		all, err := filepath.Glob(filepath.Join(dir, "*"+bom.Suffix))
		if err != nil || len(all) != 1+len(dist.Systems) {
			t.Fatalf("there are %q (%v)", all, err)
		}
		for _, path := range all {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			lists[i] = append(lists[i], text...)
		}
	}
	if !slices.Equal(lists[0], lists[1]) {
		t.Error("they are others")
	}
}

func TestNoListsOfWhatIsNoRelease(t *testing.T) {
	t.Parallel()
	binary := []byte("no program")
	for says, dir := range map[string]string{
		"has no zips":                                 t.TempDir(),
		"send-user-arm64.zip is no zip":               release(t, binary, binary),
		"bootstrap is no program of Go":               release(t, packed(t, "bootstrap", "no program"), binary),
		"sgsend-linux-amd64 is no program of Go":      release(t, packed(t, "other", ""), binary),
		"assets/a in send-user-arm64.zip: zip: check": release(t, spoiled(packed(t, "assets/a", "aaaa")), binary),
	} {
		if err := bom.All(dir, "v0.4.0"); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("want %q, got %v", says, err)
		}
	}
}

// spoiled is a zip with another byte in its first file, which is stored after a header
// of 30 bytes and its name.
func spoiled(zip []byte) []byte {
	zip[40]++
	return zip
}
