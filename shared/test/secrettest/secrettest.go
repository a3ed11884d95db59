// Package secrettest looks for secrets that a test has planted in all that a
// service keeps.
package secrettest

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Kept is what is searched, by where it is kept.
type Kept map[string]string

// AddFiles adds every file of a folder, by its path.
func (k Kept) AddFiles(t testing.TB, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() { // a socket keeps nothing
			return err
		}
		content, err := os.ReadFile(path)
		k[path] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Lacks fails the test for each secret, by what it is, that stands in anything
// that is kept or in the name of where. What is empty would prove nothing, and
// fails it too.
func (k Kept) Lacks(t testing.TB, secrets map[string]string) {
	t.Helper()
	if len(k) == 0 || len(secrets) == 0 {
		t.Fatal("nothing to search, or to search for")
	}
	for what, secret := range secrets {
		if secret == "" {
			t.Errorf("%s is empty: it would be found everywhere", what)
			continue
		}
		for where, text := range k {
			if strings.Contains(text, secret) || strings.Contains(where, secret) {
				t.Errorf("%s is in %s", what, where)
			}
		}
	}
}
