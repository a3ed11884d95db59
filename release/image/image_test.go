package image_test

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"sgraph.ai/send/release/dist"
	"sgraph.ai/send/release/image"
)

const version = "v0.4.0"

// root is the checkout.
const root = "../.."

// released are the binaries of a release, for which compiling and packing them takes a while.
var released = folder(func(dir string) error {
	return dist.BuildCLI(context.Background(), root, dir, version, image.Systems)
})

// small are binaries that are taken for those, and do nothing.
var small = folder(func(dir string) error {
	main, err := filepath.Abs(filepath.Join(root, "cli/cmd/sgsend/main.go"))
	if err != nil {
		return err
	}
	stand, overlay := filepath.Join(dir, "main.go"), filepath.Join(dir, "overlay.json")
	text, err := json.Marshal(map[string]any{"Replace": map[string]string{main: stand}})
	if err != nil {
		return err
	}
	const source = `package main

import (
	_ "golang.org/x/crypto/x509roots/fallback"

	"sgraph.ai/send/shared/version"
)

func main() { print(version.Version) }
`
	err = errors.Join(os.WriteFile(stand, []byte(source), 0o600), os.WriteFile(overlay, text, 0o600))
	for _, s := range image.Systems {
		to := filepath.Join(dir, s.Binary())
		build := exec.Command("go", "build", "-overlay", overlay, "-ldflags", "-s -w", "-o", to, dist.Program)
		build.Dir, build.Env = root, append(os.Environ(), "CGO_ENABLED=0", "GOOS="+s.OS, "GOARCH="+s.Arch)
		if out, failed := build.CombinedOutput(); failed != nil {
			err = errors.Join(err, fmt.Errorf("%w\n%s", failed, out))
		}
	}
	return errors.Join(err, os.Remove(stand), os.Remove(overlay))
})

// folder is filled once for all tests.
func folder(fill func(dir string) error) func(*testing.T) string {
	made := sync.OnceValues(func() (string, error) {
		dir, err := os.MkdirTemp(scratch, "")
		if err != nil {
			return "", err
		}
		return dir, fill(dir)
	})
	return func(t *testing.T) string {
		t.Helper()
		dir, err := made()
		if err != nil {
			t.Fatal(err)
		}
		return dir
	}
}

// scratch is where folders are made, and goes when the tests end.
var scratch string

func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "image"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(scratch)
	os.Exit(code)
}

// assembled are images that were made for a test before, by folder and version.
var assembled sync.Map

