package image

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/klauspost/compress/gzip"
)

// layer is all that the image holds: the program, and a folder for its data
// that only it can read. A volume that is made for the folder becomes like it.
//
// It is packed by a library, whose version is pinned, and not by Go's own,
// which packs otherwise from one release to another.
func layer(program []byte) (v1.Layer, error) {
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, 6) // the best takes eight times as long, for a thirtieth less
	if err != nil {
		return nil, err
	}
	t := tar.NewWriter(z)
	err = errors.Join(
		t.WriteHeader(&tar.Header{
			Typeflag: tar.TypeDir, Name: "data/", Mode: 0o700, Uid: nonroot, Gid: nonroot,
			ModTime: epoch, Format: tar.FormatUSTAR,
		}),
		t.WriteHeader(&tar.Header{
			Typeflag: tar.TypeReg, Name: "sgsend", Mode: 0o755, Size: int64(len(program)),
			ModTime: epoch, Format: tar.FormatUSTAR,
		}),
	)
	if err == nil {
		_, err = t.Write(program)
	}
	if err = errors.Join(err, t.Close(), z.Close()); err != nil {
		return nil, fmt.Errorf("packing the layer: %w", err)
	}
	return tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(packed.Bytes())), nil
	}, tarball.WithMediaType(types.OCILayer))
}
