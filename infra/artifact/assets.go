package artifact

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Asset is a file that pages are made of. The zip of a function has those of its
// pages beside the program, which serves the same bytes: whoever has the zip can
// put them where browsers reach them sooner.
type Asset struct {
	// Path is where its pages name it, and the zip has it, without the slash
	// before it: assets/0123456789abcdef/send.js.
	Path string
	// File is where it lies on this machine.
	File string
}

// bootstrap is the one file of a zip that is no asset: what provided.al2023 starts.
const bootstrap = "bootstrap"

// maxAsset is what one asset may weigh, in bytes.
const maxAsset = 4 << 20

// assets reads what the pages of a target are made of, by its paths in the zip,
// and refuses what its program does not have in it.
func (b Builder) assets(target Target, program []byte) (map[string][]byte, error) {
	if target.Assets == "" {
		return nil, nil
	}
	found := map[string][]byte{}
	folder := os.DirFS(filepath.Join(b.Root, filepath.FromSlash(target.Assets)))
	err := fs.WalkDir(folder, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		if !bytes.Contains(program, content) {
			return fmt.Errorf("%s is not what the program was built with: build again, and change nothing meanwhile",
				path.Join(target.Assets, name))
		}
		found[path.Join(strings.Trim(target.ServedAt, "/"), name)] = content
		return nil
	})
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("%s is empty", target.Assets)
	}
	return found, err
}

// unpack writes the assets of all zips into a folder, by their paths.
func (s Set) unpack(dir string) error {
	for i, z := range s.Zips {
		var err error
		if s.Zips[i].Assets, err = z.unpack(dir); err != nil {
			return fmt.Errorf("unpacking %s: %w", z.File, err)
		}
	}
	return nil
}

func (z Zip) unpack(dir string) (found []Asset, err error) {
	r, err := zip.OpenReader(z.Path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	for _, f := range r.File {
		if f.Name == bootstrap {
			continue
		}
		name := filepath.FromSlash(f.Name)
		if !filepath.IsLocal(name) || !f.Mode().IsRegular() || f.UncompressedSize64 > maxAsset {
			return nil, fmt.Errorf("%q is no file of a page", f.Name)
		}
		a := Asset{Path: f.Name, File: filepath.Join(dir, name)}
		if err := a.write(f); err != nil {
			return nil, err
		}
		found = append(found, a)
	}
	slices.SortFunc(found, func(a, b Asset) int { return strings.Compare(a.Path, b.Path) })
	return found, nil
}

func (a Asset) write(f *zip.File) error {
	packed, err := f.Open()
	if err != nil {
		return err
	}
	defer packed.Close()
	content, err := io.ReadAll(io.LimitReader(packed, maxAsset))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(a.File), 0o755); err != nil {
		return err
	}
	return replaceFile(a.File, content)
}
