package client

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// plan is how a sealed file goes in parts.
type plan struct {
	uploadID string
	size     int64    // of the file
	partSize int64    // of each part but the last
	urls     []string // where each part goes; "" for one that is there
	etags    []string // of each part that is there
}

// newPlan is that of an upload of which nothing is there.
func newPlan(uploadID string, size, partSize int64) (p plan, ok bool) {
	if uploadID == "" || size <= 0 || partSize <= 0 || partSize > size && partSize > maxPart {
		return p, false
	}
	n := (size + partSize - 1) / partSize
	if n > maxParts {
		return p, false
	}
	return plan{uploadID, size, partSize, make([]string, n), make([]string, n)}, true
}

// A service says how large parts are, and this is what is believed.
const (
	maxPart  = 1 << 30 // bytes
	maxParts = 10_000
)

// to says where parts go.
func (p plan) to(urls []wire.PartURL) bool {
	for _, u := range urls {
		if u.PartNumber < 1 || u.PartNumber > len(p.urls) {
			return false
		}
		p.urls[u.PartNumber-1] = u.UploadURL
	}
	return true
}

// whole says whether every part either is there or has a place to go to.
func (p plan) whole() bool {
	for i, url := range p.urls {
		if (url == "") == (p.etags[i] == "") {
			return false
		}
	}
	return true
}

// span returns where in the file a part is.
func (p plan) span(part int) (from, to int64) {
	from = int64(part) * p.partSize
	return from, min(from+p.partSize, p.size)
}

// there returns how many bytes are there.
func (p plan) there() (n int64) {
	for i, etag := range p.etags {
		if from, to := p.span(i); etag != "" {
			n += to - from
		}
	}
	return n
}

var errPlan = send.Fail(send.Unavailable, "the service planned the upload in parts that do not add up")

// smallPart is what parts are asked to have, in bytes, where a line broke before one of
// those that the service chooses was through: a store takes it, or what is next to that.
const smallPart = 1 << 20

// initiate opens an upload in parts, and ends the one before of the same transfer. partSize
// is 0 to have it chosen.
func (c *Client) initiate(ctx context.Context, id string, size, partSize int64) (plan, error) {
	var reply wire.InitiateUploadReply
	in := wire.InitiateUploadRequest{TransferID: id, FileSizeBytes: size, PartSize: partSize}
	if err := c.call(ctx, to(wire.InitiateUpload), in, &reply, c.authorized()...); err != nil {
		return plan{}, err
	}
	p, ok := newPlan(reply.UploadID, size, reply.PartSize)
	if !ok || !p.to(reply.PartURLs) || !p.whole() {
		return p, errPlan
	}
	return p, nil
}

// resume asks how an upload in parts stands, of which the sealed file is to have size
// bytes. assembled is true where all of it was put together already.
func (c *Client) resume(ctx context.Context, id string, size int64) (p plan, assembled bool, err error) {
	var reply wire.ResumeUploadReply
	in := wire.ResumeUploadRequest{TransferID: id}
	if err := c.call(ctx, to(wire.ResumeUpload), in, &reply, c.authorized()...); err != nil {
		return p, false, err
	}
	if reply.Assembled {
		return p, true, nil
	}
	p, ok := newPlan(reply.UploadID, size, reply.PartSize)
	if !ok || reply.FileSizeBytes != size || !p.to(reply.PartURLs) {
		return p, false, errPlan
	}
	for _, part := range reply.Parts {
		if i := part.PartNumber - 1; i < 0 || i >= len(p.etags) {
			return p, false, errPlan
		} else if from, to := p.span(i); part.Size != to-from || part.ETag == "" {
			return p, false, errPlan
		}
		p.etags[part.PartNumber-1] = part.ETag
	}
	if !p.whole() {
		return p, false, errPlan
	}
	return p, false, nil
}

// assemble has the file put together. Where a part came once more, from a process that was
// killed, the store's word for it is another than was told.
func (c *Client) assemble(ctx context.Context, id string, p plan) error {
	err := c.assembleOf(ctx, id, p)
	if send.ReasonOf(err) != send.ReasonPartsMismatch {
		return err
	}
	now, assembled, asked := c.resume(ctx, id, p.size)
	switch {
	case asked != nil || now.there() != p.size && !assembled:
		return err
	case assembled:
		return nil
	}
	return c.assembleOf(ctx, id, now)
}

func (c *Client) assembleOf(ctx context.Context, id string, p plan) error {
	in := wire.AssembleUploadRequest{TransferID: id, UploadID: p.uploadID}
	for i, etag := range p.etags {
		in.Parts = append(in.Parts, wire.Part{PartNumber: i + 1, ETag: etag})
	}
	return c.call(ctx, to(wire.AssembleUpload), in, nil, c.authorized()...)
}

// parts is a writer that cuts a sealed file into parts and puts those that are
// not there, one or several at a time, each of which is in memory until it arrived. What
// is sealed in its [parts.place] is written without a copy.
type parts struct {
	c    *Client
	id   string
	plan plan
	m    *meter

	// before is called before a part is put, once all of it was written; nil for
	// nothing to do.
	before func() error

	ctx     context.Context
	fail    context.CancelCauseFunc
	buffers chan []byte // at once the room to send in, and what bounds it
	turns   *turns
	group   sync.WaitGroup
	at      int64          // bytes written
	begun   map[int][]byte // what parts are written into: the one that is, and where it is sealed in place the next

	arrived atomic.Int64 // parts, from here

	mu sync.Mutex // of plan.urls, which may have to be asked for again
}

