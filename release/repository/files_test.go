package repository

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// root is the repository.
var root = filepath.Join("..", "..")

// notOurs are folders at the top of what was built, downloaded or kept.
var notOurs = []string{".git", ".pulumi-state", ".tools", "bin", "build", "data", "dist", "reports"}

// find returns the files, relative to the repository and with slashes, whose
// name ends so, without what tests read; there must be some.
func find(t *testing.T, suffix string) (files []string) {
	t.Helper()
	return findBut(t, suffix, "testdata")
}

// findBut is find without the folders of a name.
func findBut(t *testing.T, suffix, but string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			top := !strings.Contains(name, string(filepath.Separator))
			if d.Name() == but || d.Name() == "node_modules" || top && slices.Contains(notOurs, name) {
				return filepath.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(name, suffix) {
			files = append(files, filepath.ToSlash(name))
		}
		return nil
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("no *%s was found (%v)", suffix, err)
	}
	return files
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
