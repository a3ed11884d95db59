package bom

import (
	"encoding/base64"
	"encoding/hex"
	"path"
	"regexp"

	"github.com/spdx/tools-golang/spdx/v2/common"
	spdx "github.com/spdx/tools-golang/spdx/v2/v2_3"
)

// notice is what release/bundle writes before a package of npm that it draws into a script:
// its name, version and licence, and the digest of the archive that it came in.
var notice = regexp.MustCompile(
	`/\*! ((?:@[a-z0-9._-]+/)?[a-z0-9._-]+) ([0-9][0-9A-Za-z.+-]*) \(([0-9A-Za-z.+-]+)\) sha512-([A-Za-z0-9+/]{86}==)\n`)

// drawn lists the packages of npm that a file has something of.
func (l *list) drawn(file common.ElementID, content []byte) {
	seen := map[common.ElementID]bool{}
	for _, m := range notice.FindAllSubmatch(content, -1) {
		digest, err := base64.StdEncoding.DecodeString(string(m[4]))
		if err != nil {
			continue // not ours
		}
		id := l.add(fromNPM(string(m[1]), string(m[2]), string(m[3]), digest))
		if !seen[id] {
			seen[id] = true
			l.relate(file, common.TypeRelationshipContains, id)
		}
	}
}

// fromNPM names a package of npm by its archive there.
func fromNPM(name, version, licence string, digest []byte) *spdx.Package {
	locator := name
	if name[0] == '@' {
		locator = "%40" + name[1:]
	}
	return &spdx.Package{
		PackageName: name, PackageVersion: version,
		PackageSPDXIdentifier:   identifier("Package", name+"@"+version),
		PackageDownloadLocation: "https://registry.npmjs.org/" + name + "/-/" + path.Base(name) + "-" + version + ".tgz",
		PackageLicenseConcluded: "NOASSERTION", PackageLicenseDeclared: licence, PackageCopyrightText: "NOASSERTION",
		PackageChecksums: []common.Checksum{{Algorithm: common.SHA512, Value: hex.EncodeToString(digest)}},
		PackageExternalReferences: []*spdx.PackageExternalReference{{
			Category: common.CategoryPackageManager, RefType: common.TypePackageManagerPURL,
			Locator: "pkg:npm/" + locator + "@" + version,
		}},
	}
}
