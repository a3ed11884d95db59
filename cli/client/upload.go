package client

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// workers is how many parts are on their way at once, each held in memory.
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
		body := p.watch(bytes.NewReader(sealed))
		_, done, err := c.do(ctx, t.method, c.Server+t.path, body, int64(len(sealed)), headers...)
		if err != nil {
			body.undo()
			return err
		}
		done()
		return nil
	})
}

// uploadParts seals on one goroutine and sends the parts on several.
func (c *Client) uploadParts(ctx context.Context, id string, size int64, p *meter, write func(io.Writer) error) error {
	var plan wire.InitiateUploadReply
	in := wire.InitiateUploadRequest{TransferID: id, FileSizeBytes: size}
	if err := c.call(ctx, to(wire.InitiateUpload), in, &plan, c.authorized()...); err != nil {
		return err
	}
	if plan.PartSize <= 0 || int64(len(plan.PartURLs)) != (size+plan.PartSize-1)/plan.PartSize {
		return send.Fail(send.Unavailable, "the service planned the upload in parts that do not add up")
	}
	parts, err := c.putParts(ctx, plan, size, p, write)
	if err == nil {
		in := wire.AssembleUploadRequest{TransferID: id, UploadID: plan.UploadID, Parts: parts}
		err = c.call(ctx, to(wire.AssembleUpload), in, nil, c.authorized()...)
	}
	if err != nil {
		c.inPassing(ctx, to(wire.CancelUpload, id, plan.UploadID), c.authorized()...)
	}
	return err
}

// withdraw deletes a transfer that failed, whose link nobody will have, and with
// it the room that it takes.
func (c *Client) withdraw(ctx context.Context, id, secret string) {
	c.inPassing(ctx, to(wire.DeleteTransfer, id), wire.DeleteAuth.Name, secret)
}

// passing is how long the end of an upload that failed waits for the service.
const passing = 5 * time.Second

// inPassing asks for what gives room back at once, also when ctx has ended. When
// it fails the service gives it back later.
func (c *Client) inPassing(ctx context.Context, t target, headers ...string) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), passing)
	defer stop()
	_ = c.call(ctx, t, nil, nil, headers...)
}

// putParts cuts what write writes into parts and puts each where it goes.
func (c *Client) putParts(
	ctx context.Context, plan wire.InitiateUploadReply, size int64, p *meter, write func(io.Writer) error,
) ([]wire.Part, error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	sealed, w := io.Pipe()
	defer sealed.CloseWithError(errAborted) // ends write, should it still run
	go func() { w.CloseWithError(write(w)) }()

	var (
		parts   = make([]wire.Part, len(plan.PartURLs))
		buffers = make(chan []byte, workers) // at once the room to send in, and what bounds it
		group   sync.WaitGroup
	)
	for range workers {
		buffers <- nil
	}
	for i, target := range plan.PartURLs {
		var buf []byte
		select {
		case buf = <-buffers:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
		if buf == nil {
			buf = make([]byte, min(plan.PartSize, size))
		}
		n, err := io.ReadFull(sealed, buf[:min(plan.PartSize, size-int64(i)*plan.PartSize)])
		if err != nil {
			if err == io.EOF || err == io.ErrUnexpectedEOF {
				err = errShort
			}
			fail(err)
			break
		}
		group.Go(func() {
			defer func() { buffers <- buf }()
			etag, err := c.putPart(ctx, c.place(target.UploadURL), buf[:n], p)
			if err != nil {
				fail(err)
			}
			parts[i] = wire.Part{PartNumber: target.PartNumber, ETag: etag}
		})
	}
	group.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	// What follows the last part would be missing from it; and when all is
	// written, whether writing failed is known.
	switch _, err := io.ReadFull(sealed, make([]byte, 1)); err {
	case io.EOF:
		return parts, nil
	case nil:
		return nil, errShort
	default:
		return nil, err
	}
}

var (
	errAborted = errors.New("the upload ended")
	errShort   = send.Fail(send.Invalid, "the file changed while it was read; send it again")
)

// putPart puts one part, again if need be: the service keeps the last. The URL
// is all the credential that it needs.
func (c *Client) putPart(ctx context.Context, url string, b []byte, p *meter) (etag string, err error) {
	err = c.repeat(ctx, func() error {
		body := p.watch(bytes.NewReader(b))
		res, done, err := c.do(ctx, http.MethodPut, url, body, int64(len(b)), wire.ContentType.Name, sealedType)
		if err != nil {
			body.undo()
			return err
		}
		defer done()
		if etag = wire.ETag.Get(res.Header); etag == "" {
			return send.Fail(send.Unavailable, "the storage did not confirm a part")
		}
		return nil
	})
	return etag, err
}
