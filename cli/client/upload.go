package client

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"sgraph.ai/send/shared/send"
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
	if !caps.Multipart {
		return send.Fail(send.TooLarge, "the service takes at most %d MiB", directMax>>20)
	}
	return c.uploadParts(ctx, id, size, p, write)
}

// uploadDirectly may be repeated: the service keeps the last.
func (c *Client) uploadDirectly(ctx context.Context, id string, sealed []byte, p *meter) error {
	headers := append(c.authorized(), "Content-Type", "application/octet-stream")
	return c.repeat(ctx, always, func() error {
		body := p.watch(bytes.NewReader(sealed))
		_, done, err := c.do(ctx, http.MethodPost, c.Server+"/api/transfers/upload/"+url.PathEscape(id), body, int64(len(sealed)), headers...)
		if err != nil {
			body.undo()
			return err
		}
		done()
		return nil
	})
}

// plan is where the parts of an upload go.
type plan struct {
	UploadID string `json:"upload_id"`
	PartSize int64  `json:"part_size"`
	Parts    []struct {
		Number int    `json:"part_number"`
		URL    string `json:"upload_url"`
	} `json:"part_urls"`
}

// part is an uploaded part.
type part struct {
	Number int    `json:"part_number"`
	ETag   string `json:"etag"`
}

// uploadParts seals on one goroutine and sends the parts on several.
func (c *Client) uploadParts(ctx context.Context, id string, size int64, p *meter, write func(io.Writer) error) error {
	var to plan
	in := map[string]any{"transfer_id": id, "file_size_bytes": size}
	if err := c.call(ctx, always, http.MethodPost, "/api/presigned/initiate", in, &to, c.authorized()...); err != nil {
		return err
	}
	if to.PartSize <= 0 || int64(len(to.Parts)) != (size+to.PartSize-1)/to.PartSize {
		return send.Fail(send.Unavailable, "the service planned the upload in parts that do not add up")
	}
	parts, err := c.putParts(ctx, to, size, p, write)
	if err == nil {
		in := map[string]any{"transfer_id": id, "upload_id": to.UploadID, "parts": parts}
		err = c.call(ctx, always, http.MethodPost, "/api/presigned/complete", in, nil, c.authorized()...)
	}
	if err != nil {
		c.cancel(ctx, id, to.UploadID)
	}
	return err
}

// cancel gives back at once the room that parts take. When it fails the
// service gives it back later.
func (c *Client) cancel(ctx context.Context, id, uploadID string) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer stop()
	_, done, err := c.do(ctx, http.MethodPost, c.Server+"/api/presigned/cancel/"+url.PathEscape(id)+"/"+url.PathEscape(uploadID), nil, 0, c.authorized()...)
	if err == nil {
		done()
	}
}

// putParts cuts what write writes into parts and puts each where it goes.
func (c *Client) putParts(ctx context.Context, to plan, size int64, p *meter, write func(io.Writer) error) ([]part, error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	sealed, w := io.Pipe()
	defer sealed.CloseWithError(errAborted) // ends write, should it still run
	go func() { w.CloseWithError(write(w)) }()

	var (
		parts   = make([]part, len(to.Parts))
		buffers = make(chan []byte, workers) // at once the room to send in, and what bounds it
		group   sync.WaitGroup
	)
	for range workers {
		buffers <- nil
	}
	for i, target := range to.Parts {
		var buf []byte
		select {
		case buf = <-buffers:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
		if buf == nil {
			buf = make([]byte, min(to.PartSize, size))
		}
		n, err := io.ReadFull(sealed, buf[:min(to.PartSize, size-int64(i)*to.PartSize)])
		if err != nil {
			if err == io.EOF || err == io.ErrUnexpectedEOF {
				err = errShort
			}
			fail(err)
			break
		}
		group.Go(func() {
			defer func() { buffers <- buf }()
			etag, err := c.putPart(ctx, target.URL, buf[:n], p)
			if err != nil {
				fail(err)
			}
			parts[i] = part{target.Number, etag}
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
	err = c.repeat(ctx, always, func() error {
		body := p.watch(bytes.NewReader(b))
		res, done, err := c.do(ctx, http.MethodPut, url, body, int64(len(b)), "Content-Type", "application/octet-stream")
		if err != nil {
			body.undo()
			return err
		}
		defer done()
		if etag = res.Header.Get("ETag"); etag == "" {
			return send.Fail(send.Unavailable, "the storage did not confirm a part")
		}
		return nil
	})
	return etag, err
}
