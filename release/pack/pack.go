// Package pack makes packages of a released binary, for systems with systemd: a
// Debian package and an rpm, with the units of deploy/systemd. Equal binaries
// make equal bytes.
package pack

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goreleaser/nfpm/v2"
	"github.com/goreleaser/nfpm/v2/deb"
	"github.com/goreleaser/nfpm/v2/files"
	"github.com/goreleaser/nfpm/v2/rpm"

	"sgraph.ai/send/release/dist"
	"sgraph.ai/send/release/semver"
)

// Kind is a format of packages, which is also how its files' names end.
type Kind string

// The kinds.
const (
	Deb Kind = "deb"
	RPM Kind = "rpm"
)

var packagers = map[Kind]nfpm.Packager{Deb: deb.Default, RPM: rpm.DefaultRPM}

// Kinds are all that a release has.
var Kinds = []Kind{Deb, RPM}

// Name is what the package for a system is called beside the binary that it is
// made of; like that name it carries no version.
func (k Kind) Name(s dist.System) string { return s.Binary() + "." + string(k) }

// Package is what is packed.
type Package struct {
	Root    string // the checkout, which has the units
	Binary  string // path of sgsend for Linux
	Manual  string // folder of its manual and completions, as dist.WriteManual fills it
	Arch    string // which processor it is for, in Go's words: amd64 or arm64
	Version string // what is stamped into it, such as v1.2.3; any other is older than every release
}

const (
	name       = "sgsend"
	maintainer = "SGraph Send <noreply@sgraph.ai>"
)

// built is when all of it was made, as far as a package tells: the same always.
var built = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)

