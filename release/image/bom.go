package image

import (
	"bytes"
	"encoding/json"
	"fmt"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"sgraph.ai/send/release/bom"
)

// spdxJSON is the media type of the lists of parts.
const spdxJSON = types.MediaType("application/spdx+json")

// billOf lists what binaries are made of, as an artifact about an image or the
// index: https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidelines-for-artifact-usage.
func billOf(about partial.Describable, version string, binaries ...binary) (v1.Image, error) {
	sub, err := subject(about)
	if err != nil {
		return nil, err
	}
	var programs []bom.Program
	for _, b := range binaries {
		programs = append(programs, b.Program)
	}
	text, err := json.Marshal(bom.Of(sub.Digest.Hex, version, programs...))
	if err != nil {
		return nil, err
	}
	list, nothing := static.NewLayer(text, spdxJSON), static.NewLayer([]byte("{}"), "application/vnd.oci.empty.v1+json")
	layer, err := partial.Descriptor(list)
	if err != nil {
		return nil, err
	}
	config, err := partial.Descriptor(nothing)
	if err != nil {
		return nil, err
	}
	manifest, err := json.Marshal(v1.Manifest{
		SchemaVersion: 2, MediaType: types.OCIManifestSchema1, ArtifactType: string(spdxJSON),
		Config: *config, Layers: []v1.Descriptor{*layer}, Subject: sub,
	})
	if err != nil {
		return nil, err
	}
	return partial.CompressedToImage(artifact{manifest: manifest, list: list})
}

// artifact is what a registry keeps beside an image.
type artifact struct {
	manifest []byte
	list     v1.Layer
}

func (artifact) MediaType() (types.MediaType, error) { return types.OCIManifestSchema1, nil }
func (artifact) RawConfigFile() ([]byte, error)      { return []byte("{}"), nil }
func (a artifact) RawManifest() ([]byte, error)      { return bytes.Clone(a.manifest), nil }
func (a artifact) LayerByDigest(h v1.Hash) (partial.CompressedLayer, error) {
	if d, err := a.list.Digest(); err != nil || d != h {
		return nil, fmt.Errorf("the list of parts has no layer %s (%w)", h, err)
	}
	return a.list, nil
}
