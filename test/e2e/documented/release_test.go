package documented

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"sgraph.ai/send/release/dist"
)

// makeRelease answers a folder with files as a release has them. What only their names are asked
// of is short.
func (w *world) makeRelease() string {
	dir := filepath.Join(w.t.TempDir(), "release")
	if err := os.Mkdir(dir, 0o700); err != nil {
		w.t.Error(err)
	}
	pages, err := exec.Command(w.sgsend(), "pages").Output()
	if err != nil {
		w.t.Errorf("sgsend pages: %v", err)
	}
	const bom = `{"packages": [{"externalRefs": [{"referenceLocator": "pkg:golang/go.etcd.io/bbolt@v1.4.0"}]}, {}]}`
	for name, text := range map[string]string{
		"pages.json": string(pages), "image.json": `{"digest": "sha256:` + strings.Repeat("0", 64) + `"}`,
		"sgsend-linux-amd64": "a binary", "sgsend-linux-amd64.spdx.json": bom, "sgsend-linux-amd64.deb": "a package",
		"sgsend-linux-arm64.rpm": "a package", "send-user-arm64.zip": "a zip", "send-user-arm64.zip.spdx.json": bom,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			w.t.Error(err)
		}
	}
	if err := dist.WriteSums(dir); err != nil {
		w.t.Error(err)
	}
	return dir
}

// download puts a release's files where gh does.
func (s *session) download(dir string, args []string) error {
	var patterns []string
	for i, arg := range args {
		switch arg {
		case "--dir":
			dir = filepath.Join(dir, args[i+1])
		case "--pattern":
			patterns = append(patterns, args[i+1])
		}
	}
	files, err := os.ReadDir(s.released())
	if err := errors.Join(err, os.MkdirAll(dir, 0o700)); err != nil {
		return err
	}
	for _, file := range files {
		wanted := func(pattern string) bool {
			is, err := filepath.Match(pattern, file.Name())
			return is && err == nil
		}
		if len(patterns) > 0 && !slices.ContainsFunc(patterns, wanted) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(s.released(), file.Name()))
		if err := errors.Join(err, os.WriteFile(filepath.Join(dir, file.Name()), text, 0o600)); err != nil {
			return err
		}
	}
	for _, pattern := range patterns {
		if found, err := filepath.Glob(filepath.Join(dir, pattern)); err != nil || len(found) == 0 {
			return fmt.Errorf("a release has no %s", pattern)
		}
	}
	return nil
}
