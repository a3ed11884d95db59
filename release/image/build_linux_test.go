package image_test

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"sgraph.ai/send/release/image"
)

// builder is a buildah with a storage of its own.
type builder struct {
	t    *testing.T
	root string
}

func newBuilder(t *testing.T) builder {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("SKIPPED, nothing was tested: only root can build an image without a runtime")
	}
	if _, err := exec.LookPath("buildah"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("there is no buildah; tools/setup installs it")
		}
		t.Skip("SKIPPED, nothing was tested: there is no buildah; tools/setup installs it")
	}
	return builder{t: t, root: t.TempDir()}
}

func (b builder) run(args ...string) string {
	b.t.Helper()
	cmd := exec.CommandContext(b.t.Context(), "buildah", append([]string{"--storage-driver", "vfs",
		"--root", filepath.Join(b.root, "storage"), "--runroot", filepath.Join(b.root, "run")}, args...)...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "TMPDIR="+b.root, "BUILDAH_ISOLATION=chroot")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		b.t.Fatalf("buildah %s: %v\n%s%s", args, err, out, stderr.String())
	}
	return strings.TrimSpace(string(out))
}

// Another program than the one that wrote it reads the image of this machine's
// processor, with all that it says of itself.
func TestAnotherProgramPullsTheImage(t *testing.T) {
	t.Parallel()
	b, p, i := newBuilder(t), newPlace(t, true), assemble(t, small(t), version)
	if err := i.Push(t.Context(), p.tag); err != nil {
		t.Fatal(err)
	}
	id := b.run("pull", "--quiet", "--tls-verify=false", "docker://"+p.tag.String())
	var said struct {
		OCIv1 struct {
			Architecture string `json:"architecture"`
			OS           string `json:"os"`
			Config       struct {
				User, StopSignal      string
				Env, Entrypoint, Cmd  []string
				ExposedPorts, Volumes map[string]struct{}
				Labels                map[string]string
			} `json:"config"`
		}
		ImageAnnotations map[string]string
	}
	if err := json.Unmarshal([]byte(b.run("inspect", "--type", "image", id)), &said); err != nil {
		t.Fatal(err)
	}
	want := configOfImage(t, i)
	got := said.OCIv1.Config
	if said.OCIv1.OS != "linux" || said.OCIv1.Architecture != runtime.GOARCH || got.User != want.User ||
		got.StopSignal != want.StopSignal || !reflect.DeepEqual(got.Env, want.Env) ||
		!reflect.DeepEqual(got.Entrypoint, want.Entrypoint) || !reflect.DeepEqual(got.Cmd, want.Cmd) ||
		!reflect.DeepEqual(got.ExposedPorts, want.ExposedPorts) || !reflect.DeepEqual(got.Volumes, want.Volumes) ||
		!reflect.DeepEqual(got.Labels, want.Labels) || said.ImageAnnotations["org.opencontainers.image.version"] != version {
		t.Errorf("it reads %+v", said)
	}
}

// What people build is what is released: the same program, byte for byte, for
// each processor, in an image that is run in the same way. Where the image that
// brings Go cannot be fetched, this machine's Go stands in for it.
func TestDockerfileBuildsWhatIsReleased(t *testing.T) {
	t.Parallel()
	b, p := newBuilder(t), newPlace(t, true)
	base := p.tag.Context().Tag("go")
	if err := remote.Write(base, machine(t)); err != nil {
		t.Fatal(err)
	}
	b.run("build", "--quiet", "--tls-verify=false", "--format", "docker", "--file", "deploy/Dockerfile",
		"--build-arg", "GO="+base.String(), "--build-arg", "VERSION="+version,
		"--volume", "/usr:/usr:ro", "--volume", goEnv(t, "GOROOT")+":/machine/go:ro",
		"--volume", goEnv(t, "GOMODCACHE")+":/machine/modules:ro", "--volume", goEnv(t, "GOCACHE")+":/machine/cache",
		"--platform", "linux/amd64,linux/arm64", "--manifest", "built", ".")
	b.run("manifest", "push", "--quiet", "--tls-verify=false", "--all", "built", "docker://"+p.tag.String())
	want := configOfImage(t, assemble(t, small(t), version))
	for _, s := range image.Systems {
		built, err := remote.Image(p.tag, remote.WithPlatform(v1.Platform{OS: s.OS, Architecture: s.Arch}))
		if err != nil {
			t.Fatal(err)
		}
		file, err := built.ConfigFile()
		if err != nil {
			t.Fatal(err)
		}
		got := file.Config
		delete(got.Labels, "io.buildah.version")
		got.Hostname, got.OnBuild = "", nil // of the container that built it, and an empty list
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%v: what is built says\n%+v %+v\nand what is released\n%+v %+v",
				s, got, got.Healthcheck, want, want.Healthcheck)
		}
		holds(t, built, filepath.Join(released(t), s.Binary()))
	}
}

// machine is an image that has nothing but the names by which programs find what
// this machine has, once that is mounted into it.
func machine(t *testing.T) v1.Image {
	t.Helper()
	var packed bytes.Buffer
	w := tar.NewWriter(&packed)
	var err error
	for _, dir := range []string{"usr", "machine", "root"} {
		err = errors.Join(err, w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: dir, Mode: 0o755}))
	}
	err = errors.Join(err, w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: "tmp", Mode: 0o1777}))
	for _, link := range []string{"bin", "sbin", "lib", "lib64"} {
		err = errors.Join(err, w.WriteHeader(&tar.Header{Typeflag: tar.TypeSymlink, Name: link, Linkname: "usr/" + link}))
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(packed.Bytes())), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	img, err := mutate.ConfigFile(empty.Image, &v1.ConfigFile{
		OS: "linux", Architecture: runtime.GOARCH, RootFS: v1.RootFS{Type: "layers"},
		Config: v1.Config{Env: []string{
			"PATH=/machine/go/bin:/usr/bin:/bin", "HOME=/root", "GOPROXY=off", "GOFLAGS=-modcacherw",
			"GOMODCACHE=/machine/modules", "GOCACHE=/machine/cache",
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	img, err = mutate.AppendLayers(img, layer)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// goEnv asks Go where something is.
func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
