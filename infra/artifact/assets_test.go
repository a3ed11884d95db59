package artifact_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sgraph.ai/send/infra/artifact"
)

// promoted answers what a stack ships of a folder of zips, and the checkout that
// it is shipped from.
func promoted(t *testing.T, dir string) (artifact.Set, error) {
	t.Helper()
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "go.work"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return artifact.ForStack(t.Context(), root, dir, "", native(), artifact.Services)
}

// TestZipCarriesWhatThePagesAreMadeOf byte for byte, under the paths by which they
// are asked for.
func TestZipCarriesWhatThePagesAreMadeOf(t *testing.T) {
	t.Parallel()
	root := checkout(t)
	_, dir := build(t, root, "v1", native())
	set, err := promoted(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	unpacked := map[string][]string{}
	for _, z := range set.Zips {
		for _, a := range z.Assets {
			unpacked[z.Name] = append(unpacked[z.Name], a.Path)
			got, err := os.ReadFile(a.File)
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(filepath.Join(root, "cmd", "greet", "site", strings.TrimPrefix(a.Path, "greet/")))
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s holds %q, want %q (%v)", a.Path, got, want, err)
			}
		}
	}
	want := []string{"greet/assets/0123456789abcdef/hello.css", "greet/assets/0123456789abcdef/hello.js"}
	if len(unpacked) != 1 || !slices.Equal(unpacked["greet"], want) {
		t.Errorf("unpacked %v, want %v of greet", unpacked, want)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != len(set.Zips)+1 {
		t.Errorf("what was promoted holds %v now (%v)", files, err)
	}
}

func TestAssetsThatTheProgramDoesNotHaveAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(t *testing.T, root string) // what the program is built with
		want  string
	}{
		"another file": {func(t *testing.T, root string) {
			main := filepath.Join(root, "cmd", "greet", "main.go")
			text, err := os.ReadFile(main)
			if err != nil {
				t.Fatal(err)
			}
			text = bytes.Replace(text, []byte("//go:embed site\n"), []byte("//go:embed site/assets/*/hello.js\n"), 1)
			if err := os.WriteFile(main, text, 0o600); err != nil {
				t.Fatal(err)
			}
		}, "hello.css is not what the program was built with"},
		"none": {func(t *testing.T, root string) {
			if err := os.RemoveAll(filepath.Join(root, "cmd", "greet", "site", "assets")); err != nil {
				t.Fatal(err)
			}
		}, "greet"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := checkout(t)
			c.spoil(t, root)
			b := artifact.Builder{Root: root, Dir: t.TempDir()}
			if _, err := b.Build(t.Context(), hello, native()); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want it to say %q", err, c.want)
			}
		})
	}
}

// TestOddAssetsAreNotUnpacked: a zip whose digest is right may still be anybody's.
func TestOddAssetsAreNotUnpacked(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]zip.FileHeader{
		"outside":   {Name: "../../outside.js"},
		"absolute":  {Name: "/etc/outside.js"},
		"too large": {Name: "assets/0123456789abcdef/large.js", Comment: "large"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			content := []byte("1")
			if header.Comment != "" {
				content = make([]byte, 5<<20)
			}
			var packed bytes.Buffer
			w := zip.NewWriter(&packed)
			header.Method = zip.Deflate
			file, err := w.CreateHeader(&header)
			if err == nil {
				_, err = file.Write(content)
			}
			if err == nil {
				err = w.Close()
			}
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			sum := sha256.Sum256(packed.Bytes())
			manifest := fmt.Sprintf(`{"artifacts":[{"name":"odd","architecture":%q,"file":"odd.zip","sha256":%q,"size":%d}]}`,
				native(), hex.EncodeToString(sum[:]), packed.Len())
			for name, content := range map[string][]byte{"odd.zip": packed.Bytes(), artifact.ManifestName: []byte(manifest)} {
				if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := promoted(t, dir); err == nil || !strings.Contains(err.Error(), "is no file of a page") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestServicesShipTheirSites: what each service's pages name is what its zip has.
func TestServicesShipTheirSites(t *testing.T) {
	t.Parallel()
	sites := map[string]bool{}
	for _, target := range artifact.Services {
		if target.Assets == "" {
			continue
		}
		sites[target.Name] = true
		folders, err := filepath.Glob(filepath.Join("..", "..", target.Assets, "*"))
		if err != nil || len(folders) != 1 {
			t.Fatalf("%s holds %v, want one folder (%v)", target.Assets, folders, err)
		}
		page, err := os.ReadFile(filepath.Join("..", "..", target.Assets, "..", "index.html"))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(page, []byte(`"`+target.ServedAt+filepath.Base(folders[0])+"/")) {
			t.Errorf("the page of %s names nothing below %s", target.Name, target.ServedAt)
		}
	}
	if len(sites) != 2 {
		t.Errorf("sites have %v", slices.Collect(maps.Keys(sites)))
	}
}
