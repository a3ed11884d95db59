package image

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/spdx/tools-golang/spdx/v2/common"
	spdx "github.com/spdx/tools-golang/spdx/v2/v2_3"
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
	text, err := json.Marshal(document(sub.Digest, version, binaries))
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

// document is the list in the form of SPDX 2.3: https://spdx.github.io/spdx-spec/v2.3/.
func document(about v1.Hash, version string, binaries []binary) spdx.Document {
	doc := spdx.Document{
		SPDXVersion: spdx.Version, DataLicense: spdx.DataLicense, SPDXIdentifier: "DOCUMENT",
		DocumentName:      "sgsend " + version,
		DocumentNamespace: "https://sgraph.ai/send/sbom/" + about.Hex,
		CreationInfo: &spdx.CreationInfo{
			Creators: []common.Creator{{CreatorType: "Tool", Creator: "release-image"}},
			Created:  epoch.Format("2006-01-02T15:04:05Z"),
		},
	}
	relate := func(a common.ElementID, how string, b common.ElementID) {
		doc.Relationships = append(doc.Relationships, &spdx.Relationship{
			RefA: common.DocElementID{ElementRefID: a}, Relationship: how, RefB: common.DocElementID{ElementRefID: b},
		})
	}
	known := map[common.ElementID]bool{}
	for _, b := range binaries {
		sum := sha256.Sum256(b.content)
		name := common.ElementID("Binary-" + b.OS + "-" + b.Arch)
		doc.Packages = append(doc.Packages, &spdx.Package{
			PackageName: b.Binary(), PackageSPDXIdentifier: name, PackageVersion: version,
			PackageFileName: b.Binary(), PackageDownloadLocation: "NOASSERTION", PrimaryPackagePurpose: "APPLICATION",
			PackageLicenseConcluded: "NOASSERTION", PackageLicenseDeclared: "Apache-2.0", PackageCopyrightText: "NOASSERTION",
			PackageChecksums: []common.Checksum{{Algorithm: common.SHA256, Value: hex.EncodeToString(sum[:])}},
		})
		relate("DOCUMENT", common.TypeRelationshipDescribe, name)
		for _, p := range parts(b.info, version) {
			if !known[p.PackageSPDXIdentifier] {
				known[p.PackageSPDXIdentifier] = true
				doc.Packages = append(doc.Packages, p)
			}
			relate(name, common.TypeRelationshipContains, p.PackageSPDXIdentifier)
		}
	}
	return doc
}

// parts are the modules that a program was linked from, and Go's own library.
// Those of this repository are of the version that the program is of.
func parts(info *debug.BuildInfo, version string) []*spdx.Package {
	all := []*spdx.Package{part("stdlib", strings.TrimPrefix(info.GoVersion, "go"))}
	for _, m := range info.Deps {
		of := m.Version
		if of == "(devel)" {
			of = version
		}
		all = append(all, part(m.Path, of))
	}
	return all
}

// part names a module by its package URL, by which databases of
// vulnerabilities know it.
func part(path, version string) *spdx.Package {
	sum := sha256.Sum256([]byte(path + "@" + version))
	return &spdx.Package{
		PackageName: path, PackageVersion: version,
		PackageSPDXIdentifier:   common.ElementID("Module-" + hex.EncodeToString(sum[:8])),
		PackageDownloadLocation: "NOASSERTION", PackageLicenseConcluded: "NOASSERTION",
		PackageLicenseDeclared: "NOASSERTION", PackageCopyrightText: "NOASSERTION",
		PackageExternalReferences: []*spdx.PackageExternalReference{{
			Category: common.CategoryPackageManager, RefType: common.TypePackageManagerPURL,
			Locator: "pkg:golang/" + path + "@" + version,
		}},
	}
}
