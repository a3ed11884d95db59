// Package image assembles the container image of sgsend from the released
// binaries, without a daemon: one index over an image for each processor, each
// with a list of what it is made of (SBOM) beside it. The same binaries give
// the same digest on any machine.
//
// What it writes is the image format of OCI: https://github.com/opencontainers/image-spec.
package image

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"sgraph.ai/send/release/bom"
	"sgraph.ai/send/release/dist"
)

// Systems are those that the image is for.
var Systems = []dist.System{{OS: "linux", Arch: "amd64"}, {OS: "linux", Arch: "arm64"}}

// MaxSize is what one system's image may weigh, unpacked, in bytes: a little more than
// sgsend, the whole of it, comes to, so that nothing large gets in unnoticed.
const MaxSize = 25 << 20

// Image is the index over the images of all systems, and what belongs to them.
type Image struct {
	v1.ImageIndex
	version string
	boms    []v1.Image // each with the image, or the index, that it is about as its subject
}

// binary is one released file.
type binary struct {
	dist.System
	bom.Program
}

// Assemble makes the image of a version from the binaries in dir, which are
// named as release/dist does. It refuses what would not run in an image that
// holds nothing else, and what makes another image than the one that is
// recorded beside the binaries.
func Assemble(dir, version string) (*Image, error) {
	if version == "" {
		return nil, errors.New("the image has no version; name the one that the binaries are stamped with")
	}
	want, err := recorded(dir)
	if err != nil {
		return nil, err
	}
	if want != (record{}) && want.Version != version {
		return nil, fmt.Errorf("the release in %s is of %s, and not of %s", dir, want.Version, version)
	}
	var binaries []binary
	for _, s := range Systems {
		b, err := read(dir, s)
		if err != nil {
			return nil, err
		}
		binaries = append(binaries, b)
	}
	i, err := assemble(binaries, version)
	if err != nil {
		return nil, err
	}
	got, err := i.record()
	if err != nil {
		return nil, err
	}
	if want != (record{}) && got != want {
		return nil, fmt.Errorf("the binaries in %s make the image %s, and its %s says %s; "+
			"fetch the release again, and use the source of its version", dir, got.Digest, RecordName, want.Digest)
	}
	return i, nil
}

func assemble(binaries []binary, version string) (*Image, error) {
	var parts []mutate.IndexAddendum
	var boms []v1.Image
	for _, b := range binaries {
		img, err := platform(b, version)
		if err != nil {
			return nil, err
		}
		bom, err := billOf(img, version, b)
		if err != nil {
			return nil, err
		}
		parts = append(parts, mutate.IndexAddendum{
			Add: img, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: b.OS, Architecture: b.Arch}},
		})
		boms = append(boms, bom)
	}
	index := mutate.IndexMediaType(mutate.AppendManifests(empty.Index, parts...), types.OCIImageIndex)
	index = mutate.Annotations(index, annotations(version)).(v1.ImageIndex)
	bom, err := billOf(index, version, binaries...)
	if err != nil {
		return nil, err
	}
	return &Image{ImageIndex: index, version: version, boms: append(boms, bom)}, nil
}

// read takes one binary and makes sure that it is what its name says.
func read(dir string, s dist.System) (binary, error) {
	path := filepath.Join(dir, s.Binary())
	file, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return binary{}, fmt.Errorf("%s is missing; fetch the release, or make it with \"release binaries\"", path)
	}
	if err != nil {
		return binary{}, err
	}
	if file.Size() > MaxSize {
		return binary{}, fmt.Errorf("%s weighs %.1f MB, over the limit of %d MB: find what made it grow "+
			"(go version -m, go tool nm -size)", path, float64(file.Size())/(1<<20), MaxSize>>20)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return binary{}, err
	}
	program, err := bom.Read(s.Binary(), content)
	if err != nil {
		return binary{}, fmt.Errorf("in %s: %w", dir, err)
	}
	info := program.Info
	if info.Path != dist.Program {
		return binary{}, fmt.Errorf("%s is %s, and not %s", path, info.Path, dist.Program)
	}
	built := map[string]string{}
	for _, s := range info.Settings {
		built[s.Key] = s.Value
	}
	if built["GOOS"] != s.OS || built["GOARCH"] != s.Arch || built["CGO_ENABLED"] != "0" {
		return binary{}, fmt.Errorf("%s is built for %s on %s with CGO_ENABLED=%s; "+
			"the image needs one for %s on %s with CGO_ENABLED=0",
			path, built["GOOS"], built["GOARCH"], built["CGO_ENABLED"], s.OS, s.Arch)
	}
	return binary{System: s, Program: program}, nil
}

// platform is the image of one system.
func platform(b binary, version string) (v1.Image, error) {
	layer, err := layer(b.Content)
	if err != nil {
		return nil, err
	}
	img, err := mutate.ConfigFile(empty.Image, &v1.ConfigFile{
		OS: b.OS, Architecture: b.Arch, Created: v1.Time{Time: epoch}, Config: Config(version),
		RootFS: v1.RootFS{Type: "layers"},
	})
	if err != nil {
		return nil, err
	}
	img = mutate.ConfigMediaType(mutate.MediaType(img, types.OCIManifestSchema1), types.OCIConfigJSON)
	img, err = mutate.Append(img, mutate.Addendum{
		Layer: layer, History: v1.History{Created: v1.Time{Time: epoch}, CreatedBy: "release image"},
	})
	if err != nil {
		return nil, err
	}
	return mutate.Annotations(img, annotations(version)).(v1.Image), nil
}

// subject describes what a list of parts is about.
func subject(of partial.Describable) (*v1.Descriptor, error) {
	d, err := partial.Descriptor(of)
	if err != nil {
		return nil, err
	}
	return &v1.Descriptor{MediaType: d.MediaType, Digest: d.Digest, Size: d.Size}, nil
}
