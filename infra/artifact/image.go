package artifact

import (
	"cmp"
	"context"
	"path/filepath"

	"sgraph.ai/send/release/dist"
	"sgraph.ai/send/release/image"
)

// Unstamped is the version of binaries to which no version was given.
const Unstamped = "dev"

// ImageForStack assembles the image that a stack runs or keeps: of the binaries that
// lie in promoted, or, if that is empty, of ones built from the checkout around dir.
// The same source has the same digest.
func ImageForStack(ctx context.Context, dir, promoted, version string) (*image.Image, error) {
	binaries, version, err := Binaries(ctx, dir, promoted, version, image.Systems...)
	if err != nil {
		return nil, err
	}
	return image.Assemble(binaries, version)
}

// Binaries answers the folder in which the command line lies for each of the systems,
// and its version: promoted, once every byte of it was compared with its list, or, if
// that is empty, a folder of the checkout around dir, into which it is built.
func Binaries(
	ctx context.Context, dir, promoted, version string, systems ...dist.System,
) (folder, stamped string, err error) {
	root, err := Checkout(dir)
	if err != nil {
		return "", "", err
	}
	if promoted == "" {
		folder, stamped = filepath.Join(root, "build", "sgsend"), cmp.Or(version, Unstamped)
		return folder, stamped, dist.UpdateCLI(ctx, root, folder, stamped, systems)
	}
	promoted = within(root, promoted)
	set, err := Open(promoted)
	if err != nil {
		return "", "", err
	}
	return promoted, set.Version, dist.Verify(promoted)
}
