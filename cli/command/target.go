package command

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// target is where a file is kept: in a folder, under a name that was chosen
// here or, where name is "", by the sender.
type target struct {
	dir, name string
	force     bool
	private   bool   // nobody else may read it, whatever else is usual
	printed   string // the path that was given, where it is not the file's own

	// naming, where it is set, is told every name before the file may get it.
	naming func(name string)

	// to takes the content where that is no file but a device, a pipe or the
	// standard output.
	to func(io.Reader) error
}

// newTarget finds out what --output means, before a download is spent on it. A
// file that is there already is an error. What is no file, as a device or a
// pipe, is opened; a symbolic link means what it leads to.
func newTarget(ctx context.Context, e Env, output string, force bool) (target, error) {
	if output == "-" {
		return toStdout(ctx, e), e.listening()
	}
	if output == "" {
		return target{dir: ".", force: force}, nil
	}
	if _, ok := inherited(output); ok {
		return stream(ctx, e, output)
	}
	info, err := os.Stat(output)
	switch {
	case err == nil && info.IsDir():
		return target{dir: output, force: force}, nil
	case err == nil && !info.Mode().IsRegular():
		return stream(ctx, e, output)
	case err == nil && !force:
		return target{}, fmt.Errorf("%s is there already; name another file, or replace it with --force", asFile(output))
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return target{}, err
	case strings.HasSuffix(output, string(filepath.Separator)):
		return target{}, fmt.Errorf("there is no folder %s", asFile(output))
	}
	path, err := follow(filepath.Clean(output))
	if err != nil {
		return target{}, err
	}
	t := target{dir: filepath.Dir(path), name: filepath.Base(path), force: force}
	if path != filepath.Clean(output) {
		t.printed = filepath.Clean(output)
	}
	if _, err := os.Stat(t.dir); err != nil {
		return target{}, fmt.Errorf("there is no folder %s", asFile(t.dir))
	}
	return t, nil
}

func toStdout(ctx context.Context, e Env) target {
	return target{to: func(content io.Reader) error { return e.output(ctx, content) }}
}

// stream is a target that is written to as it is.
func stream(ctx context.Context, e Env, path string) (target, error) {
	f, err := open(ctx, path, os.O_WRONLY)
	if err != nil {
		return target{}, err
	}
	if isStdout(e, f) {
		return toStdout(ctx, e), nil
	}
	return target{printed: path, to: func(content io.Reader) error {
		defer f.Close()
		return copyTo(ctx, f, content)
	}}, nil
}

// isStdout says whether a file is the standard output, which then has the
// content and nothing else.
func isStdout(e Env, f *os.File) bool {
	out, ok := e.Out.(*os.File)
	if !ok {
		return false
	}
	a, err := f.Stat()
	if err != nil {
		return false
	}
	b, err := out.Stat()
	return err == nil && os.SameFile(a, b)
}

// follow returns what a path is of where it is a symbolic link, or a chain of
// them, whether or not there is anything.
func follow(path string) (string, error) {
	const most = 40 // as many as systems follow
	for range most {
		info, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) || err == nil && info.Mode()&fs.ModeSymlink == 0 {
			return path, nil
		}
		if err != nil {
			return "", err
		}
		next, err := os.Readlink(path)
		if err != nil {
			return "", err
		}
		if !filepath.IsAbs(next) {
			next = filepath.Join(filepath.Dir(path), next)
		}
		path = next
	}
	return "", fmt.Errorf("%s: too many symbolic links", asFile(path))
}

// called returns under which name a file is kept that its sender called name,
// which must be a plain name.
func (t target) called(name string) (string, error) {
	switch {
	case t.name != "":
		return t.name, nil
	case name == "." || name != filepath.Base(name) || !filepath.IsLocal(name):
		return "", fmt.Errorf("the sender's name %q is not a plain file name; choose one with -o", name)
	}
	return t.visible(name), nil
}

// takes says whether a file that its sender called name can be kept here.
func (t target) takes(name string) error {
	name, err := t.called(name)
	if err != nil {
		return err
	}
	_, err = os.Lstat(filepath.Join(t.dir, name))
	if err == nil || errors.Is(err, fs.ErrNotExist) || tooLong(err) { // then it is numbered, or cut
		return nil
	}
	return fmt.Errorf("it cannot be kept under the name that its sender gave it; choose one with -o: %w", err)
}

// save keeps a content, whole or not at all, and returns the path to print. name
// is the sender's.
func (t target) save(name string, content io.Reader) (path string, err error) {
	if name, err = t.called(name); err != nil {
		return "", err
	}
	// In the same folder, so that it can take its name in one step.
	temporary := t.temporary()
	f, mode, err := create(temporary)
	if err != nil {
		return "", err
	}
	defer os.Remove(temporary)
	if _, err = io.Copy(f, content); err == nil {
		return t.keep(f, mode, name)
	}
	f.Close()
	return "", err
}

