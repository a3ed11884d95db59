package migrate

import (
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"sync"

	"golang.org/x/sync/errgroup"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/send"
)

const (
	// objectsAtOnce is how many objects are on their way at the same time.
	objectsAtOnce = 4
	// wholeMost is the largest object, in bytes, that is put at once; a larger one is
	// put in parts of partSize: S3 takes 10,000, and of 5 GiB at most.
	wholeMost = 64 << 30
	partSize  = 1 << 30
	// replacedPrefix begins the keys of what the trail of a target had that was used.
	replacedPrefix = "replaced/"
)

// objects copies what the records name.
func (m *Migration) objects(ctx context.Context, total int64) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(objectsAtOnce)
	var mu sync.Mutex // guards the report, and the progress
	for r, err := range send.TransferRecords(ctx, m.From.Ledger) {
		var keys []string
		if err == nil {
			keys, _, err = send.Objects(r)
		}
		if err != nil {
			group.Go(func() error { return err })
			break
		}
		for _, key := range keys {
			group.Go(func() error {
				c, err := m.object(ctx, m.From.Transfers, m.To.Transfers, key)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case send.CodeOf(err) == send.NotFound:
					if _, lost, _ := send.Lose(r, key); lost {
						m.report.Missing++
					}
					return nil
				case err != nil:
					return err
				}
				m.report.Objects.All++
				m.report.Bytes += c.size
				if c.copied {
					m.report.Objects.Copied++
				}
				m.Progress(m.report.Bytes, total)
				return nil
			})
		}
	}
	return group.Wait()
}

// trail copies the audit trail. What else the target has is put aside: batches of
// another chain would break this one.
func (m *Migration) trail(ctx context.Context) error {
	trail := audit.Trail{Ledger: m.From.Ledger, Store: m.From.Trail}
	group, copying := errgroup.WithContext(ctx)
	group.SetLimit(objectsAtOnce)
	var mu sync.Mutex // guards the report
	for e, err := range trail.Objects(copying) {
		if err != nil {
			group.Go(func() error { return err })
			break
		}
		group.Go(func() error {
			c, err := m.object(copying, m.From.Trail, m.To.Trail, e.Key)
			if send.CodeOf(err) == send.NotFound {
				return nil // its time is over
			}
			mu.Lock()
			defer mu.Unlock()
			m.report.Trail.All++
			if c.copied {
				m.report.Trail.Copied++
			}
			return err
		})
	}
	if err := group.Wait(); err != nil || m.looking {
		return err
	}
	for e, err := range send.Entries(ctx, m.To.Trail, audit.Prefix) {
		if err != nil {
			return err
		}
		_, err := m.From.Trail.Stat(ctx, e.Key)
		if err == nil {
			continue
		}
		if send.CodeOf(err) != send.NotFound {
			return err
		}
		if _, err := m.To.Trail.Copy(ctx, e.Key, replacedPrefix+e.Key); err != nil {
			return err
		}
		if err := m.To.Trail.Delete(ctx, e.Key); err != nil {
			return err
		}
	}
	return nil
}

type copied struct {
	size   int64
	copied bool
}

// object copies an object where the target has none of the same bytes, and reads back
// what it wrote. NotFound where the source has none.
func (m *Migration) object(ctx context.Context, from, to send.Store, key string) (c copied, err error) {
	o, err := from.Stat(ctx, key)
	if err != nil {
		return c, err
	}
	c.size = o.Size
	kept, err := to.Stat(ctx, key)
	switch {
	case send.CodeOf(err) == send.NotFound:
	case err != nil:
		return c, unasked(err)
	case kept.Size == o.Size:
		if m.SizesOnly {
			return c, nil
		}
		want, err := digest(ctx, from, key)
		if err != nil {
			return c, err
		}
		if is, err := digest(ctx, to, key); err != nil || is == want {
			return c, unasked(err)
		}
	}
	if m.looking {
		return c, send.Fail(send.Conflict, "the target has not what the source has of %s", key)
	}
	want, err := put(ctx, from, to, key, o.Size, wholeMost, partSize)
	if err != nil {
		return c, unasked(err)
	}
	c.copied = true
	if err := to.Settle(ctx, key); err != nil {
		return c, unasked(err)
	}
	kept, err = to.Stat(ctx, key)
	if err == nil && kept.Size != o.Size {
		err = damaged(key)
	}
	if err != nil || m.SizesOnly {
		return c, unasked(err)
	}
	is, err := digest(ctx, to, key)
	if err == nil && is != want {
		err = damaged(key)
	}
	return c, unasked(err)
}

// unasked keeps an error of the target from being taken for one of the source: there
// nothing may be missing.
func unasked(err error) error {
	if send.CodeOf(err) == send.NotFound {
		return send.Because(send.Unavailable, err, "the target has lost an object that was there")
	}
	return err
}

func damaged(key string) error {
	return send.Fail(send.Unavailable, "the target has other bytes of %s than it was given; begin again", key)
}

type sum [sha256.Size]byte

func sumOf(h hash.Hash) (s sum) {
	h.Sum(s[:0])
	return s
}

// digest reads an object to its end.
func digest(ctx context.Context, s send.Store, key string) (sum, error) {
	body, o, err := s.Open(ctx, key, send.Whole)
	if err != nil {
		return sum{}, err
	}
	defer body.Close()
	h := sha256.New()
	n, err := io.Copy(h, body)
	if err == nil && n != o.Size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return sum{}, send.Because(send.Unavailable, err, "an object could not be read to its end")
	}
	return sumOf(h), nil
}

// put copies an object, in parts of some bytes where it has more than most, and returns
// its digest.
func put(ctx context.Context, from, to send.Store, key string, size, most, part int64) (sum, error) {
	body, o, err := from.Open(ctx, key, send.Whole)
	if err != nil {
		return sum{}, err
	}
	defer body.Close()
	if o.Size != size {
		return sum{}, send.Fail(send.Unavailable, "an object of the source changed: stop the service there")
	}
	h := sha256.New()
	// Not a file any more, so that no store takes it by a way past the digest.
	content := io.TeeReader(struct{ io.Reader }{body}, h)
	if size <= most {
		_, err := to.Put(ctx, key, content, size)
		return sumOf(h), err
	}
	id, err := to.Begin(ctx, key)
	if err != nil {
		return sum{}, err
	}
	var parts []send.Part
	for left := size; left > 0 && err == nil; left -= part {
		p := send.Part{Number: len(parts) + 1}
		n := min(left, part)
		p.ETag, err = to.PutPart(ctx, key, id, p.Number, io.LimitReader(content, n), n)
		parts = append(parts, p)
	}
	if err == nil {
		_, err = to.Assemble(ctx, key, id, parts)
	}
	if err != nil {
		return sum{}, errors.Join(err, to.Abort(context.WithoutCancel(ctx), key, id))
	}
	return sumOf(h), nil
}
