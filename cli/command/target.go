package command

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// target is where a file is kept: in a folder, under a name that was chosen
// here or, where name is "", by the sender.
type target struct {
	dir, name string
	force     bool
}

// newTarget finds out what --output means. A file that is there already is an
// error now, before a download is spent on it.
func newTarget(output string, force bool) (target, error) {
	if output == "" || output == "-" {
		return target{dir: ".", force: force}, nil
	}
	info, err := os.Stat(output)
	switch {
	case err == nil && info.IsDir():
		return target{dir: output, force: force}, nil
	case err == nil && !force:
		return target{}, fmt.Errorf("%s is there already; name another file, or replace it with --force", output)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return target{}, err
	case strings.HasSuffix(output, string(filepath.Separator)):
		return target{}, fmt.Errorf("there is no folder %s", output)
	}
	dir, name := filepath.Split(filepath.Clean(output))
	if dir == "" {
		dir = "."
	}
	if _, err := os.Stat(dir); err != nil {
		return target{}, fmt.Errorf("there is no folder %s", dir)
	}
	return target{dir, name, force}, nil
}

// save keeps a content, whole or not at all, and returns its path. name is the
// sender's, and must be a plain name.
func (t target) save(name string, content io.Reader) (path string, err error) {
	if t.name != "" {
		name = t.name
	} else if name != filepath.Base(name) || !filepath.IsLocal(name) {
		return "", fmt.Errorf("the sender's name %q is not a plain file name; choose one with -o", name)
	}
	// In the same folder, so that it can take its name in one step.
	temporary := filepath.Join(t.dir, ".sgsend-"+rand.Text()+".part")
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return "", err
	}
	defer os.Remove(temporary)
	_, err = io.Copy(f, content)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return "", err
	}
	return t.place(temporary, name)
}

// place gives a finished file its name. The sender's name may be taken; then a
// number is added, since the download may have been the last.
func (t target) place(temporary, name string) (string, error) {
	path := filepath.Join(t.dir, name)
	if t.force {
		return path, os.Rename(temporary, path)
	}
	extension := filepath.Ext(name)
	stem := strings.TrimSuffix(name, extension)
	for i := 2; ; i++ {
		err := rename(temporary, path)
		if !errors.Is(err, fs.ErrExist) || i > 1000 {
			return path, err
		}
		path = filepath.Join(t.dir, fmt.Sprintf("%s (%d)%s", stem, i, extension))
	}
}

// rename renames a file and never replaces another. Linking fails where the
// name is taken, in one step; not all file systems can link.
func rename(from, to string) error {
	err := os.Link(from, to)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	if _, err := os.Lstat(to); err == nil {
		return fs.ErrExist
	}
	return os.Rename(from, to)
}
