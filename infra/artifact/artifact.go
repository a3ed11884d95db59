// Package artifact makes the zips that Lambda runs, and reads back zips that
// were made before.
//
// The same source gives the same bytes with the same Go release on any
// machine, so a zip is named by its digest and an unchanged service is an
// unchanged stack. A set of zips lies in one folder with a manifest; Open
// trusts it only after every digest has been compared, which makes the folder
// something to promote from one stack to the next.
package artifact

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"sgraph.ai/send/shared/stack"
)

// MaxSize is what one zip may weigh. The functions start fast because they are
// small; a dependency that breaks this deserves a second look. The pages of twelve
// languages weigh a fifth of a megabyte.
const MaxSize = 7 << 20

// ManifestName is the file that describes a folder of zips.
const ManifestName = "manifest.json"

// Zip is one function's deployment package.
type Zip struct {
	Name         string `json:"name"`
	Architecture string `json:"architecture"` // arm64 or x86_64
	File         string `json:"file"`         // relative to the manifest
	SHA256       string `json:"sha256"`       // hex, of the zip
	Size         int64  `json:"size"`

	// Path is where the zip lies on this machine.
	Path string `json:"-"`
	// Assets are what the function's pages are made of, as the zip has them.
	Assets []Asset `json:"-"`
}

// Key names the zip in an artifacts bucket.
func (z Zip) Key() string { return stack.ZipKey(z.Name, z.SHA256) }

// Set is what one build made.
type Set struct {
	// Version is what was stamped into the binaries; empty if nothing was.
	Version string `json:"version"`
	// Go is the release that compiled them: part of "the same source".
	Go   string `json:"go"`
	Zips []Zip  `json:"artifacts"`
}

// Find answers the zip of one function for one architecture.
func (s Set) Find(name, architecture string) (Zip, error) {
	i := slices.IndexFunc(s.Zips, func(z Zip) bool { return z.Name == name && z.Architecture == architecture })
	if i < 0 {
		return Zip{}, fmt.Errorf("the artifacts hold no %s for %s", name, architecture)
	}
	return s.Zips[i], nil
}

// write puts the manifest beside the zips.
func (s Set) write(dir string) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, ManifestName), append(text, '\n'), 0o644)
}

// Open reads a folder of zips and refuses it if any byte differs from what its
// manifest says.
func Open(dir string) (Set, error) {
	text, err := os.ReadFile(filepath.Join(dir, ManifestName))
	if err != nil {
		return Set{}, fmt.Errorf("opening the artifacts: %w", err)
	}
	var set Set
	if err := json.Unmarshal(text, &set); err != nil {
		return Set{}, fmt.Errorf("reading %s: %w", filepath.Join(dir, ManifestName), err)
	}
	if len(set.Zips) == 0 {
		return Set{}, fmt.Errorf("%s names no artifacts", filepath.Join(dir, ManifestName))
	}
	for i, z := range set.Zips {
		if !filepath.IsLocal(z.File) {
			return Set{}, fmt.Errorf("%s names %q, which lies outside its folder", ManifestName, z.File)
		}
		z.Path = filepath.Join(dir, z.File)
		found, err := describe(z.Path)
		if err != nil {
			return Set{}, fmt.Errorf("artifact %s for %s: %w", z.Name, z.Architecture, err)
		}
		if found.SHA256 != z.SHA256 || found.Size != z.Size {
			return Set{}, fmt.Errorf("artifact %s is not the one that was built: "+
				"its digest is %s, the manifest says %s; fetch the release again", z.File, found.SHA256, z.SHA256)
		}
		set.Zips[i] = z
	}
	return set, nil
}

// describe measures a zip and holds it against MaxSize.
func describe(path string) (Zip, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return Zip{}, err
	}
	if len(content) > MaxSize {
		return Zip{}, fmt.Errorf("%s weighs %.1f MB, over the limit of %d MB: find what made it grow "+
			"(go version -m, go tool nm -size)", filepath.Base(path), float64(len(content))/(1<<20), MaxSize>>20)
	}
	digest := sha256.Sum256(content)
	return Zip{SHA256: hex.EncodeToString(digest[:]), Size: int64(len(content)), Path: path}, nil
}
