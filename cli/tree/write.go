package tree

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"sgraph.ai/send/shared/envelope"
)

// Target is the folder that takes what arrives.
type Target struct {
	Dir string

	// Name is the new folder in it that takes all; "" puts what arrives into Dir.
	Name string

	// Force replaces files that are there, and puts what arrives into folders that are.
	Force bool

	// Called, where it is set, changes how an element of a path is called here.
	Called func(name string) string
}

// Staging is a folder that takes what arrives until all of it is there: nobody else
// can read it, and what is in it is in no other place.
type Staging struct {
	to     Target
	parent *os.Root // of the target's folder
	name   string   // of the staging folder there
	root   *os.Root // of it
	file   fs.FileMode
	index  *envelope.Index // as it is called here
}

// Stage makes the staging folder of that name, in the place of what a process left
// that ended.
func (t Target) Stage(name string) (*Staging, error) {
	parent, err := os.OpenRoot(t.Dir)
	if err != nil {
		return nil, err
	}
	s := &Staging{to: t, parent: parent, name: name}
	if err := s.begin(); err != nil {
		parent.Close()
		return nil, err
	}
	return s, nil
}

func (s *Staging) begin() error {
	if err := s.remove(); err != nil {
		return err
	}
	if err := s.parent.Mkdir(s.name, 0o700); err != nil {
		return err
	}
	var err error
	if s.root, err = s.parent.OpenRoot(s.name); err != nil {
		return err
	}
	// What mode a new file has here.
	f, err := s.root.OpenFile("new", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	f.Close()
	if err == nil {
		err = s.root.Remove("new")
	}
	if err == nil {
		s.file = info.Mode().Perm()
	}
	return err
}

// Close removes what was not placed.
func (s *Staging) Close() error {
	if s.root != nil {
		s.root.Close()
	}
	err := s.remove()
	s.parent.Close()
	return err
}

// remove removes the staging folder, also folders in it that nobody may write to.
func (s *Staging) remove() error {
	if s.parent.RemoveAll(s.name) == nil {
		return nil
	}
	_ = fs.WalkDir(s.parent.FS(), s.name, func(at string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			_ = s.parent.Chmod(at, 0o700)
		}
		return nil
	})
	return s.parent.RemoveAll(s.name)
}

// Use says which files come. Every path of them is safe, and there once.
func (s *Staging) Use(x *envelope.Index) error {
	entries := slices.Clone(x.Entries)
	for i, e := range entries {
		if s.to.Called == nil {
			break
		}
		names := strings.Split(e.Path, "/")
		for n, name := range names {
			if name != "" {
				names[n] = s.to.Called(name)
			}
		}
		entries[i].Path = strings.Join(names, "/")
	}
	var err error
	s.index, err = envelope.NewIndex(entries) // which makes paths that are the same now unlike
	return err
}

// Take writes one of the files that [Staging.Use] named, or makes its folder.
func (s *Staging) Take(entry int, content io.Reader) error {
	e := s.index.Entries[entry]
	if e.IsFolder() {
		return s.folder(strings.TrimSuffix(e.Path, "/"))
	}
	if err := s.folder(path.Dir(e.Path)); err != nil {
		return err
	}
	f, err := s.root.OpenFile(e.Path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s would be there twice: to this folder two of the names that were sent are the same; "+
			"receive it as a ZIP, with --zip", e.Path)
	}
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	if err == nil {
		err = s.finish(f, e)
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil && !e.Time.IsZero() {
		_ = s.root.Chtimes(e.Path, e.Time, e.Time) // which some file systems do not keep
	}
	return err
}

// folder makes a folder, and those in which it is.
func (s *Staging) folder(p string) error {
	if p == "." {
		return nil
	}
	return s.root.MkdirAll(p, 0o700)
}

// finish gives a file its permissions: the sender's, within those of new files here.
func (s *Staging) finish(f *os.File, e envelope.Entry) error {
	mode := s.file
	if e.Mode != 0 {
		mode = (e.Mode | 0o400) & allowed(s.file)
	}
	if err := unlessUnsupported(f.Chmod(mode)); err != nil {
		return err
	}
	if s.together() {
		return nil
	}
	return f.Sync()
}

// together says whether what was taken is made to outlive a loss of power by one call,
// which has the whole disk written: many files are many calls otherwise.
func (s *Staging) together() bool { return syncsAll && len(s.index.Entries) > 100 }

// allowed is what a file may have: what new ones have, and to be run by who may
// read it.
func allowed(file fs.FileMode) fs.FileMode { return file | file&0o444>>2 }

// unlessUnsupported is an error of changing a mode, which not every file system has.
func unlessUnsupported(err error) error {
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return err
}

