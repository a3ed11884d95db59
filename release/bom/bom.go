// Package bom says what released files are made of (SBOM), as far as Go's linker
// left it in their programs, and release/bundle in the scripts of pages. The same file
// has the same list on any machine.
package bom

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/spdx/tools-golang/spdx/v2/common"
	spdx "github.com/spdx/tools-golang/spdx/v2/v2_3"
)

// Program is a program of Go.
type Program struct {
	Name    string // of its file
	Content []byte
	Info    *debug.BuildInfo // what the linker left in it
}

// Read looks into a program.
func Read(name string, content []byte) (Program, error) {
	info, err := buildinfo.Read(bytes.NewReader(content))
	if err != nil {
		return Program{}, fmt.Errorf("%s is no program of Go: %w", name, err)
	}
	return Program{Name: name, Content: content, Info: info}, nil
}

// Of lists what programs of a version consist of, which together are what has the
// digest, in hex. The list is in the form of SPDX 2.3:
// https://spdx.github.io/spdx-spec/v2.3/.
func Of(digest, version string, programs ...Program) spdx.Document {
	l := begin(digest, "sgsend "+version)
	for _, p := range programs {
		l.describe(l.program(p, version))
	}
	return l.Document
}

// list is a document that grows.
type list struct {
	spdx.Document
	known map[common.ElementID]bool
}

// created stands where the format wants a time: what is made twice is the same.
const created = "1970-01-01T00:00:00Z"

func begin(digest, name string) *list {
	return &list{known: map[common.ElementID]bool{}, Document: spdx.Document{
		SPDXVersion: spdx.Version, DataLicense: spdx.DataLicense, SPDXIdentifier: "DOCUMENT",
		DocumentName:      name,
		DocumentNamespace: "https://sgraph.ai/send/sbom/" + digest,
		CreationInfo: &spdx.CreationInfo{
			Creators: []common.Creator{{CreatorType: "Tool", Creator: "sgraph-send-release"}},
			Created:  created,
		},
	}}
}

// add lists a package, unless it is listed.
func (l *list) add(p *spdx.Package) common.ElementID {
	id := p.PackageSPDXIdentifier
	if !l.known[id] {
		l.known[id] = true
		l.Packages = append(l.Packages, p)
	}
	return id
}

func (l *list) relate(a common.ElementID, how string, b common.ElementID) {
	l.Relationships = append(l.Relationships, &spdx.Relationship{
		RefA: common.DocElementID{ElementRefID: a}, Relationship: how, RefB: common.DocElementID{ElementRefID: b},
	})
}

// describe has the document be about what is listed.
func (l *list) describe(id common.ElementID) {
	l.relate("DOCUMENT", common.TypeRelationshipDescribe, id)
}

// program lists a program with what it was linked from.
func (l *list) program(p Program, version string) common.ElementID {
	id := l.add(file(p.Name, version, "APPLICATION", p.Content))
	for _, m := range parts(p.Info, version) {
		l.relate(id, common.TypeRelationshipContains, l.add(m))
	}
	l.drawn(id, p.Content) // the pages are embedded as they are
	return id
}

// file is a file of this repository's own, as one that is handed out.
func file(name, version, purpose string, content []byte) *spdx.Package {
	sum := sha256.Sum256(content)
	return &spdx.Package{
		PackageName: name, PackageSPDXIdentifier: identifier("File", name), PackageVersion: version,
		PackageFileName: name, PackageDownloadLocation: "NOASSERTION", PrimaryPackagePurpose: purpose,
		PackageLicenseConcluded: "NOASSERTION", PackageLicenseDeclared: "Apache-2.0", PackageCopyrightText: "NOASSERTION",
		PackageChecksums: []common.Checksum{{Algorithm: common.SHA256, Value: hex.EncodeToString(sum[:])}},
	}
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
	return &spdx.Package{
		PackageName: path, PackageVersion: version,
		PackageSPDXIdentifier:   identifier("Module", path+"@"+version),
		PackageDownloadLocation: "NOASSERTION", PackageLicenseConcluded: "NOASSERTION",
		PackageLicenseDeclared: "NOASSERTION", PackageCopyrightText: "NOASSERTION",
		PackageExternalReferences: []*spdx.PackageExternalReference{{
			Category: common.CategoryPackageManager, RefType: common.TypePackageManagerPURL,
			Locator: "pkg:golang/" + path + "@" + version,
		}},
	}
}

// identifier names what is of a kind within its document, in the few characters
// that are allowed.
func identifier(kind, name string) common.ElementID {
	sum := sha256.Sum256([]byte(name))
	return common.ElementID(kind + "-" + hex.EncodeToString(sum[:8]))
}