// All makes every package of the binaries in a folder, and puts them beside
// them. The checkout at root has the units, and the manual is made of it.
func All(ctx context.Context, root, dir, version string) (err error) {
	manual, err := os.MkdirTemp("", "manual-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(manual)) }()
	if err := dist.WriteManual(ctx, root, manual); err != nil {
		return err
	}
	return all(root, dir, version, manual)
}

func all(root, dir, version, manual string) error {
	for _, s := range dist.Systems {
		if s.OS != "linux" {
			continue
		}
		p := Package{
			Root: root, Binary: filepath.Join(dir, s.Binary()), Manual: manual, Arch: s.Arch, Version: version,
		}
		for _, kind := range Kinds {
			made, err := p.Make(kind)
			if err != nil {
				return err
			}
			// It is for everybody to read.
			if err := os.WriteFile(filepath.Join(dir, kind.Name(s)), made, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// Make returns the bytes of a package.
func (p Package) Make(kind Kind) (made []byte, err error) {
	packager := packagers[kind]
	if packager == nil {
		return nil, fmt.Errorf("there are no packages of kind %q", kind)
	}
	scratch, err := os.MkdirTemp("", "pack-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	info, err := p.info(kind, scratch)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := packager.Package(info, &out); err != nil {
		return nil, fmt.Errorf("packing %s as %s: %w", p.Binary, kind, err)
	}
	return out.Bytes(), nil
}

// info is what nfpm is told. What is written for the package alone is written
// to scratch.
func (p Package) info(kind Kind, scratch string) (*nfpm.Info, error) {
	if !slices.Contains(dist.Systems, dist.System{OS: "linux", Arch: p.Arch}) {
		return nil, fmt.Errorf("sgsend is not released for linux on %q", p.Arch)
	}
	contents, err := p.contents(kind, scratch)
	if err != nil {
		return nil, err
	}
	info := &nfpm.Info{
		Name:            name,
		Arch:            p.Arch,
		Platform:        "linux",
		Version:         p.version(),
		Release:         "1",
		Section:         "net",
		Priority:        "optional",
		Maintainer:      maintainer,
		License:         "Apache-2.0",
		Vendor:          "SGraph Send",
		Description:     "Hand files to people so that nobody in between reads them\n" + description,
		MTime:           built,
		DisableGlobbing: true,
	}
	info.Contents = contents
	info.Depends = []string{"systemd"}
	info.Recommends = []string{"ca-certificates"}
	info.Scripts = nfpm.Scripts{
		PostInstall: p.path("deploy/package/after-install.sh"),
		PreRemove:   p.path("deploy/package/before-remove.sh"),
		PostRemove:  p.path("deploy/package/after-remove.sh"),
	}
	info.RPM.BuildHost = "localhost"
	info.RPM.Group = "Applications/Internet"
	return info, nil
}

const description = `The service with its pages and its console, to be run on a server of one's
own, and the command line to send and receive with. Files are sealed before
they leave the sender, and the key travels in the link that is handed over.`

// file is one that is packed.
type file struct {
	from, to string
	mode     os.FileMode
	kind     string
}

func (p Package) contents(kind Kind, scratch string) (all files.Contents, err error) {
	const (
		units = "/usr/lib/systemd/system/"
		docs  = "/usr/share/doc/sgsend/"
	)
	list := []file{
		{p.Binary, "/usr/bin/sgsend", 0o755, files.TypeFile},
		{p.path("deploy/systemd/sgsend.env"), "/etc/sgsend/sgsend.env", 0o640, files.TypeConfigNoReplace},
		{p.path("deploy/systemd/sgsend.sysusers"), "/usr/lib/sysusers.d/sgsend.conf", 0o644, files.TypeFile},
		{p.path("docs/run/server.md"), docs + "server.md", 0o644, files.TypeFile},
		{p.path("docs/run/backup.md"), docs + "backup.md", 0o644, files.TypeFile},
	}
	for _, unit := range []string{
		"sgsend.service", "sgsend-user.socket", "sgsend-admin.socket", "sgsend-https.socket", "sgsend-http.socket",
		"sgsend@.service", "sgsend@user.socket", "sgsend@admin.socket",
	} {
		list = append(list, file{p.path("deploy/systemd/" + unit), units + unit, 0o644, files.TypeFile})
	}
	for _, service := range []string{"sgsend.service", "sgsend@.service"} {
		to := units + service + ".d/hardening.conf"
		list = append(list, file{p.path("deploy/systemd/hardening.conf"), to, 0o644, files.TypeFile})
	}
	if kind == Deb {
		changelog := filepath.Join(scratch, "changelog")
		if err := p.writeChangelog(changelog); err != nil {
			return nil, err
		}
		list = append(list,
			file{changelog, docs + "changelog.Debian.gz", 0o644, files.TypeFile},
			file{p.path("deploy/package/copyright"), docs + "copyright", 0o644, files.TypeFile},
			file{p.path("deploy/package/lintian-overrides"), "/usr/share/lintian/overrides/sgsend", 0o644, files.TypeFile})
	} else {
		list = append(list, file{p.path("LICENSE"), "/usr/share/licenses/sgsend/LICENSE", 0o644, files.TypeRPMLicense})
	}
	manual, err := p.manual(kind, scratch)
	if err != nil {
		return nil, err
	}
	for _, f := range append(list, manual...) {
		all = append(all, &files.Content{
			Source: f.from, Destination: f.to, Type: f.kind,
			FileInfo: &files.ContentFileInfo{Mode: f.mode, MTime: built},
		})
	}
	return all, nil
}

// completions are where each kind of system has those of a shell, by their names in
// the manual's folder.
func completions(kind Kind) map[string]string {
	zsh := "/usr/share/zsh/site-functions/_sgsend"
	if kind == Deb {
		zsh = "/usr/share/zsh/vendor-completions/_sgsend"
	}
	return map[string]string{
		"sgsend.bash": "/usr/share/bash-completion/completions/sgsend",
		"sgsend.fish": "/usr/share/fish/vendor_completions.d/sgsend.fish",
		"_sgsend":     zsh,
	}
}

// manual is what systems show of the command, and complete it by. Pages are packed, as
// Debian asks for; that is written to scratch.
func (p Package) manual(kind Kind, scratch string) (list []file, err error) {
	places := completions(kind)
	entries, err := os.ReadDir(p.Manual)
	if err != nil {
		return nil, fmt.Errorf("the manual of sgsend: %w", err)
	}
	for _, e := range entries {
		from := filepath.Join(p.Manual, e.Name())
		if to, ok := places[e.Name()]; ok {
			list = append(list, file{from, to, 0o644, files.TypeFile})
			delete(places, e.Name())
			continue
		}
		text, err := os.ReadFile(from)
		if err != nil {
			return nil, err
		}
		packed := filepath.Join(scratch, e.Name()+".gz")
		if err := writePacked(packed, text); err != nil {
			return nil, err
		}
		list = append(list, file{packed, "/usr/share/man/man1/" + e.Name() + ".gz", 0o644, files.TypeFile})
	}
	if len(places) > 0 || len(list) == len(completions(kind)) {
		return nil, fmt.Errorf("the manual of sgsend in %s is not whole", p.Manual)
	}
	return list, nil
}

// writePacked writes a text as gzip has it smallest, without a time.
func writePacked(path string, text []byte) error {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, out.Bytes(), 0o600)
}

// writeChangelog writes what Debian asks of every package: which version it is.
// What a version changes is told with its release.
func (p Package) writeChangelog(path string) error {
	return writePacked(path, fmt.Appendf(nil, "%s (%s-1) unstable; urgency=medium\n\n  * Release %s.\n\n -- %s  %s\n",
		name, p.version(), p.Version, maintainer, built.Format(time.RFC1123Z)))
}

// notInVersions is what neither dpkg nor rpm takes.
var notInVersions = regexp.MustCompile(`[^A-Za-z0-9.]+`)

// version is the version as dpkg and rpm order it.
func (p Package) version() string {
	if v, err := semver.Parse(p.Version); err == nil {
		return v.String()[1:]
	}
	return "0~dev" + notInVersions.ReplaceAllString(strings.TrimSuffix("."+p.Version, "."), ".")
}

func (p Package) path(name string) string { return filepath.Join(p.Root, filepath.FromSlash(name)) }
