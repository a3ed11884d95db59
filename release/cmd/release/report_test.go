package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestReportsAreTheFilesOfTheirFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if texts, err := reports(filepath.Join(dir, "none")); err != nil || texts != nil {
		t.Errorf("of no folder there are %q, %v", texts, err)
	}
	for name, text := range map[string]string{"b.md": "second", "a.md": "first", "smoke.json": "none"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	texts, err := reports(dir)
	if want := []string{"first", "second"}; err != nil || !slices.Equal(texts, want) {
		t.Errorf("%q, %v", texts, err)
	}
}

// A report comes from whoever opened the pull request.
func TestReportsShowNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("token"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, put := range map[string]func(path string) error{
		"leads elsewhere": func(path string) error { return os.Symlink(secret, path) },
		"a folder":        func(path string) error { return os.Mkdir(path, 0o700) },
		"endless":         func(path string) error { return os.WriteFile(path, nil, 0o600) },
	} {
		path := filepath.Join(t.TempDir(), "report.md")
		if err := put(path); err != nil {
			t.Fatal(err)
		}
		if name == "endless" {
			if err := os.Truncate(path, mostReport+1); err != nil {
				t.Fatal(err)
			}
		}
		if texts, err := reports(filepath.Dir(path)); err == nil {
			t.Errorf("%s: %q", name, texts)
		}
	}
}
