package smoke

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/shared/envelope"
)

// largeFile sends random bytes of a size that goes in parts.
func (r *run) largeFile(ctx context.Context) (string, error) {
	if r.Large == 0 {
		return "", skip("not asked for")
	}
	if r.doomed != nil {
		return "", r.doomed
	}
	digest := sha256.New()
	sent, err := r.client().Send(ctx, client.File{
		Meta: envelope.Meta{Filename: "large"}, Size: r.Large,
		Content: io.TeeReader(io.LimitReader(rand.Reader, r.Large), digest),
	}, client.Options{Lifetime: time.Hour})
	if err != nil {
		return "", err
	}
	r.spent++
	defer func() { _ = r.client().Delete(context.WithoutCancel(ctx), sent.Link.ID, sent.DeleteSecret) }()
	received := sha256.New()
	if _, err := r.client().Receive(ctx, sent.Link, client.Into(received)); err != nil {
		return "", err
	}
	if !bytes.Equal(digest.Sum(nil), received.Sum(nil)) {
		return "", errors.New("what was received is not what was sent")
	}
	return fmt.Sprintf("%d MiB, byte for byte", r.Large>>20), nil
}
