package image

import (
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
)

// WriteLayout writes the image under its version, and the lists of its parts, into a
// folder that tools read as oci:DIR:VERSION:
// https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md.
func (i *Image) WriteLayout(dir string) error {
	path, err := layout.Write(dir, empty.Index)
	if err != nil {
		return err
	}
	named := layout.WithAnnotations(map[string]string{"org.opencontainers.image.ref.name": i.version})
	if err := path.AppendIndex(i.ImageIndex, named); err != nil {
		return err
	}
	for _, bom := range i.boms {
		if err := path.AppendImage(bom); err != nil {
			return err
		}
	}
	return nil
}
