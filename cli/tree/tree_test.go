package tree_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/cli/tree"
	"sgraph.ai/send/shared/envelope"
)

var then = time.Date(2020, 2, 29, 12, 0, 0, 0, time.UTC)

// made is a folder of which all of the kinds are.
func made(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "all")
	for _, name := range []string{"a/deep/b.txt", "a.txt", "run.sh"} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(name), 0o644))
		if err != nil {
			t.Fatal(err)
		}
	}
	empty := filepath.Join(dir, "empty")
	if err := errors.Join(os.Mkdir(empty, 0o700), os.Chmod(filepath.Join(dir, "run.sh"), 0o700),
		os.Chtimes(filepath.Join(dir, "a.txt"), then, then), os.Chtimes(empty, then, then)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// stage puts a content into a folder.
func stage(to tree.Target, content io.Reader) (paths []string, err error) {
	x, err := envelope.ReadIndex(content)
	if err != nil {
		return nil, err
	}
	s, err := to.Stage(".staging")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.Use(x); err != nil {
		return nil, err
	}
	if err := x.Each(content, s.Take); err != nil {
		return nil, err
	}
	return s.Place()
}

func TestThereAndBack(t *testing.T) {
	t.Parallel()
	from, to := made(t), t.TempDir()
	found, err := tree.Walk([]string{from})
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Skipped) > 0 || found.Name() != "all" {
		t.Errorf("%v, %q", found.Skipped, found.Name())
	}
	content := found.Content()
	if _, err := content.Read(make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	if _, err := content.Seek(0, io.SeekStart); err != nil { // from the beginning again, the same comes
		t.Fatal(err)
	}
	paths, err := stage(tree.Target{Dir: to}, content)
	if err != nil || len(paths) != 1 || paths[0] != filepath.Join(to, "all") {
		t.Fatalf("%v, %v", paths, err)
	}
	for _, name := range []string{"a/deep/b.txt", "a.txt", "run.sh"} {
		if b, err := os.ReadFile(filepath.Join(to, "all", filepath.FromSlash(name))); string(b) != name {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
	for name, mode := range map[string]fs.FileMode{"run.sh": 0o700, "empty": 0o700 | fs.ModeDir, "a.txt": 0o644} {
		info, err := os.Stat(filepath.Join(to, "all", name))
		if err != nil || runtime.GOOS != "windows" && info.Mode()&^mode != 0 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
		if name != "run.sh" && !info.ModTime().Equal(then) {
			t.Errorf("%s is of %v", name, info.ModTime())
		}
	}
	if left, _ := os.ReadDir(to); len(left) != 1 {
		t.Errorf("%v is left", left)
	}
}

// What an unknown sender calls files leads nowhere but into the folder, and no mode
// gives more than its owner wants of new files.
func TestHostile(t *testing.T) {
	t.Parallel()
	outside := t.TempDir()
	to := filepath.Join(outside, "to")
	if err := os.Mkdir(to, 0o755); err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" {
		for _, name := range []string{"linked", "a"} { // links that are there are never followed
			if err := os.Symlink(outside, filepath.Join(to, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	x, err := envelope.NewIndex([]envelope.Entry{
		{Path: "../../escaped"}, {Path: "/etc/passwd"}, {Path: "linked/through"}, {Path: `c:\x`}, {Path: "a/../../b"},
		{Path: "dir", Mode: 0o777}, {Path: "dir/file", Mode: 0o777}, {Path: "A/same"}, {Path: "a/SAME"},
		{Path: "locked/", Mode: 1},
		{Path: "locked/in", Mode: 1}, {Path: ".staging/x"}, {Path: ".bashrc"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, force := range []bool{false, true} {
		content := x.Content(func(int) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("")), nil })
		called := func(s string) string { return strings.TrimLeft(s, ".") }
		_, err := stage(tree.Target{Dir: to, Force: force, Called: called}, content)
		if err != nil {
			t.Fatal(err)
		}
	}
	if left, _ := os.ReadDir(outside); len(left) != 1 {
		t.Errorf("outside there is %v", left)
	}
	if _, err := os.Stat(filepath.Join(to, "bashrc")); err != nil {
		t.Error(err)
	}
	err = filepath.WalkDir(to, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if info, err := d.Info(); err == nil && d.Type().IsRegular() && info.Mode()&0o022 != 0 && runtime.GOOS != "windows" {
			t.Errorf("%s: %v", path, info.Mode())
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// What does not come whole leaves nothing behind.
func TestNothingHalf(t *testing.T) {
	t.Parallel()
	found, err := tree.Walk([]string{made(t)})
	if err != nil {
		t.Fatal(err)
	}
	whole, err := io.ReadAll(found.Content())
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 5, 11, 12, len(whole) / 2, len(whole) - 1} {
		to := t.TempDir()
		if _, err := stage(tree.Target{Dir: to}, bytes.NewReader(whole[:n])); !errors.Is(err, envelope.ErrIndex) {
			t.Errorf("%d bytes: %v", n, err)
		}
		if left, _ := os.ReadDir(to); len(left) != 0 {
			t.Errorf("%d bytes: %v is left", n, left)
		}
	}
}

// A file that changes after it was found is not sent.
func TestChanged(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(string) error{
		"longer":   func(p string) error { return os.WriteFile(p, []byte("a longer text"), 0o600) },
		"the time": func(p string) error { return os.Chtimes(p, time.Now(), time.Now()) },
		"replaced": func(p string) error { return errors.Join(os.Remove(p), os.WriteFile(p, []byte("a.txt"), 0o600)) },
		"gone":     os.Remove,
	} {
		dir := made(t)
		found, err := tree.Walk([]string{dir})
		if err != nil {
			t.Fatal(err)
		}
		if err := change(filepath.Join(dir, "a.txt")); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, found.Content()); err == nil {
			t.Errorf("%s: it was sent", name)
		}
	}
}

func TestWalkSkips(t *testing.T) {
	t.Parallel()
	dir := made(t)
	if err := os.Symlink("a.txt", filepath.Join(dir, "link")); err != nil {
		t.Skip(err)
	}
	if err := os.Symlink(".", filepath.Join(dir, "round")); err != nil {
		t.Fatal(err)
	}
	found, err := tree.Walk([]string{dir})
	if err != nil || len(found.Skipped) != 2 || found.Skipped[0].Why != "a symbolic link" {
		t.Fatalf("%+v, %v", found.Skipped, err)
	}
	alias := filepath.Join(t.TempDir(), "alias")
	if err := os.Symlink(dir, alias); err != nil { // which a path names, is what it leads to
		t.Fatal(err)
	}
	found, err = tree.Walk([]string{alias})
	if err != nil || found.Index.Entries[0].Path != "alias/" || len(found.Index.Entries) != 7 {
		t.Fatalf("%+v, %v", found.Index, err)
	}
	if _, err := tree.Walk([]string{os.DevNull}); err == nil {
		t.Error("a device can be sent with others")
	}
	if _, err := tree.Walk([]string{filepath.Join(dir, "missing")}); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// What has a name that is taken, or that not every system has, goes by another, and its sender
// is told; nothing of a name is left out that would hide a file or take it for another.
func TestWalkRenames(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("such names cannot be made here")
	}
	dir := filepath.Join(t.TempDir(), "d")
	for _, name := range []string{"A.txt", "a.txt", "con", "\xff\xfe.bin", `x\y`, "fine", "CON/fine"} {
		at := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	found, err := tree.Walk([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	renamed := map[string]string{}
	for _, r := range found.Renamed {
		renamed[strings.TrimPrefix(r.Path, dir+"/")] = r.As
	}
	want := map[string]string{
		"a.txt": "d/a (2).txt", "CON": "d/_CON", "con": "d/_con (2)", "\xff\xfe.bin": "d/_.bin", `x\y`: "d/x_y",
	}
	if !maps.Equal(renamed, want) {
		t.Errorf("renamed are %q, not %q", renamed, want)
	}
}

func TestArchives(t *testing.T) {
	t.Parallel()
	var tarred, zipped bytes.Buffer
	for _, a := range []tree.Archive{tree.Tar(&tarred), tree.Zip(&zipped)} {
		for _, e := range []envelope.Entry{
			{Path: "ä/"}, {Path: "ä/ö.txt", Size: 4, Mode: 0o600, Time: then},
			{Path: "p.jpg", Size: 4, Type: "image/jpeg"},
		} {
			if err := a.Add(e, strings.NewReader("text"[:e.Size])); err != nil {
				t.Fatal(err)
			}
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
	}
	z, err := zip.NewReader(bytes.NewReader(zipped.Bytes()), int64(zipped.Len()))
	if err != nil {
		t.Fatal(err)
	}
	r := tar.NewReader(&tarred)
	for i, name := range []string{"ä/", "ä/ö.txt", "p.jpg"} {
		h, err := r.Next()
		if err != nil || h.Name != name || z.File[i].Name != name {
			t.Errorf("%v, %v, %v", h, z.File[i].Name, err)
		}
		if i == 1 && (z.File[i].Mode() != 0o600 || !z.File[i].Modified.Equal(then) ||
			!h.ModTime.Equal(then) || h.Mode != 0o600) {
			t.Errorf("%+v, %+v", z.File[i].FileHeader, h)
		}
		if f, err := z.File[i].Open(); err == nil && i > 0 {
			if b, _ := io.ReadAll(f); string(b) != "text" {
				t.Errorf("%q", b)
			}
		}
	}
}

// FuzzStage: whatever is said to be in it, nothing is written outside the folder, and
// what fails leaves nothing.
func FuzzStage(f *testing.F) {
	for _, entries := range [][]envelope.Entry{
		{{Path: "a/b", Size: 1}}, {{Path: "../x", Size: 1}, {Path: "e/", Mode: 0o100}},
		{{Path: "A"}, {Path: "a"}, {Path: "a/"}},
		{{Path: "link/x", Size: 1}, {Path: "con"}, {Path: ".staging/y"}},
	} {
		x, err := envelope.NewIndex(entries)
		if err != nil {
			f.Fatal(err)
		}
		b, err := io.ReadAll(x.Content(func(i int) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader("x"[:entries[i].Size])), nil
		}))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, false)
		f.Add(b, true)
	}
	hostile := `{"files":[{"path":"../../../out","size":0},{"path":"link/../../o","size":0,"mode":4095}]}`
	f.Add([]byte("SGFILES\x01\x00\x00\x00"+string([]byte{byte(len(hostile))})+hostile), true)
	f.Fuzz(func(t *testing.T, content []byte, force bool) {
		if len(content) > 1<<16 {
			return
		}
		outside := t.TempDir()
		to := filepath.Join(outside, "to")
		if err := errors.Join(os.Mkdir(to, 0o700), os.Symlink(outside, filepath.Join(to, "link")),
			os.Mkdir(filepath.Join(to, "a"), 0o700), os.Symlink(outside, filepath.Join(to, "a", "b"))); err != nil {
			t.Skip(err)
		}
		_, err := stage(tree.Target{Dir: to, Force: force}, bytes.NewReader(content))
		if left, _ := os.ReadDir(outside); len(left) != 1 {
			t.Fatalf("outside there is %v", left)
		}
		if left, _ := os.ReadDir(to); err != nil && errors.Is(err, envelope.ErrIndex) && len(left) != 2 {
			t.Fatalf("%v: %v is left", err, left)
		}
	})
}