// take gives a file of this folder that has all its content its name, which is
// the sender's, and returns the path to print.
func (t target) take(part *os.File, name string) (path string, err error) {
	if name, err = t.called(name); err != nil {
		return "", err
	}
	temporary := t.temporary()
	f, mode, err := create(temporary) // to see what mode a new file has
	if err != nil {
		return "", err
	}
	f.Close()
	os.Remove(temporary)
	return t.keep(part, mode, name)
}

func (t target) temporary() string { return filepath.Join(t.dir, ".sgsend-"+rand.Text()+".part") }

// keep ends a file that has all its content, and gives it its name.
func (t target) keep(f *os.File, mode fs.FileMode, name string) (path string, err error) {
	err = t.finish(f, mode, name)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return "", err
	}
	path, err = t.place(f.Name(), name)
	if t.printed != "" {
		path = t.printed
	}
	return path, err
}

// create makes a file that nobody else can read, and returns the mode that a
// new file has in its folder.
func create(path string) (*os.File, fs.FileMode, error) {
	// Not the same file with another mode: who had opened it would go on reading.
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	f.Close()
	os.Remove(path)
	if err != nil {
		return nil, 0, err
	}
	f, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	return f, info.Mode().Perm(), err
}

// finish gives a file that has all its content what it shall have beside it:
// what the file has that it replaces, or else the mode of a new file.
func (t target) finish(f *os.File, mode fs.FileMode, name string) error {
	var err error
	if t.private {
		err = f.Chmod(0o600)
	} else if old := t.replaced(name); old != nil {
		err = inherit(f, filepath.Join(t.dir, name), old)
	} else {
		err = f.Chmod(mode)
	}
	if err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrPermission) {
		return err // file systems without modes refuse to change them
	}
	return f.Sync()
}

// replaced is the file that the one of that name is to replace, if any. Nothing
// but files is: a folder, a device or a link that is there stays.
func (t target) replaced(name string) fs.FileInfo {
	if !t.force {
		return nil
	}
	info, err := os.Lstat(filepath.Join(t.dir, name))
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	return info
}

// place gives a finished file its name. The sender's name may be taken; then a
// number is added. It may be longer than this file system takes; then it is cut.
func (t target) place(temporary, name string) (string, error) {
	most := t.longest(name)
	if _, err := os.Lstat(filepath.Join(t.dir, name)); tooLong(err) {
		name = cut(name, "", most)
	}
	if t.naming == nil {
		t.naming = func(string) {}
	}
	if path := filepath.Join(t.dir, name); t.replaced(name) != nil {
		t.naming(name)
		return path, os.Rename(temporary, path)
	}
	for called, i := name, 2; ; i++ {
		path := filepath.Join(t.dir, called)
		t.naming(called)
		err := rename(temporary, path)
		if !errors.Is(err, fs.ErrExist) || i > 1000 {
			return path, err
		}
		called = numbered(name, i, most)
	}
}

// longest returns how many bytes a name like that can have in the folder, with
// its number: what common file systems allow, encrypted folders, or others.
func (t target) longest(name string) (most int) {
	for _, most = range []int{255, 143, 100, 60} {
		if _, err := os.Lstat(filepath.Join(t.dir, numbered(name, 1000, most))); !tooLong(err) {
			break
		}
	}
	return most
}

// numbered adds a number to a name, which is cut where it would be too long.
func numbered(name string, n, most int) string { return cut(name, fmt.Sprintf(" (%d)", n), most) }

// cut returns a name of at most so many bytes, with end before its extension.
func cut(name, end string, most int) string {
	const mostOfExtension = 16 // bytes
	extension := filepath.Ext(name)
	if extension == name || len(extension) > mostOfExtension { // the first as in .env
		extension = ""
	}
	stem := strings.TrimSuffix(name, extension)
	if room := max(most-len(end)-len(extension), 0); len(stem) > room {
		for stem = stem[:room]; len(stem) > 0 && !utf8.ValidString(stem); {
			stem = stem[:len(stem)-1]
		}
	}
	return stem + end + extension
}

// rename renames a file and never replaces another. Linking fails where the
// name is taken, in one step; not all file systems can link.
func rename(from, to string) error {
	err := os.Link(from, to)
	if err == nil {
		os.Remove(from)
		return nil
	}
	if errors.Is(err, fs.ErrExist) {
		return err
	}
	if _, err := os.Lstat(to); err == nil {
		return fs.ErrExist
	}
	return os.Rename(from, to)
}
