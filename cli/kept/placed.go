package kept

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
)

// Naming is to be called before the content gets a name in the folder, so that the
// next process finds it there where this one ends before [Download.Remove]. That it
// cannot be noted is no failure.
func (d *Download) Naming(name string) { _ = d.addName(name) }

// Placed returns the name that all of the content has in the folder already, of a
// process that ended just then; "" where there is none. What was changed since is
// another file.
func (d *Download) Placed() string { return d.placed }

func (d *Download) isPlaced() bool {
	n := len(d.chunks)
	if d.name == "" || d.name != filepath.Base(d.name) || n == 0 || !d.chunks[n-1].last {
		return false
	}
	path := filepath.Join(d.dir, d.name)
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
		return false
	}
	f, err := os.OpenFile(path, os.O_RDONLY|noFollow, 0)
	if err != nil {
		return false
	}
	defer f.Close()
	if d.form == opened {
		info, err := f.Stat()
		return err == nil && info.Size() == d.offset(n) && d.provenIn(f) == n
	}
	if d.proven() != n {
		return false
	}
	_, content, _, err := d.Content()
	return err == nil && same(content, f)
}

// same says whether two contents are the same.
func same(a, b io.Reader) bool {
	x, y := make([]byte, mostChunk), make([]byte, mostChunk)
	for {
		n, ended := io.ReadFull(a, x)
		m, endedToo := io.ReadFull(b, y)
		if !bytes.Equal(x[:n], y[:m]) || ended != endedToo {
			return false
		}
		if ended != nil {
			return ended == io.EOF || ended == io.ErrUnexpectedEOF
		}
	}
}
