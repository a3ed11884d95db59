package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// Download opens the ciphertext of a transfer, which counts as one download
// unless [Client.Claims] has one that was counted. When the connection is lost
// while it is being read, it goes on where it was, without counting again.
// NotFound, Gone.
func (c *Client) Download(ctx context.Context, id string) (*Body, error) {
	return c.DownloadFrom(ctx, id, 0)
}

// DownloadFrom is Download without the first bytes of the ciphertext, of which
// so many have arrived before. Conflict where there is only all of it.
func (c *Client) DownloadFrom(ctx context.Context, id string, at int64) (*Body, error) {
	return c.download(ctx, id, at, 0)
}

// download is DownloadFrom up to a place, where that is not 0.
func (c *Client) download(ctx context.Context, id string, at, end int64) (*Body, error) {
	b := &Body{Size: -1, c: c, ctx: ctx, at: at, end: end}
	claim, kept := c.claims().Load(c.Server, id)
	var over error
	if kept && claim.Server == c.Server && claim.ID == id {
		if over = b.begin(claim); over == nil {
			return b.begun(), nil
		}
		if !claim.ended(over) {
			return nil, over
		}
		c.claims().Drop(c.Server, id)
	}
	err := b.begin(c.newClaim(id))
	if err == nil {
		return b.begun(), nil
	}
	if b.claim.ended(err) {
		c.claims().Drop(c.Server, id)
	}
	if over != nil && send.CodeOf(err) == send.Gone {
		err = over // says more than that there is no other download
	}
	return nil, err
}

// begin opens the download of a claim. One that was not counted is kept before it is: its
// answer may be lost.
func (b *Body) begin(claim Claim) error {
	b.claim, b.Size = claim, claim.Size
	if !claim.Counted() {
		b.c.claims().Save(claim)
		if err := b.c.claim(b.ctx, &b.claim); err != nil {
			return err
		}
	}
	return b.open()
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

	c     *Client
	ctx   context.Context
	meter *meter
	claim Claim

	at    int64 // bytes read so far
	end   int64 // where reading ends; 0 for that of the ciphertext
	res   *http.Response
	done  func()
	tries int // since the last byte
	err   error

	since time.Time // the first byte, by which one connection is measured; zero before
	first int64     // where that was
	tried bool      // whether it was, and several connections had their chance
	lanes *lanes    // nil = there is one connection

	common *common // of all connections; nil where there is one
	piece  bool    // that others read
}

// begun makes what was opened ready to be read.
func (b *Body) begun() *Body {
	b.meter = b.c.meter(b.Size)
	b.meter.add(b.at)
	return b
}

// open makes the request for what is still to come, by a new URL where the one
// that is known holds no longer.
func (b *Body) open() error {
	err := b.c.repeat(b.ctx, b.request)
	if err == nil || b.claim.URL == "" || b.claim.Permit == "" || !overURL(err) {
		return err
	}
	if err := b.renew(); err != nil {
		return err
	}
	return b.c.repeat(b.ctx, b.request)
}

// renew asks for a new URL, which costs some of what a download may fetch again: once for
// all pieces that are on their way.
func (b *Body) renew() (err error) {
	b.alone(func() {
		if b.common == nil {
			err = b.c.claim(b.ctx, &b.claim)
			return
		}
		if b.common.claim.URL == b.claim.URL {
			err = b.c.claim(b.ctx, &b.common.claim)
		}
		if err == nil {
			b.claim = b.common.claim
		}
	})
	return err
}

// alone does what one of the connections of a download does at a time.
func (b *Body) alone(do func()) {
	if b.common != nil {
		b.common.mu.Lock()
		defer b.common.mu.Unlock()
	}
	do()
}

// request asks for what is still to come.
func (b *Body) request() error {
	url := b.c.place(b.claim.URL)
	var headers []string
	if b.claim.URL == "" {
		url = b.c.Server + wire.DownloadTransfer.To(b.claim.ID)
		headers = b.claim.credential()
	}
	ranged := b.at > 0 || b.end > 0
	if ranged {
		what := fmt.Sprintf("bytes=%d-", b.at)
		if b.end > 0 {
			what += strconv.FormatInt(b.end-1, 10)
		}
		headers = append(headers, wire.Range.Name, what)
		if b.claim.ETag != "" {
			headers = append(headers, wire.IfRange.Name, b.claim.ETag)
		}
	}
	res, done, err := b.c.do(b.ctx, http.MethodGet, url, nil, headers...)
	if err != nil {
		return err
	}
	if ranged && !b.continues(res) {
		done()
		return send.Fail(send.Conflict, "the download was interrupted and the service cannot continue it; start again")
	}
	if b.at == 0 {
		if !ranged {
			b.Size = res.ContentLength
		}
		b.claim.ETag = strings.TrimPrefix(wire.ETag.Get(res.Header), "W/") // as a proxy that compresses has it
	}
	b.res, b.done = res, done
	b.know(res)
	return nil
}

// know keeps what an answer tells of the claim.
func (b *Body) know(res *http.Response) {
	before := b.claim
	if permit := wire.DownloadPermit.Get(res.Header); permit != "" {
		b.claim.Permit = permit
	}
	b.claim.Size = b.Size
	if b.resumable() && b.claim != before && !b.piece {
		b.alone(func() { b.c.claims().Save(b.claim) })
	}
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
	return b.res.ContentLength >= 0 || b.at == b.Size || b.end > 0 && b.at >= b.end ||
		b.res.ProtoMajor > 1 || len(b.res.TransferEncoding) > 0 ||
		wire.ContentEncoding.Get(b.res.Header) != "" || !b.resumable()
}

// resumable says whether the rest can be asked for without counting again.
func (b *Body) resumable() bool { return b.claim.Counted() }

// Read returns the next bytes of ciphertext.
func (b *Body) Read(p []byte) (int, error) {
	for b.err == nil {
		if b.lanes != nil {
			if b.at >= b.lanes.from {
				if n := b.readLanes(p); n > 0 {
					return n, nil
				}
				continue
			}
			p = p[:min(int64(len(p)), b.lanes.from-b.at)]
		}
		n, err := b.res.Body.Read(p)
		b.at += int64(n)
		b.widen()
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
	case b.tries == maxTries, !b.resumable():
		b.err = lost
	default:
		if b.err = b.c.sleep(b.ctx, firstWait); b.err == nil {
			if b.err = b.open(); b.claim.ended(b.err) && !b.piece {
				b.c.claims().Drop(b.c.Server, b.claim.ID)
			}
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
	if b.lanes != nil {
		b.lanes.end()
	}
	if b.err == nil {
		b.err = errors.New("closed")
	}
	return nil
}
