package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// Download opens the ciphertext of a transfer, which counts as one download.
// When the connection is lost while it is being read, it goes on where it was,
// without counting again. NotFound, Gone.
func (c *Client) Download(ctx context.Context, id string) (*Body, error) {
	b := &Body{c: c, ctx: ctx}
	var out wire.DownloadURLReply
	err := c.call(ctx, unsent, to(wire.DownloadURL, id), nil, &out)
	b.url = c.place(out.DownloadURL)
	if makesNoURLs(err) {
		b.url, err = c.Server+wire.DownloadTransfer.To(id), nil
		b.counts = true
	}
	if err == nil {
		err = b.open()
	}
	if err != nil {
		return nil, err
	}
	b.meter = c.meter(b.Size)
	return b, nil
}

// makesNoURLs says whether an answer is that of a service that has no route to
// make URLs by, or no storage to make them for. What says more than that is
// about the transfer.
func makesNoURLs(err error) bool {
	switch status(err) {
	case http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		why := send.ReasonOf(err)
		return why == send.Reason(send.CodeOf(err)) || why == send.ReasonMethodNotAllowed
	}
	return false
}

// Body is a download.
type Body struct {
	Size int64 // bytes of ciphertext; -1 when the service did not say

	c      *Client
	ctx    context.Context
	meter  *meter
	url    string
	counts bool   // whether a request without permit is a new download
	etag   string // of what is being read, so that nothing else is appended to it
	permit string // for resuming where requests count

	at    int64 // bytes read so far
	res   *http.Response
	done  func()
	tries int // since the last byte
	err   error
}

// open makes the request for what is still to come.
func (b *Body) open() error {
	again := always
	if b.counts && b.permit == "" {
		again = unsent
	}
	return b.c.repeat(b.ctx, again, func() error {
		var headers []string
		if b.at > 0 {
			headers = append(headers, wire.Range.Name, fmt.Sprintf("bytes=%d-", b.at))
			if b.etag != "" {
				headers = append(headers, wire.IfRange.Name, b.etag)
			}
		}
		if b.permit != "" {
			headers = append(headers, wire.DownloadPermit.Name, b.permit)
		}
		res, done, err := b.c.do(b.ctx, http.MethodGet, b.url, nil, 0, headers...)
		if err != nil {
			return err
		}
		if b.at == 0 {
			b.Size, b.permit = res.ContentLength, wire.DownloadPermit.Get(res.Header)
			b.etag = strings.TrimPrefix(wire.ETag.Get(res.Header), "W/") // as a proxy that compresses has it
		} else if !b.continues(res) {
			done()
			return send.Fail(send.Conflict, "the download was interrupted and the service cannot continue it; start again")
		}
		b.res, b.done = res, done
		return nil
	})
}

// continues says whether an answer is the rest of what was read; where it does,
// it also says how much there is in all.
func (b *Body) continues(res *http.Response) bool {
	var first, last, total int64
	said := wire.ContentRange.Get(res.Header)
	n, _ := fmt.Sscanf(said, "bytes %d-%d/%d", &first, &last, &total)
	if n < 2 || first != b.at || wire.ContentEncoding.Get(res.Header) != "" {
		return false
	}
	if b.Size < 0 && n == 3 {
		b.Size = total
	}
	return true
}

// whole says whether the end of an answer is that of the ciphertext. net/http
// holds it against what the answer says of its length, and gzip has an end of
// its own; where nothing says it, a connection that was lost ends it just so.
func (b *Body) whole() bool {
	return b.res.ContentLength >= 0 || b.at == b.Size || b.res.ProtoMajor > 1 || len(b.res.TransferEncoding) > 0 ||
		wire.ContentEncoding.Get(b.res.Header) != "" || !b.resumable()
}

// resumable says whether the rest can be asked for without counting again.
func (b *Body) resumable() bool { return !b.counts || b.permit != "" }

// Read returns the next bytes of ciphertext.
func (b *Body) Read(p []byte) (int, error) {
	for b.err == nil {
		n, err := b.res.Body.Read(p)
		b.at += int64(n)
		if b.meter.add(int64(n)); n > 0 {
			b.tries = 0
		}
		if err == nil {
			return n, nil
		}
		if err == io.EOF && b.whole() {
			b.err = err
			return n, err
		}
		b.resume(err)
		if n > 0 {
			return n, nil
		}
	}
	return 0, b.err
}

// resume opens the rest after a failure, or gives up.
func (b *Body) resume(cause error) {
	b.done()
	b.tries++
	lost := send.Because(send.Unavailable, cause, "the download was interrupted; try again")
	switch {
	case b.ctx.Err() != nil:
		b.err = context.Cause(b.ctx)
	case b.tries == tries, !b.resumable():
		b.err = lost
	default:
		if b.err = b.c.sleep(b.ctx, firstWait); b.err == nil {
			b.err = b.open()
		}
		if b.Size < 0 && status(b.err) == http.StatusRequestedRangeNotSatisfiable {
			b.err = io.EOF // there is no more
		}
	}
	if b.err != nil {
		b.done = func() {}
	}
}

// Close ends the download.
func (b *Body) Close() error {
	b.done()
	if b.err == nil {
		b.err = errors.New("closed")
	}
	return nil
}
