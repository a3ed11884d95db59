package bom

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spdx/tools-golang/spdx/v2/common"
	spdx "github.com/spdx/tools-golang/spdx/v2/v2_3"

	"sgraph.ai/send/release/dist"
)

// Suffix ends the name of a list, which begins with that of the file that it is
// about.
const Suffix = ".spdx.json"

// program is the file of a function's zip that is one.
const program = "bootstrap"

// All writes the list of every zip and every binary of a release beside it.
func All(dir, version string) error {
	zips, err := filepath.Glob(filepath.Join(dir, "*.zip"))
	if err != nil {
		return err
	}
	if len(zips) == 0 {
		return fmt.Errorf("%s has no zips; fill it as .github/scripts/build.sh does", dir)
	}
	for _, path := range zips {
		if err := write(path, version, ofZip); err != nil {
			return err
		}
	}
	for _, s := range dist.Systems {
		if err := write(filepath.Join(dir, s.Binary()), version, ofBinary); err != nil {
			return err
		}
	}
	return nil
}

// write writes the list of one file.
func write(path, version string, of func(name, version string, content []byte) (spdx.Document, error)) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	doc, err := of(filepath.Base(path), version, content)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path+Suffix, append(text, '\n'), 0o644)
}

func ofBinary(name, version string, content []byte) (spdx.Document, error) {
	p, err := Read(name, content)
	if err != nil {
		return spdx.Document{}, err
	}
	l := about(name, version, content)
	l.describe(l.program(p, version))
	return l.Document, nil
}

// ofZip lists a function's zip: its program, and the files that pages are made of.
func ofZip(name, version string, content []byte) (spdx.Document, error) {
	r, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return spdx.Document{}, fmt.Errorf("%s is no zip: %w", name, err)
	}
	l := about(name, version, content)
	whole := l.add(file(name, version, "ARCHIVE", content))
	l.describe(whole)
	for _, f := range r.File {
		in, err := unpacked(f)
		if err != nil {
			return spdx.Document{}, fmt.Errorf("%s in %s: %w", f.Name, name, err)
		}
		if f.Name != program {
			id := l.add(file(f.Name, version, "FILE", in))
			l.relate(whole, common.TypeRelationshipContains, id)
			l.drawn(id, in)
			continue
		}
		p, err := Read(f.Name, in)
		if err != nil {
			return spdx.Document{}, err
		}
		l.relate(whole, common.TypeRelationshipContains, l.program(p, version))
	}
	return l.Document, nil
}

// about begins a document about one file.
func about(name, version string, content []byte) *list {
	sum := sha256.Sum256(content)
	return begin(hex.EncodeToString(sum[:]), name+" "+version)
}

func unpacked(f *zip.File) (content []byte, err error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return io.ReadAll(r)
}
