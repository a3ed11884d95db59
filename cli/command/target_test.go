package command

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"
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

// A file that is replaced leaves its mode and, where that is allowed, its owner
// to the new one.
func TestSaveKeepsWhatThereWas(t *testing.T) {
	t.Parallel()
	for _, mode := range []os.FileMode{0o600, 0o604, 0o640, 0o666, 0o755} {
		path := filepath.Join(t.TempDir(), "a.txt")
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		owner := os.Chown(path, 12345, 23456) == nil // as root
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		before, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		to := target{dir: filepath.Dir(path), force: true}
		if _, err := to.save("a.txt", strings.NewReader("x")); err != nil {
			t.Fatal(err)
		}
		after, err := os.Stat(path)
		if err != nil || after.Mode() != before.Mode() || after.Size() != 1 {
			t.Errorf("%v: %v, %v", before.Mode(), after, err)
		}
		if owner && !reflect.DeepEqual(ownerOf(after), ownerOf(before)) {
			t.Errorf("owned by %v, not %v", ownerOf(after), ownerOf(before))
		}
	}
}

// ownerOf returns who a system says a file belongs to, as far as it does.
func ownerOf(info os.FileInfo) (ids []uint64) {
	v := reflect.Indirect(reflect.ValueOf(info.Sys()))
	for _, name := range []string{"Uid", "Gid"} {
		if f := v.FieldByName(name); f.IsValid() {
			ids = append(ids, f.Uint())
		}
	}
	return ids
}

// A name that is taken is numbered and stays one that a file can have.
func TestNumbered(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 125)
	for name, want := range map[string]string{
		"a.txt": "a (2).txt", "a": "a (2)", ".env": ".env (2)", ".env.local": ".env (2).local",
		long + ".txt":                   strings.Repeat("é", 123) + " (2).txt",
		"a." + strings.Repeat("x", 253): "a." + strings.Repeat("x", 249) + " (2)",
	} {
		if got := numbered(name, 2, 255); got != want || len(got) > 255 {
			t.Errorf("%q: %q, %d bytes", name, got, len(got))
		}
	}
}

// A dot stays where no program obeys the file.
func TestVisible(t *testing.T) {
	dir, home := t.TempDir(), t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	for name, want := range map[string]string{
		".env": ".env", ".env.local": ".env.local", ".gitignore": ".gitignore", ".hidden": ".hidden", ".a.txt": ".a.txt",
		".editorconfig": ".editorconfig", ".gitconfig": "gitconfig", ".bashrc": "bashrc", ".BASHRC": "BASHRC",
		".envrc": "envrc", ".npmrc": "npmrc",
		".bash_aliases": "bash_aliases", ".profile": "profile", ".zshenv": "zshenv",
		".git": "git", ".gitmodules": "gitmodules",
		".htaccess": "htaccess", ".eslintrc.js": "eslintrc.js", ".gdbinit": "gdbinit", ".x.desktop": "x.desktop",
		"a.txt": "a.txt", "bashrc": "bashrc",
	} {
		if got := (target{dir: dir}).visible(name); got != want {
			t.Errorf("%s: %s", name, got)
		}
		if got := (target{dir: home}).visible(name); got != strings.TrimPrefix(name, ".") {
			t.Errorf("at home, %s: %s", name, got)
		}
	}
}

func TestQuoted(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"a.txt": "a.txt", "my photos": "'my photos'", "it's": `'it'\''s'`, "$HOME": "'$HOME'", "": "''", "写真": "写真",
	} {
		if got := quoted(word); got != want {
			t.Errorf("%s: %s", word, got)
		}
	}
}

// A file is read to its end or fails when it changed on the way.
func TestSteady(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(f *os.File) error{
		"":         func(*os.File) error { return nil },
		"content":  func(f *os.File) error { _, err := f.WriteAt([]byte("y"), 0); return err },
		"length":   func(f *os.File) error { return f.Truncate(20) },
		"place":    func(f *os.File) error { return os.Rename(f.Name(), f.Name()+"2") },
		"presence": func(f *os.File) error { return os.Remove(f.Name()) },
	} {
		path := filepath.Join(t.TempDir(), "a")
		if err := os.WriteFile(path, make([]byte, 10), 0o600); err != nil {
			t.Fatal(err)
		}
		w, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		content, _, err := measure(f, path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(content, make([]byte, 5)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond) // file systems count time in steps
		if err := change(w); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(content); errors.Is(err, errChanged) != (name != "") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
