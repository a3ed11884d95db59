package artifact

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sgraph.ai/send/release/dist"
)

// Target is a command to package.
type Target struct {
	Name    string // of the artifact
	Package string // import path of its main package

	// Assets is the folder, in the checkout, of what its pages are made of; "" =
	// it has none. ServedAt begins the paths by which they are asked for.
	Assets, ServedAt string
}

// Builder compiles and packages commands.
type Builder struct {
	// Root is the folder whose go.work or go.mod finds the packages.
	Root string
	// Dir receives the zips and their manifest.
	Dir string
	// Version is stamped into VersionVariable; empty stamps nothing, so that
	// a commit which leaves a service alone leaves its bytes alone.
	Version string
	// VersionVariable is the full name of a string variable.
	VersionVariable string
	// Update leaves a zip that it put there before if it would come out the same.
	Update bool
}

// goArch translates Lambda's words.
var goArch = map[string]string{"arm64": "arm64", "x86_64": "amd64"}

// Build compiles every target for every architecture. It replaces what an
// earlier build left in the folder.
func (b Builder) Build(ctx context.Context, targets []Target, architectures ...string) (Set, error) {
	release, err := b.goVersion(ctx)
	if err != nil {
		return Set{}, err
	}
	if err := os.MkdirAll(b.Dir, 0o755); err != nil {
		return Set{}, err
	}
	set := Set{Version: b.Version, Go: release}
	for _, architecture := range architectures {
		for _, target := range targets {
			z, err := b.buildOne(ctx, target, architecture)
			if err != nil {
				return Set{}, fmt.Errorf("building %s for %s: %w", target.Name, architecture, err)
			}
			set.Zips = append(set.Zips, z)
		}
	}
	return set, set.write(b.Dir)
}

func (b Builder) buildOne(ctx context.Context, target Target, architecture string) (Zip, error) {
	arch, ok := goArch[architecture]
	if !ok {
		return Zip{}, fmt.Errorf("unknown architecture: use arm64 or x86_64")
	}
	build := dist.Build{
		Root: b.Root, Program: target.Package, System: dist.System{OS: "linux", Arch: arch},
	}
	if b.Version != "" {
		build.Link = fmt.Sprintf("-X %s=%s", b.VersionVariable, b.Version)
	}
	file := fmt.Sprintf("%s-%s.zip", target.Name, architecture)
	path := filepath.Join(b.Dir, file)
	pack := func() error { return b.pack(ctx, target, build, path) }
	var err error
	if b.Update {
		err = build.Once(ctx, path, pack)
	} else {
		err = pack()
	}
	if err != nil {
		return Zip{}, err
	}
	z, err := describe(path)
	z.Name, z.Architecture, z.File = target.Name, architecture, file
	return z, err
}

// pack builds a target's program, and packs it.
func (b Builder) pack(ctx context.Context, target Target, build dist.Build, path string) error {
	work, err := os.MkdirTemp("", "send-build-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	binary := filepath.Join(work, bootstrap)
	if err := build.Binary(ctx, binary); err != nil {
		return err
	}
	code, err := os.ReadFile(binary)
	if err != nil {
		return err
	}
	files, err := b.assets(target, code)
	if err != nil {
		return err
	}
	packed, err := zipped(code, files)
	if err != nil {
		return err
	}
	return replaceFile(path, packed)
}

// goVersion is the release of Go that compiles.
func (b Builder) goVersion(ctx context.Context) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "env", "GOVERSION")
	cmd.Dir = b.Root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go env: %w\n%s", err, bytes.TrimSpace(stderr.Bytes()))
	}
	return strings.TrimSpace(string(out)), nil
}

// zipped is the program, and what its pages are made of, the same way each time.
func zipped(program []byte, assets map[string][]byte) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	w.RegisterCompressor(zip.Deflate, func(to io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(to, flate.BestCompression)
	})
	add := func(name string, mode fs.FileMode, content []byte) error {
		header := &zip.FileHeader{
			Name:     name,
			Method:   zip.Deflate,
			Modified: time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC),
		}
		header.SetMode(mode)
		file, err := w.CreateHeader(header)
		if err != nil {
			return err
		}
		_, err = file.Write(content)
		return err
	}
	if err := add(bootstrap, 0o755, program); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(assets)) {
		if err := add(name, 0o644, assets[name]); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// replaceFile swaps the file in one step: an engine that is still reading the
// old zip keeps the old bytes.
func replaceFile(path string, content []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), ".zip-")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name())
	_, err = temp.Write(content)
	if err == nil {
		err = temp.Chmod(0o644)
	}
	if closeErr := temp.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}