// assemble makes an image, once for all tests.
func assemble(t *testing.T, dir, version string) *image.Image {
	t.Helper()
	made, _ := assembled.LoadOrStore(dir+" "+version, sync.OnceValues(func() (*image.Image, error) {
		return image.Assemble(dir, version)
	}))
	i, err := made.(func() (*image.Image, error))()
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// configOfImage is how the image is run.
func configOfImage(t *testing.T, i *image.Image) v1.Config {
	t.Helper()
	index, err := i.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	img, err := i.Image(index.Manifests[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	file, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	return file.Config
}

func TestSameBinariesGiveTheSameDigest(t *testing.T) {
	t.Parallel()
	again := t.TempDir()
	if err := os.CopyFS(again, os.DirFS(small(t))); err != nil {
		t.Fatal(err)
	}
	one := digestOf(t, assemble(t, small(t), version))
	if two := digestOf(t, assemble(t, again, version)); one != two {
		t.Errorf("%s, and then %s", one, two)
	}
	if three := digestOf(t, assemble(t, again, "v0.5.0")); one == three {
		t.Errorf("another version is %s as well", three)
	}
}

func TestEverySystemHasAnImage(t *testing.T) {
	t.Parallel()
	i := assemble(t, small(t), version)
	index, err := i.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	if index.MediaType != types.OCIImageIndex || len(index.Manifests) != len(image.Systems) {
		t.Fatalf("%+v", index)
	}
	if got := index.Annotations["org.opencontainers.image.version"]; got != version {
		t.Errorf("the index is of version %q", got)
	}
	for n, s := range image.Systems {
		m := index.Manifests[n]
		if m.MediaType != types.OCIManifestSchema1 || m.Platform == nil || m.Platform.String() != s.OS+"/"+s.Arch {
			t.Errorf("%v: %+v", s, m)
		}
		img, err := i.Image(m.Digest)
		if err != nil {
			t.Fatal(err)
		}
		file, err := img.ConfigFile()
		if err != nil {
			t.Fatal(err)
		}
		if file.OS != s.OS || file.Architecture != s.Arch || file.Config.User != "65532:65532" ||
			file.Config.Labels["org.opencontainers.image.version"] != version || len(file.History) != 1 {
			t.Errorf("%v: %+v", s, file)
		}
		holds(t, img, filepath.Join(small(t), s.Binary()))
	}
}

// holds looks at all that an image unpacks to.
func holds(t *testing.T, img v1.Image, program string) {
	t.Helper()
	want, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	files := mutate.Extract(img)
	defer files.Close()
	found := map[string]tar.Header{}
	for r := tar.NewReader(files); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		found[h.Name] = *h
		if got, err := io.ReadAll(r); err != nil || h.Name == "sgsend" && !bytes.Equal(got, want) {
			t.Errorf("%s is not the program that was released (%v)", h.Name, err)
		}
	}
	data, sgsend := found["data"], found["sgsend"]
	if data.Typeflag != tar.TypeDir || data.FileInfo().Mode().Perm() != 0o700 || data.Uid != 65532 || data.Gid != 65532 {
		t.Errorf("/data is %+v", data)
	}
	if sgsend.Typeflag != tar.TypeReg || sgsend.Uid != 0 || sgsend.FileInfo().Mode().Perm() != 0o755 ||
		sgsend.Size >= image.MaxSize {
		t.Errorf("/sgsend is %+v", sgsend)
	}
	if len(found) != 2 {
		t.Errorf("there is more than the program and its folder: %v", slices.Collect(maps.Keys(found)))
	}
}

func TestRefusesWhatWouldNotRun(t *testing.T) {
	t.Parallel()
	amd64, arm64 := image.Systems[0].Binary(), image.Systems[1].Binary()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		files map[string]string
		says  string
	}{
		"nothing":          {map[string]string{}, "is missing; fetch the release"},
		"one of two":       {map[string]string{amd64: amd64}, arm64 + " is missing"},
		"each the other":   {map[string]string{amd64: arm64, arm64: amd64}, "is built for linux on arm64"},
		"another program":  {map[string]string{amd64: self, arm64: arm64}, "and not sgraph.ai/send/cli/cmd/sgsend"},
		"no program of Go": {map[string]string{amd64: "image.go", arm64: arm64}, "is no program of Go"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for to, from := range c.files {
				if from == amd64 || from == arm64 {
					from = filepath.Join(small(t), from)
				}
				content, err := os.ReadFile(from)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, to), content, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			_, err := image.Assemble(dir, version)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v", err)
			}
		})
	}
	if _, err := image.Assemble(small(t), ""); err == nil {
		t.Error("there is an image of no version")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, amd64), make([]byte, image.MaxSize+1), 0o755); err != nil {
		t.Fatal(err)
	}
	limit := fmt.Sprintf("over the limit of %d MB", image.MaxSize>>20)
	if _, err := image.Assemble(dir, version); err == nil || !strings.Contains(err.Error(), limit) {
		t.Errorf("%v", err)
	}
}

// What was recorded beside the binaries is made again, or nothing is.
func TestRecord(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(small(t))); err != nil {
		t.Fatal(err)
	}
	i := assemble(t, small(t), version)
	if err := i.WriteRecord(dir); err != nil {
		t.Fatal(err)
	}
	again, err := image.Assemble(dir, version)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := digestOf(t, again), digestOf(t, i); got != want {
		t.Errorf("%s, and then %s", want, got)
	}
	for record, says := range map[string]string{
		`{"version":"v0.4.0","digest":"sha256:c0ffee"}`:                   "fetch the release again",
		`{"version":"v0.5.0","digest":"` + digestOf(t, i).String() + `"}`: "is of v0.5.0, and not of v0.4.0",
		`{`:  "reading " + dir,
		`{}`: "no version or no digest",
	} {
		if err := os.WriteFile(filepath.Join(dir, image.RecordName), []byte(record), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := image.Assemble(dir, version); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("with %s: %v", record, err)
		}
	}
}

func TestLayout(t *testing.T) {
	t.Parallel()
	dir, i := t.TempDir(), assemble(t, small(t), version)
	for range 2 { // the second finds it there
		if err := i.WriteLayout(dir); err != nil {
			t.Fatal(err)
		}
	}
	index, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Index(index); err != nil {
		t.Error(err)
	}
	m, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Manifests) != 1+len(image.Systems)+1 || m.Manifests[0].Digest != digestOf(t, i) ||
		m.Manifests[0].Annotations["org.opencontainers.image.ref.name"] != version {
		t.Errorf("%+v", m.Manifests)
	}
}
