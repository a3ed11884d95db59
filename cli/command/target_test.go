package command

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
)

func listing(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// A content that fails, at whatever byte, leaves nothing behind.
func TestSaveWholeOrNot(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	lost := errors.New("lost")
	for _, content := range []io.Reader{
		iotest.ErrReader(lost), io.MultiReader(strings.NewReader("almost all"), iotest.ErrReader(lost)),
	} {
		if _, err := (target{dir: dir}).save("a.txt", content); !errors.Is(err, lost) {
			t.Errorf("got %v", err)
		}
		if names := listing(t, dir); len(names) > 0 {
			t.Errorf("left %v", names)
		}
	}
}

// While a file arrives it is not there under its name.
func TestSaveAppearsAtTheEnd(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	look := readerFunc(func([]byte) (int, error) {
		if _, err := os.Stat(filepath.Join(dir, "a.txt")); err == nil {
			t.Error("it is there already")
		}
		return 0, io.EOF
	})
	if _, err := (target{dir: dir}).save("a.txt", io.MultiReader(strings.NewReader("x"), look)); err != nil {
		t.Error(err)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// Many that save under one name at once all keep what they have.
func TestSaveNeverReplaces(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if _, err := (target{dir: dir}).save("a.tar.gz", strings.NewReader("x")); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if names := listing(t, dir); len(names) != 20 {
		t.Errorf("%d files: %v", len(names), names)
	}
}

func TestSaveRefusesPaths(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"", ".", "..", "../a", "/a", "a/b", "./a"} {
		if path, err := (target{dir: filepath.Join(dir), force: true}).save(name, strings.NewReader("x")); err == nil {
			t.Errorf("%q was kept at %s", name, path)
		}
	}
	if names := listing(t, dir); len(names) > 0 {
		t.Errorf("left %v", names)
	}
}

// A link that was planted under the name is neither followed nor replaced.
func TestSaveDoesNotFollow(t *testing.T) {
	t.Parallel()
	dir, elsewhere := t.TempDir(), filepath.Join(t.TempDir(), "planted")
	if err := os.Symlink(elsewhere, filepath.Join(dir, "a.txt")); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	for _, force := range []bool{false, true} {
		if _, err := (target{dir: dir, force: force}).save("a.txt", strings.NewReader("x")); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(elsewhere); err == nil {
			t.Errorf("force=%v: the link was followed", force)
		}
	}
}
