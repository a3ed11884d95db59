package artifact

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"sgraph.ai/send/release/dist"
	"sgraph.ai/send/release/pack"
)

// Package is the package that a stack's hosts install.
type Package struct {
	Architecture string // arm64 or x86_64
	SHA256       string // hex, of the whole
	// Path is where it lies on this machine.
	Path string
}

// PackageForStack answers the package of a stack's hosts: the one that lies in
// promoted, or, if that is empty, one of the command line as it is built from the
// checkout around dir. The same source has the same digest.
func PackageForStack(ctx context.Context, dir, promoted, version, architecture string) (*Package, error) {
	system := dist.System{OS: "linux", Arch: goArch[architecture]}
	folder, version, err := Binaries(ctx, dir, promoted, version, system)
	if err != nil {
		return nil, err
	}
	root, err := Checkout(dir)
	if err != nil {
		return nil, err
	}
	p := &Package{Architecture: architecture, Path: filepath.Join(folder, pack.RPM.Name(system))}
	var content []byte
	if promoted != "" {
		if content, err = os.ReadFile(p.Path); err != nil {
			return nil, fmt.Errorf("the release has no package for hosts of %s: %w", architecture, err)
		}
	} else {
		manual := filepath.Join(folder, "manual")
		if err := dist.WriteManual(ctx, root, manual); err != nil {
			return nil, err
		}
		of := pack.Package{
			Root: root, Binary: filepath.Join(folder, system.Binary()), Manual: manual, Arch: system.Arch, Version: version,
		}
		if content, err = of.Make(pack.RPM); err != nil {
			return nil, err
		}
		if err := replaceFile(p.Path, content); err != nil {
			return nil, err
		}
	}
	digest := sha256.Sum256(content)
	p.SHA256 = hex.EncodeToString(digest[:])
	return p, nil
}
