package image

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
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
	there, err := tagged(to, digest, options)
	if there {
		return nil
	}
	// Of a repository that the first push makes, some registries say no more than
	// that it is none of one's business.
	unseen := refused(err, http.StatusUnauthorized, http.StatusForbidden)
	if err != nil && !unseen {
		return err
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
	if unseen {
		if there, err := tagged(to, digest, options); there || err != nil {
			return err
		}
	}
	if err := pusher.Push(ctx, to, i.ImageIndex); err != nil {
		return fmt.Errorf("tagging %s: %w", to, err)
	}
	return nil
}

// tagged says whether a tag names an image already. That it names another one is
// an error.
func tagged(tag name.Tag, digest v1.Hash, options []remote.Option) (bool, error) {
	there, err := remote.Head(tag, options...)
	switch {
	case refused(err, http.StatusNotFound):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("looking for %s: %w", tag, err)
	case there.Digest != digest:
		return false, fmt.Errorf("%w: %s is %s, and this is %s; give it another version",
			ErrOtherDigest, tag, there.Digest, digest)
	}
	return true, nil
}

// refused says whether a registry answered with one of the codes of HTTP.
func refused(err error, codes ...int) bool {
	var answer *transport.Error
	return errors.As(err, &answer) && slices.Contains(codes, answer.StatusCode)
}
