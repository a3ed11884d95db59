package client

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// workers is how many parts are on their way at once at most, each held in memory.
const workers = 3

// upload sends the size bytes that write writes: in one request when they are
// few, else in parts.
func (c *Client) upload(ctx context.Context, id string, size int64, write func(io.Writer) error) error {
	p := c.meter(size)
	if size <= directMax {
		var sealed bytes.Buffer
		if err := write(&sealed); err != nil {
			return err
		}
		return c.uploadDirectly(ctx, id, sealed.Bytes(), p)
	}
	caps, err := c.capabilities(ctx)
	if err != nil {
		return err
	}
	if !caps.MultipartUpload {
		return send.Fail(send.TooLarge, "the service takes at most %d MiB", directMax>>20)
	}
	return c.uploadParts(ctx, id, size, p, write)
}

// uploadDirectly may be repeated: the service keeps the last.
func (c *Client) uploadDirectly(ctx context.Context, id string, sealed []byte, p *meter) error {
	t := to(wire.UploadTransfer, id)
	headers := append(c.authorized(), wire.ContentType.Name, sealedType)
	return c.repeat(ctx, func() error {
		body := p.leaving(sealed)
		_, done, err := c.do(ctx, t.method, c.Server+t.path, body, headers...)
		if err != nil {
			body.undo()
			return err
		}
		done()
		return nil
	})
}

// few is how many small parts are no trouble.
const few = 64

// uploadParts sends what write writes in parts. What is written cannot be had again, to be
// cut otherwise: where it makes few parts they are small at once.
func (c *Client) uploadParts(ctx context.Context, id string, size int64, p *meter, write func(io.Writer) error) error {
	partSize := int64(0)
	if size <= few*smallPart {
		partSize = smallPart
	}
	plan, err := c.initiate(ctx, id, size, partSize)
	if err != nil {
		return err
	}
	parts := c.newParts(ctx, id, plan, p)
	if err = parts.end(write(parts)); err == nil {
		err = c.assemble(ctx, id, plan)
	}
	if err != nil {
		c.inPassing(ctx, to(wire.CancelUpload, id, plan.uploadID), c.authorized()...)
	}
	return err
}

// withdraw deletes a transfer that failed, whose link nobody will have, and with
// it the room that it takes.
func (c *Client) withdraw(ctx context.Context, id, secret string) {
	c.inPassing(ctx, to(wire.DeleteTransfer, id), wire.DeleteAuth.Name, secret)
}

// Withdraw deletes an upload that will not be gone on with, as what fails is: in passing.
func (c *Client) Withdraw(ctx context.Context, u Upload) { c.withdraw(ctx, u.ID, u.Secret) }

// passing is how long the end of an upload that failed waits for the service.
const passing = 5 * time.Second

// inPassing asks for what gives room back at once, also when ctx has ended. When
// it fails the service gives it back later.
func (c *Client) inPassing(ctx context.Context, t target, headers ...string) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), passing)
	defer stop()
	_ = c.call(ctx, t, nil, nil, headers...)
}

// putOnce puts a part.
func (c *Client) putOnce(ctx context.Context, url string, b []byte, p *meter) (etag string, err error) {
	body := p.leaving(b)
	defer body.end()
	res, done, err := c.do(ctx, http.MethodPut, url, body, wire.ContentType.Name, sealedType)
	if err != nil {
		body.undo()
		return "", err
	}
	defer done()
	if etag = wire.ETag.Get(res.Header); etag == "" {
		return "", send.Fail(send.Unavailable, "the storage did not confirm a part")
	}
	return etag, nil
}
