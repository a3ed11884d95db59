package kept

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"slices"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
)

const (
	// mostSealed is the largest file of version 2 that is kept as it came, and
	// opened when it is whole: the key may be wrong until then.
	mostSealed = envelope.MaxV1 + 1<<20

	sealedChunk = 64 << 10 // bytes
	mostChunk   = 1 << 20  // bytes: a segment
)

// Arrived returns how many bytes of the sealed file had arrived when the
// download was opened, and need not be fetched; and whether that is all.
func (d *Download) Arrived() (n int64, whole bool) { return d.place(d.good), d.whole() }

// whole says whether all has arrived.
func (d *Download) whole() bool { return d.good > 0 && d.chunks[d.good-1].last }

// openPart opens what has arrived, or makes it.
func (d *Download) openPart() (err error) {
	if d.part != nil {
		return nil
	}
	if d.part, err = openOwn(d.path(ofPart)); errors.Is(err, errNotOwn) {
		// Another's, or one that was about to take its name: it is not written to.
		if err = os.Remove(d.path(ofPart)); err == nil {
			d.part, err = openOwn(d.path(ofPart))
		}
	}
	return err
}

// Room returns how much of the disk a sealed file of that size takes while it
// arrives and is opened.
func Room(size int64) int64 {
	if size <= mostSealed {
		return 2 * size
	}
	return size
}

// proven returns how many chunks, from the first on, are in the part as they were.
func (d *Download) proven() int {
	if len(d.chunks) == 0 || d.openPart() != nil {
		return 0
	}
	return d.provenIn(d.part)
}

// provenIn returns how many chunks, from the first on, are in a file as they were in
// the part.
func (d *Download) provenIn(f *os.File) int {
	var o *envelope.Opener
	if d.form == opened {
		var err error
		if o, err = envelope.NewOpener(d.head, d.key); err != nil {
			return 0
		}
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return 0
	}
	var buffer []byte
	for n, c := range d.chunks {
		buffer = buffer[:0]
		if o != nil && n == 0 {
			buffer = append(buffer, d.envelope...)
		}
		read := len(buffer)
		if c.size > mostChunk {
			return n
		}
		buffer = slices.Grow(buffer, int(c.size))[:read+int(c.size)]
		if _, err := io.ReadFull(f, buffer[read:]); err != nil {
			return n
		}
		if o == nil && hashOf(buffer) != c.proof ||
			o != nil && !o.Proves(envelope.Segment{Number: int64(n), Last: c.last, Plain: buffer, Tag: c.proof}) {
			return n
		}
	}
	return len(d.chunks)
}

func hashOf(b []byte) (proof [16]byte) {
	sum := sha256.Sum256(b)
	copy(proof[:], sum[:])
	return proof
}

// place returns where in the sealed file that is which follows so many chunks.
func (d *Download) place(chunks int) (at int64) {
	switch {
	case d.form == opened && chunks > 0 && d.chunks[chunks-1].last:
		return max(d.claim.Size, d.segment(int64(chunks)-1))
	case d.form == opened && chunks > 0:
		return d.segment(int64(chunks))
	}
	return d.offset(chunks)
}

// segment returns where in the sealed file a segment begins.
func (d *Download) segment(number int64) int64 {
	form, err := envelope.FormOf(d.head)
	if err != nil {
		return 0 // no chunk was opened of it
	}
	return form.SegmentPlace(number)
}

// offset returns where in the part so many chunks end.
func (d *Download) offset(chunks int) (at int64) {
	for _, c := range d.chunks[:chunks] {
		at += c.size
	}
	return at
}

// Fetch fetches what has not arrived. What the key does not open stays, as far
// as another might. The errors are those of [client.Client.Download], of package
// envelope, and of this machine.
func (d *Download) Fetch(ctx context.Context, c client.Client) error {
	if d.whole() {
		return nil
	}
	if err := d.openPart(); err != nil {
		return err
	}
	c.Claims = d
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	n := d.good
	body, err := c.DownloadFrom(ctx, d.id, d.place(n))
	if n > 0 && send.CodeOf(err) == send.Conflict {
		n = 0
		body, err = c.Download(ctx, d.id)
	}
	if err != nil {
		return err
	}
	defer body.Close()
	switch {
	case n == 0:
		err = d.start(body, stop)
	case d.form == opened:
		err = d.open(body, d.head, n, stop)
	default:
		err = d.take(body, n)
	}
	if err == nil {
		d.good = len(d.chunks)
	}
	return err
}

