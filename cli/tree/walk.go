// Package tree has the files and folders of this machine that go under one link, or
// come from one: it finds them, writes them to a folder and to nowhere else, and
// makes archives of them.
package tree

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"os"
	"path"
	"path/filepath"
	"strings"

	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
)

// Found is what there is to send.
type Found struct {
	Index   *envelope.Index
	Skipped []Skipped // of what was walked through
	Renamed []Renamed // of what goes

	files []file // of the entries
	name  string
}

// Name is what the files are called together.
func (f *Found) Name() string { return f.name }

// Skipped is something in a folder that is not sent.
type Skipped struct{ Path, Why string }

// Renamed is something that goes by another path: another has the name, or a system takes it
// for one, or has none such.
type Renamed struct{ Path, As string }

// file is an entry, as it was when it was found.
type file struct {
	path string
	info fs.FileInfo
}

// Walk finds the files of some paths: of a folder all that is in it, under the
// folder's name; of links, pipes and devices in it nothing, which Skipped says. What a
// path itself names may be a link, and means what it leads to.
func Walk(paths []string) (*Found, error) {
	f := &Found{name: "files"}
	if len(paths) == 1 {
		f.name = nameOf(paths[0])
	}
	var entries []envelope.Entry
	add := func(at, as string, info fs.FileInfo) error {
		if len(entries) == envelope.MaxEntries {
			return send.Fail(send.TooLarge,
				"there are more than %d files and folders in it: send an archive", envelope.MaxEntries)
		}
		if err := readable(at, info); err != nil {
			return err
		}
		e := envelope.Entry{Path: as, Size: info.Size(), Mode: info.Mode().Perm(), Time: info.ModTime()}
		if info.IsDir() {
			e.Path, e.Size = as+"/", 0
		} else {
			e.Type, _, _ = mime.ParseMediaType(mime.TypeByExtension(path.Ext(as)))
		}
		entries, f.files = append(entries, e), append(f.files, file{at, info})
		return nil
	}
	for _, p := range paths {
		info, err := os.Stat(p)
		switch {
		case err != nil:
			return nil, err
		case info.Mode().IsRegular():
			err = add(p, written(nameOf(p)), info)
		case info.IsDir():
			err = f.walk(p, add)
		default:
			err = fmt.Errorf("%s is neither a file nor a folder: it can only be sent alone", p)
		}
		if err != nil {
			return nil, err
		}
	}
	var err error
	if f.Index, err = envelope.NewIndex(entries); err != nil {
		return nil, err
	}
	for i, e := range f.Index.Entries {
		if path.Base(e.Path) != filepath.Base(f.files[i].path) && path.Base(e.Path) != nameOf(f.files[i].path) {
			f.Renamed = append(f.Renamed, Renamed{f.files[i].path, strings.TrimSuffix(e.Path, "/")})
		}
	}
	return f, nil
}

// walk finds what is in a folder.
func (f *Found) walk(folder string, add func(at, as string, info fs.FileInfo) error) error {
	// With the slash it is what a link leads to.
	return filepath.WalkDir(folder+string(filepath.Separator), func(at string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		inside, err := filepath.Rel(folder, at)
		if err != nil {
			return err
		}
		if kind := kindOf(info.Mode()); kind != "" {
			f.Skipped = append(f.Skipped, Skipped{at, kind})
			return nil
		}
		return add(at, path.Join(written(nameOf(folder)), written(filepath.ToSlash(inside))), info)
	})
}

// readable says why a file cannot be read: now, and not when all before it was sent.
func readable(at string, info fs.FileInfo) error {
	if info.IsDir() {
		return nil
	}
	f, err := os.Open(at)
	if err != nil {
		return err
	}
	return f.Close()
}

// kindOf says what something is that is not sent; "" of a file or a folder.
func kindOf(m fs.FileMode) string {
	switch {
	case m.IsRegular(), m.IsDir():
		return ""
	case m&fs.ModeSymlink != 0:
		return "a symbolic link"
	case m&fs.ModeNamedPipe != 0:
		return "a pipe"
	case m&fs.ModeSocket != 0:
		return "a socket"
	}
	return "a device"
}

// written is a path with "_" for what a reader would leave out of it, or take for a folder:
// bytes that are no text, and here a backslash.
func written(path string) string {
	path = strings.ToValidUTF8(path, "_")
	if filepath.Separator != '\\' {
		path = strings.ReplaceAll(path, `\`, "_")
	}
	return path
}

// nameOf returns the name of what a path leads to: of "." and the like its own.
func nameOf(p string) string {
	if whole, err := filepath.Abs(p); err == nil {
		p = whole
	}
	if name := filepath.Base(p); strings.Trim(name, `/\.`) != "" {
		return name
	}
	return "files"
}

// Content is what goes: the index, and what is in the files. A file that changed
// since it was found, or while it is read, is an error; so is one that cannot be read.
type Content struct {
	found  *Found
	reader io.ReadCloser
	begun  bool // whether something was read
}

// Content begins to read.
func (f *Found) Content() *Content {
	return &Content{found: f, reader: f.Index.Content(f.open)}
}

// Read reads on.
func (c *Content) Read(p []byte) (int, error) {
	c.begun = true
	return c.reader.Read(p)
}

// Seek goes back to the beginning, and nowhere else; where nothing was read it says that
// it is there.
func (c *Content) Seek(offset int64, whence int) (int64, error) {
	if offset == 0 && whence == io.SeekCurrent && !c.begun {
		return 0, nil
	}
	if offset != 0 || whence != io.SeekStart {
		return 0, errors.ErrUnsupported
	}
	err := c.reader.Close()
	c.reader, c.begun = c.found.Index.Content(c.found.open), false
	return 0, err
}

// Close ends the reading.
func (c *Content) Close() error { return c.reader.Close() }

func (f *Found) open(entry int) (io.ReadCloser, error) {
	found := f.files[entry]
	in, err := os.Open(found.path)
	if err != nil {
		return nil, err
	}
	info, err := in.Stat()
	if err == nil && (!os.SameFile(info, found.info) || changed(info, found.info)) {
		err = errChanged(found.path)
	}
	if err != nil {
		in.Close()
		return nil, err
	}
	return &steady{in, found}, nil
}

func changed(a, b fs.FileInfo) bool { return a.Size() != b.Size() || !a.ModTime().Equal(b.ModTime()) }

func errChanged(path string) error {
	return send.Fail(send.Invalid,
		"%s was changed, replaced or moved while it was read; send it again when it rests", path)
}

// steady is a file that must not change while it is read.
type steady struct {
	*os.File
	found file
}

// Read reads the file, and at its end looks whether it is still the same.
func (s *steady) Read(p []byte) (int, error) {
	n, err := s.File.Read(p)
	if err != io.EOF {
		return n, err
	}
	now, failed := s.Stat()
	there, lost := os.Stat(s.found.path)
	if failed != nil || lost != nil || changed(now, s.found.info) || !os.SameFile(there, s.found.info) {
		return n, errChanged(s.found.path)
	}
	return n, err
}