// Place gives all that was taken its place, and returns the paths of it: the
// elements that stand in the target's folder.
func (s *Staging) Place() ([]string, error) {
	if err := s.modes(); err != nil {
		return nil, err
	}
	if s.together() {
		if err := syncAll(s.root); err != nil {
			return nil, err
		}
	}
	if s.to.Name != "" {
		if err := unlessUnsupported(s.parent.Chmod(s.name, allowed(s.file)|0o700)); err != nil {
			return nil, err
		}
		name, err := s.put(s.name, s.to.Name)
		return []string{filepath.Join(s.to.Dir, name)}, err
	}
	top, err := fs.ReadDir(s.root.FS(), ".")
	if err != nil {
		return nil, err
	}
	var placed []string
	for _, d := range top {
		name, err := s.put(path.Join(s.name, d.Name()), d.Name())
		if err != nil {
			return placed, fmt.Errorf("%d of the %d files and folders in it are in their place: %w",
				len(placed), len(top), err)
		}
		placed = append(placed, filepath.Join(s.to.Dir, name))
	}
	s.syncFolder()
	return placed, nil
}

// put gives something in the staging folder its name, and returns that: another,
// where the name is taken.
func (s *Staging) put(from, name string) (string, error) {
	dir, base := path.Split(name)
	for n := 1; ; n++ {
		if n > 1 {
			name = dir + Numbered(base, n)
		}
		there, err := s.parent.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) {
			return name, s.move(from, name)
		}
		if err != nil {
			return name, err
		}
		if s.to.Force {
			coming, err := s.parent.Lstat(from)
			switch {
			case err != nil:
				return name, err
			case there.IsDir() && coming.IsDir():
				return name, s.merge(from, name)
			case there.Mode().IsRegular() && coming.Mode().IsRegular():
				return name, s.parent.Rename(from, name)
			}
		}
		if n > 1000 {
			return name, fmt.Errorf("%s: %w", name, fs.ErrExist)
		}
	}
}

// move gives something a name that is free. That of a file is not taken from another
// that came just then, where the file system can link.
func (s *Staging) move(from, name string) error {
	info, err := s.parent.Lstat(from)
	if err == nil && info.Mode().IsRegular() && s.parent.Link(from, name) == nil {
		return s.parent.Remove(from)
	}
	// A folder that nobody may write to cannot be moved, since ".." in it changes.
	if err == nil && info.IsDir() && info.Mode().Perm()&0o200 == 0 {
		defer func() { _ = s.parent.Chmod(name, info.Mode().Perm()) }()
		_ = s.parent.Chmod(from, info.Mode().Perm()|0o700)
	}
	return s.parent.Rename(from, name)
}

// merge puts what is in a folder into one that is there.
func (s *Staging) merge(from, into string) error {
	all, err := fs.ReadDir(s.parent.FS(), from)
	if err != nil {
		return err
	}
	for _, d := range all {
		if _, err := s.put(path.Join(from, d.Name()), path.Join(into, d.Name())); err != nil {
			return err
		}
	}
	return nil
}

// modes gives the folders their permissions and times, the innermost first. Who
// receives may always look into them and change them.
func (s *Staging) modes() error {
	said := map[string]envelope.Entry{}
	var folders []string
	for _, e := range s.index.Entries {
		if e.IsFolder() {
			said[strings.TrimSuffix(e.Path, "/")] = e
		}
	}
	err := fs.WalkDir(s.root.FS(), ".", func(at string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && at != "." {
			folders = append(folders, at)
		}
		return err
	})
	if err != nil {
		return err
	}
	slices.Reverse(folders)
	for _, at := range folders {
		mode := allowed(s.file)
		e := said[at]
		if e.Mode != 0 {
			mode &= e.Mode
		}
		if err := unlessUnsupported(s.root.Chmod(at, mode|0o700)); err != nil {
			return err
		}
		if !e.Time.IsZero() {
			_ = s.root.Chtimes(at, e.Time, e.Time)
		}
	}
	return nil
}

// syncFolder makes the names in the target's folder outlive a loss of power, where it
// can.
func (s *Staging) syncFolder() {
	if f, err := s.parent.Open("."); err == nil {
		_ = f.Sync()
		f.Close()
	}
}

// Numbered adds a number to a name, before its extension, and cuts what would be
// too long.
func Numbered(name string, n int) string {
	const mostOfStem, mostOfExtension = 230, 16
	extension := path.Ext(name)
	if extension == name || len(extension) > mostOfExtension { // the first as in .env
		extension = ""
	}
	stem := strings.TrimSuffix(name, extension)
	if len(stem) > mostOfStem {
		stem = strings.ToValidUTF8(stem[:mostOfStem], "")
	}
	return fmt.Sprintf("%s (%d)%s", stem, n, extension)
}