// start keeps a file from its beginning on, in the form that suits it.
func (d *Download) start(body *client.Body, stop func()) error {
	head := make([]byte, envelope.V2.StreamHead())
	n, err := io.ReadFull(body, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return err
	}
	head = head[:n]
	form, err := envelope.FormOf(head)
	if err == nil && form != envelope.V1 && n == envelope.V2.StreamHead() && (body.Size < 0 || body.Size > mostSealed) {
		more := make([]byte, form.StreamHead()-n)
		if n, err := io.ReadFull(body, more); n < len(more) && (err == io.EOF || err == io.ErrUnexpectedEOF) {
			return envelope.ErrNotAuthentic
		} else if err != nil {
			return err
		}
		return d.open(body, slices.Concat(head, more), 0, stop)
	}
	if err := d.add(string(sealed), ""); err != nil {
		return err
	}
	return d.take(io.MultiReader(bytes.NewReader(head), body), 0)
}

// take keeps the rest of a sealed file behind so many chunks.
func (d *Download) take(src io.Reader, chunks int) error {
	if err := d.goBack(chunks); err != nil {
		return err
	}
	at := d.offset(chunks)
	buffer := make([]byte, sealedChunk)
	for {
		n, failed := io.ReadFull(src, buffer)
		last := failed == io.EOF || failed == io.ErrUnexpectedEOF
		if n > 0 || last {
			if _, err := d.part.WriteAt(buffer[:n], at); err != nil {
				return err
			}
			if err := d.addChunk(chunk{int64(n), last, hashOf(buffer[:n])}); err != nil {
				return err
			}
			at += int64(n)
		}
		if last {
			return d.part.Truncate(at)
		}
		if failed != nil {
			return failed
		}
	}
}

// open opens and keeps the rest of a file of version 2 from a segment on. What comes
// meanwhile is stopped where a segment cannot be kept.
func (d *Download) open(src io.Reader, head []byte, segment int, stop func()) error {
	o, err := envelope.NewOpener(head, d.key)
	if err != nil {
		d.seen = head
		return err
	}
	at := d.offset(segment)
	return o.Each(src, int64(segment), func(s envelope.Segment) error {
		n, err := d.keep(s, head, at)
		if at += n; err != nil {
			stop()
		}
		return err
	})
}

// keep keeps what a segment holds of the content, and returns how much that is.
func (d *Download) keep(s envelope.Segment, head []byte, at int64) (int64, error) {
	content := s.Plain
	if s.Number == 0 {
		_, n, err := envelope.SplitMeta(s.Plain)
		if err != nil {
			return 0, err
		}
		// Not before the key has proved right: what is there may be another's.
		if err := d.addOpened(head); err != nil {
			return 0, err
		}
		if err := d.addMeta(s.Plain[:n]); err != nil {
			return 0, err
		}
		content = s.Plain[n:]
	} else if err := d.goBack(int(s.Number)); err != nil {
		return 0, err
	}
	if _, err := d.part.WriteAt(content, at); err != nil {
		return 0, err
	}
	n := int64(len(content))
	if s.Last {
		if err := d.part.Truncate(at + n); err != nil {
			return n, err
		}
	}
	return n, d.addChunk(chunk{n, s.Last, s.Tag})
}

// Content returns what the sender says of a file that has all arrived, and its
// content. Where that stands in the part as it is, part is the file that has it,
// which may take another name; else it is opened as it is read, and part is nil.
func (d *Download) Content() (meta envelope.Meta, content io.Reader, part *os.File, err error) {
	if _, err := d.part.Seek(0, io.SeekStart); err != nil {
		return meta, nil, nil, err
	}
	if d.form == opened {
		meta, _, err = envelope.SplitMeta(d.envelope)
		return meta, d.part, d.part, err
	}
	meta, content, err = envelope.Decrypt(d.part, d.key)
	return meta, content, nil, err
}
