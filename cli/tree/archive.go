package tree

import (
	"archive/tar"
	"archive/zip"
	"io"
	"io/fs"
	"strings"
	"time"

	"sgraph.ai/send/shared/envelope"
)

// Archive writes files as an archive, one after the other.
type Archive interface {
	// Add writes one.
	Add(e envelope.Entry, content io.Reader) error
	// Close ends the archive.
	Close() error
}

// modeOf is the mode of an entry, or the usual one.
func modeOf(e envelope.Entry) fs.FileMode {
	switch {
	case e.Mode != 0:
		return e.Mode
	case e.IsFolder():
		return 0o755
	}
	return 0o644
}

// Tar is an archive of the form of POSIX.
func Tar(w io.Writer) Archive { return &tarArchive{tar.NewWriter(w)} }

type tarArchive struct{ *tar.Writer }

// Add is of [Archive].
func (t *tarArchive) Add(e envelope.Entry, content io.Reader) error {
	h := &tar.Header{Name: e.Path, Size: e.Size, Mode: int64(modeOf(e)), ModTime: e.Time, Typeflag: tar.TypeReg}
	if e.IsFolder() {
		h.Typeflag = tar.TypeDir
	}
	if h.ModTime.IsZero() {
		h.ModTime = time.Unix(0, 0)
	}
	if err := t.WriteHeader(h); err != nil {
		return err
	}
	_, err := io.Copy(t, content)
	return err
}

// Zip is an archive of the form of ZIP.
func Zip(w io.Writer) Archive { return &zipArchive{zip.NewWriter(w)} }

type zipArchive struct{ *zip.Writer }

// Add is of [Archive].
func (z *zipArchive) Add(e envelope.Entry, content io.Reader) error {
	h := &zip.FileHeader{Name: e.Path, Method: zip.Deflate, Modified: e.Time}
	mode := modeOf(e)
	if e.IsFolder() {
		h.Method, mode = zip.Store, mode|fs.ModeDir
	}
	if packed(e.Type) {
		h.Method = zip.Store
	}
	h.SetMode(mode)
	w, err := z.CreateHeader(h)
	if err == nil {
		_, err = io.Copy(w, content)
	}
	return err
}

// packed says whether what is of a type is compressed already.
func packed(mediaType string) bool {
	switch main, _, _ := strings.Cut(mediaType, "/"); {
	case mediaType == "image/svg+xml", mediaType == "image/bmp",
		mediaType == "audio/x-wav", mediaType == "audio/wav":
		return false
	case main == "image", main == "video", main == "audio":
		return true
	}
	return strings.HasSuffix(mediaType, "zip") || strings.HasSuffix(mediaType, "zstd")
}
