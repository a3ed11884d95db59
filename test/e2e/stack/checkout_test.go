package stack

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"sgraph.ai/send/infra/artifact"
)

// built answers the folder, in a checkout, of the zips that the program builds, where
// they lie built from the repository's sources.
var built = sync.OnceValues(func() (string, error) {
	root, err := repository()
	if err != nil {
		return "", err
	}
	builder := artifact.ServicesBuilder(root, filepath.Join(".tools", "linked", "artifacts"), "")
	builder.Update = true
	_, err = builder.Build(context.Background(), artifact.Services, architecture())
	return builder.Dir, err
})

// checkout copies the repository's sources to a folder that the test may
// change, and answers it. What the program would build of them lies there already.
func checkout(t *testing.T) string {
	t.Helper()
	root, err := repository()
	if err != nil {
		t.Fatal(err)
	}
	zips, err := built()
	if err != nil {
		t.Fatal(err)
	}
	skip := []string{".git", ".tools", ".pulumi-state", "bin", "build", "data", "node_modules"}
	copied := t.TempDir()
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // a temporary file of somebody else's
		}
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		switch {
		case d.IsDir() && slices.Contains(skip, d.Name()):
			return fs.SkipDir
		case d.IsDir():
			return os.MkdirAll(filepath.Join(copied, name), 0o755)
		case !d.Type().IsRegular():
			return nil
		}
		content, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(copied, name), content, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(copied, "build", "artifacts", architecture()), os.DirFS(zips)); err != nil {
		t.Fatal(err)
	}
	return copied
}

// repository answers the folder of go.work above this test.
func repository() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return dir, nil
		}
		if parent := filepath.Dir(dir); parent != dir {
			dir = parent
			continue
		}
		return "", errors.New("no go.work above the test")
	}
}
