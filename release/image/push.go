package image

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// ErrOtherDigest says that a tag names another image already.
var ErrOtherDigest = errors.New("the tag names another image")

// Push brings the image, and the lists of its parts, into a repository and
// gives it the tag, last of all: whoever finds the tag finds everything. Where
// the tag names this image it does nothing; it moves none that names another.
// Options say who asks (remote.WithAuth, remote.WithAuthFromKeychain) and by
// what way (remote.WithTransport).
func (i *Image) Push(ctx context.Context, to name.Tag, options ...remote.Option) error {
	digest, err := i.Digest()
	if err != nil {
		return err
	}
	options = append(options, remote.WithContext(ctx))
	if there, err := remote.Head(to, options...); err == nil {
		if there.Digest == digest {
			return nil
		}
		return fmt.Errorf("%w: %s is %s, and this is %s; give it another version", ErrOtherDigest, to, there.Digest, digest)
	} else if refusal := (*transport.Error)(nil); !errors.As(err, &refusal) || refusal.StatusCode != http.StatusNotFound {
		return fmt.Errorf("looking for %s: %w", to, err)
	}
	pusher, err := remote.NewPusher(options...)
	if err != nil {
		return err
	}
	if err := pusher.Push(ctx, to.Context().Digest(digest.String()), i.ImageIndex); err != nil {
		return fmt.Errorf("pushing to %s: %w", to.Context(), err)
	}
	for _, bom := range i.boms {
		d, err := bom.Digest()
		if err != nil {
			return err
		}
		if err := pusher.Push(ctx, to.Context().Digest(d.String()), bom); err != nil {
			return fmt.Errorf("pushing the list of parts to %s: %w", to.Context(), err)
		}
	}
	if err := pusher.Push(ctx, to, i.ImageIndex); err != nil {
		return fmt.Errorf("tagging %s: %w", to, err)
	}
	return nil
}
