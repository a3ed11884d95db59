package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"os"
	"path/filepath"
	"slices"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/cli/tree"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
)

// openFiles opens what is to be sent: one file, or several and folders, as what they
// are together.
func openFiles(ctx context.Context, e Env, paths []string, name string) (client.File, func(), error) {
	if len(paths) == 1 {
		if info, err := os.Stat(paths[0]); err != nil || !info.IsDir() {
			return openFile(ctx, e, paths[0], name)
		}
	}
	if slices.Contains(paths, "-") {
		return client.File{}, nil, usage(errors.New("standard input can only be sent alone"))
	}
	if path := twice(paths); path != "" {
		return client.File{}, nil, usage(fmt.Errorf("%s is named twice", asFile(path)))
	}
	found, err := within(ctx, func() (*tree.Found, error) { return tree.Walk(paths) })
	if err != nil {
		return client.File{}, nil, err
	}
	for _, s := range found.Skipped {
		fmt.Fprintf(e.notes(), "not sent: %s, %s\n", clean(s.Path), s.Why)
	}
	for _, r := range found.Renamed {
		fmt.Fprintf(e.notes(), "sent as %s: %s, whose name is taken, or not one for every system\n",
			clean(r.As), clean(r.Path))
	}
	if name == "" {
		name = found.Name()
	}
	content := found.Content()
	return client.File{
		Meta: envelope.FilesMeta(name), Content: content, Size: found.Index.Size(), Index: found.Index,
	}, func() { content.Close() }, nil
}

// twice is a path that is among others once more, however it is written; "" where none is.
func twice(paths []string) string {
	seen := map[string]bool{}
	for _, path := range paths {
		at, err := filepath.Abs(path)
		if err == nil && seen[at] {
			return path
		}
		seen[at] = true
	}
	return ""
}

// openFile opens what is to be sent. Only the last element of its path is ever
// sent, and only inside the seal.
func openFile(ctx context.Context, e Env, path, name string) (f client.File, done func(), err error) {
	f = client.File{Size: envelope.Unknown}
	done = func() {}
	content := e.In
	_, unnamed := inherited(path)
	if path == "-" {
		unnamed = true
	} else {
		file, err := open(ctx, path, os.O_RDONLY)
		if err != nil {
			return f, nil, err
		}
		content = file
		done = func() { file.Close() }
	}
	if name == "" && !unnamed {
		name = path
	}
	file, ok := content.(*os.File)
	if ok {
		if in, _ := e.In.(*os.File); file == in && closed(file) {
			return f, nil, errNothing
		}
		content, f.Size, err = measure(file, path)
		if err != nil {
			done()
			return f, nil, err
		}
	}
	f.Meta.Filename = envelope.CleanName(name)
	f.Meta.Type, _, _ = mime.ParseMediaType(mime.TypeByExtension(filepath.Ext(f.Meta.Filename)))
	if ok {
		f.Picture = pictureOf(file, f.Meta.Type)
	}
	if s, ok := content.(*steady); ok {
		s.ctx = ctx
		f.Content = s // a file does not let wait, and can be read again
	} else {
		f.Content = reading(ctx, content) // which begins at once
	}
	return f, done, nil
}

// measure returns what a file has from where it is being read, and how much
// that is. Of a pipe or a terminal nobody knows; and what a small file says is
// not asked, since some, as those of /proc, say 0: all of it is read first.
func measure(file *os.File, path string) (content io.Reader, size int64, err error) {
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, 0, err
	case info.IsDir():
		return nil, 0, fmt.Errorf("%s is a folder: name it by its path", path)
	case info.Mode().IsRegular():
		content, err = newSteady(file, path, info)
	case info.Mode()&(fs.ModeDevice|fs.ModeCharDevice) == fs.ModeDevice:
		content = file // a disk, which says its size to who asks for its end
	default:
		return file, envelope.Unknown, nil
	}
	if err != nil {
		return nil, 0, err
	}
	if size = rest(file); size <= envelope.MaxV1 {
		size = envelope.Unknown
	}
	return content, size, nil
}

// sizeOf is how much a file says that it has, also a small one.
func sizeOf(f client.File) int64 {
	if s, ok := f.Content.(*steady); ok {
		return max(f.Size, rest(s.file))
	}
	return f.Size
}

// rest is how much of a file is still to be read, envelope.Unknown where it
// cannot say.
func rest(file *os.File) int64 {
	at, err := file.Seek(0, io.SeekCurrent)
	if err != nil {
		return envelope.Unknown
	}
	end, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return envelope.Unknown
	}
	if _, err := file.Seek(at, io.SeekStart); err != nil {
		return envelope.Unknown // and reading it will say why
	}
	return end - at
}

// steady is a file that must not change while it is read: what was read of it
// before would not fit what is read after.
type steady struct {
	file  *os.File
	path  string // "" for one that was opened elsewhere
	info  fs.FileInfo
	stamp string
	ctx   context.Context // ends the reading; nil for none that does
}

func newSteady(file *os.File, path string, info fs.FileInfo) (*steady, error) {
	s := &steady{file: file, info: info}
	if _, ok := inherited(path); !ok && path != "-" {
		s.path = path
	}
	var err error
	s.stamp, err = stamp(file)
	return s, err
}

// Read reads the file, and at its end looks whether it is still the same.
func (s *steady) Read(p []byte) (int, error) {
	if s.ctx != nil && s.ctx.Err() != nil {
		return 0, context.Cause(s.ctx)
	}
	n, err := s.file.Read(p)
	if err == io.EOF && s.changed() {
		err = errChanged
	}
	return n, err
}

// Seek goes to where it is read next.
func (s *steady) Seek(offset int64, whence int) (int64, error) { return s.file.Seek(offset, whence) }

func (s *steady) changed() bool {
	if now, err := stamp(s.file); err != nil || now != s.stamp {
		return true
	}
	if s.path == "" {
		return false
	}
	there, err := os.Stat(s.path)
	return err != nil || !os.SameFile(there, s.info)
}

var errChanged = send.Fail(send.Invalid,
	"the file was changed, replaced or moved while it was read; send it again when it rests")
