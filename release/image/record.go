package image

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// RecordName is the file of a release that says which image was made of it.
const RecordName = "image.json"

// record is what the file holds.
type record struct {
	Version string `json:"version"`
	Digest  string `json:"digest"` // of the index, as in sha256:…
}

func (i *Image) record() (record, error) {
	digest, err := i.Digest()
	return record{Version: i.version, Digest: digest.String()}, err
}

// WriteRecord puts the digest beside the binaries. From then on Assemble makes
// this image of them, or none.
func (i *Image) WriteRecord(dir string) error {
	own, err := i.record()
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(own, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, RecordName), append(text, '\n'), 0o644)
}

// holdAgainst compares the image with the one that is recorded in a folder,
// where one is.
func (i *Image) holdAgainst(dir string) error {
	path := filepath.Join(dir, RecordName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var want record
	if err := json.Unmarshal(text, &want); err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	got, err := i.record()
	if err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("the binaries make the image %s of %s, and %s says %s of %s; "+
			"fetch the release again, and use the source of its version",
			got.Digest, got.Version, path, want.Digest, want.Version)
	}
	return nil
}