// newParts begins to write a file; end is to be called.
func (c *Client) newParts(ctx context.Context, id string, p plan, m *meter) *parts {
	w := &parts{
		c: c, id: id, plan: p, m: m, buffers: make(chan []byte, workers), turns: newTurns(), begun: map[int][]byte{},
	}
	m.there = p.there()
	w.ctx, w.fail = context.WithCancelCause(ctx)
	for range workers {
		w.buffers <- nil
	}
	return w
}

// Write takes the next bytes of the file.
func (w *parts) Write(b []byte) (n int, err error) {
	for len(b) > 0 {
		if w.at == w.plan.size {
			return n, errShort
		}
		number := int(w.at / w.plan.partSize)
		from, to := w.plan.span(number)
		missing := w.missing(number)
		took := b[:min(int64(len(b)), to-w.at)]
		if missing {
			part, err := w.begin(number, true)
			if err != nil {
				return n, err
			}
			if into := part[w.at-from:]; &into[0] != &took[0] { // else it was sealed there
				copy(into, took)
			}
		}
		w.at += int64(len(took))
		n, b = n+len(took), b[len(took):]
		if w.at < to {
			continue
		}
		if !missing {
			w.m.add(0) // it was counted
		} else if err := w.put(number); err != nil {
			return n, err
		}
	}
	return n, nil
}

// missing says whether a part is not there, and has to be written.
func (w *parts) missing(number int) bool { return w.plan.etags[number] == "" }

// place is an [envelope.Room]: that in the part in which the segment begins. What of the
// segment is of the next part is behind this one's, and written to that by a copy.
func (w *parts) place(place int64, next bool) ([]byte, error) {
	if w.plan.partSize < int64(envelope.MaxSegment) || place >= w.plan.size {
		return nil, nil
	}
	number := int(place / w.plan.partSize)
	if !w.missing(number) {
		return nil, nil
	}
	part, err := w.begin(number, next)
	if err != nil {
		return nil, err
	}
	from, _ := w.plan.span(number)
	return part[place-from:], nil
}

// begin returns the room for a part, with that for a segment behind it. Where there is
// none it waits, or it is envelope.ErrNoRoom.
func (w *parts) begin(number int, wait bool) (part []byte, err error) {
	if part = w.begun[number]; part != nil {
		return part, nil
	}
	if !wait && len(w.buffers) == 0 {
		return nil, cmp.Or(w.over(), envelope.ErrNoRoom)
	}
	select {
	case part = <-w.buffers:
	case <-w.ctx.Done():
		return nil, context.Cause(w.ctx)
	}
	if part == nil {
		part = make([]byte, int(min(w.plan.partSize, w.plan.size))+envelope.MaxSegment)
	}
	w.begun[number] = part
	return part, w.over()
}

func (w *parts) over() error {
	if w.ctx.Err() != nil {
		return context.Cause(w.ctx)
	}
	return nil
}

// put puts the part that was written.
func (w *parts) put(number int) error {
	if w.before != nil {
		if err := w.before(); err != nil {
			return err
		}
	}
	from, to := w.plan.span(number)
	part := w.begun[number]
	delete(w.begun, number)
	w.group.Go(func() {
		defer func() { w.buffers <- part }()
		etag, err := w.send(number, part[:to-from])
		if err != nil {
			w.fail(err)
		}
		w.plan.etags[number] = etag
	})
	return nil
}

// send puts a part, by a new URL where the one that is known holds no longer.
func (w *parts) send(number int, b []byte) (etag string, err error) {
	url := w.url(number)
	etag, err = w.sendTo(url, b)
	if err == nil || !overURL(err) {
		return etag, err
	}
	if renewed := w.renew(number, url); renewed != url {
		return w.sendTo(renewed, b)
	}
	return etag, err
}

// sendTo puts a part. A line that is cut again and again may lose the same one each time:
// it is not given up while others arrive.
func (w *parts) sendTo(url string, b []byte) (etag string, err error) {
	for {
		before := w.arrived.Load()
		etag, err = w.putPart(w.c.place(url), b)
		if err == nil {
			w.arrived.Add(1)
			return etag, nil
		}
		if w.arrived.Load() == before || !worthRepeating(err) || w.ctx.Err() != nil {
			return "", err
		}
	}
}

// putPart puts a part, again if need be: the service keeps the last. The URL is all the
// credential that it needs. When it returns nobody reads b any more.
func (w *parts) putPart(url string, b []byte) (etag string, err error) {
	err = w.c.repeat(w.ctx, func() error {
		return w.turns.take(w.ctx, func() (err error) {
			etag, err = w.c.putOnce(w.ctx, url, b, w.m)
			return err
		})
	})
	return etag, err
}

func (w *parts) url(number int) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.plan.urls[number]
}

// renew asks for new URLs, unless it was done since a part was told of this one.
func (w *parts) renew(number int, url string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.plan.urls[number] == url {
		if now, _, err := w.c.resume(w.ctx, w.id, w.plan.size); err == nil && now.uploadID == w.plan.uploadID &&
			now.partSize == w.plan.partSize {
			for i, url := range now.urls {
				if url != "" {
					w.plan.urls[i] = url
				}
			}
		}
	}
	return w.plan.urls[number]
}

// end waits for what is under way, when all was written, or that failed.
func (w *parts) end(err error) error {
	if err != nil {
		w.fail(err)
	}
	w.group.Wait()
	defer w.fail(nil)
	if w.ctx.Err() != nil {
		return context.Cause(w.ctx)
	}
	if w.at != w.plan.size {
		return errShort
	}
	return nil
}

var (
	errShort = send.Fail(send.Invalid, "the file changed while it was read; send it again")

	errOver = errors.New("an upload that cannot be gone on with")
)
