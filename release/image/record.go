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

// recorded reads what is recorded in a folder, which is empty where nothing is.
func recorded(dir string) (r record, err error) {
	path := filepath.Join(dir, RecordName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return record{}, nil
	}
	if err != nil {
		return record{}, err
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return record{}, fmt.Errorf("reading %s: %w", path, err)
	}
	if r.Version == "" || r.Digest == "" {
		return record{}, fmt.Errorf("reading %s: it names no version or no digest", path)
	}
	return r, nil
}
