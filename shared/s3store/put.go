package s3store

import (
	"bytes"
	"context"
	"io"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"golang.org/x/sync/errgroup"

	"sgraph.ai/send/shared/send"
)

const (
	// partSize is what is sent in one piece, from one buffer.
	partSize = 8 << 20
	// maxPut is the largest object that Put takes: S3 takes 10,000 parts.
	maxPut = partSize * send.MaxParts
	// parallel is how many parts of one object are on the way at once: it is
	// what a Put holds in memory, beside the part that is being read.
	parallel = 2
)

type buffer = [partSize]byte

var buffers = sync.Pool{New: func() any { return new(buffer) }}

// Put implements [send.Store]. What fits into a buffer is sent in one request,
// the rest in parts, a few at a time. TooLarge beyond 80 GB.
func (s *Store) Put(ctx context.Context, key string, body io.Reader, size int64) (send.Object, error) {
	if size > maxPut {
		return send.Object{}, tooLarge()
	}
	first := buffers.Get().(*buffer)
	n, more, err := fill(ctx, first[:], body)
	if more {
		return s.putParts(ctx, key, first, body, size)
	}
	defer buffers.Put(first)
	if err == nil {
		err = checkSize(int64(n), size)
	}
	if err != nil {
		return send.Object{}, err
	}
	return s.putOne(ctx, key, first[:n])
}

func (s *Store) putOne(ctx context.Context, key string, b []byte) (send.Object, error) {
	c, err := s.clients.Get(ctx)
	if err != nil {
		return send.Object{}, failed(err)
	}
	out, err := c.PutObject(ctx, &s3.PutObjectInput{Bucket: &s.bucket, Key: &key, Body: bytes.NewReader(b)}, unsigned)
	if err != nil {
		return send.Object{}, failed(err)
	}
	return send.Object{Size: int64(len(b)), ETag: aws.ToString(out.ETag)}, nil
}

// putParts sends a body of which first, a full buffer, is the beginning. When it
// fails nothing is kept.
func (s *Store) putParts(
	ctx context.Context, key string, first *buffer, body io.Reader, size int64,
) (send.Object, error) {
	id, err := s.Begin(ctx, key)
	if err != nil {
		buffers.Put(first)
		return send.Object{}, err
	}
	parts, err := s.sendParts(ctx, key, id, first, body, size)
	if err == nil {
		var o send.Object
		if o, err = s.Assemble(ctx, key, id, parts); err == nil {
			return o, nil
		}
	}
	// Also when the request has ended. What cannot be aborted now is left to
	// the bucket's lifecycle.
	_ = s.Abort(context.WithoutCancel(ctx), key, id)
	return send.Object{}, err
}

func (s *Store) sendParts(
	ctx context.Context, key, id string, first *buffer, body io.Reader, size int64,
) ([]send.Part, error) {
	var sent []*send.Part
	group, sending := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	readErr := pieces(sending, first, body, size, func(b *buffer, n int) {
		part := &send.Part{Number: len(sent) + 1}
		sent = append(sent, part)
		group.Go(func() (err error) {
			defer buffers.Put(b)
			part.ETag, err = s.sendPart(sending, key, id, part.Number, bytes.NewReader(b[:n]), int64(n))
			return err
		})
	})
	// A part that failed ends the reading too, so its error goes first.
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if readErr != nil {
		return nil, readErr
	}
	parts := make([]send.Part, len(sent))
	for i, p := range sent {
		parts[i] = *p
	}
	return parts, nil
}

// pieces hands over first, which is full, and then what body gives, in buffers
// that are full but for the last. hand has to put them back.
func pieces(ctx context.Context, first *buffer, body io.Reader, size int64, hand func(b *buffer, n int)) error {
	hand(first, partSize)
	for read := int64(partSize); ; {
		b := buffers.Get().(*buffer)
		n, more, err := fill(ctx, b[:], body)
		read += int64(n)
		switch {
		case err != nil:
		case read > maxPut:
			err = tooLarge()
		case !more, size >= 0 && read > size:
			err = checkSize(read, size)
		}
		if err != nil || n == 0 {
			buffers.Put(b)
			return err
		}
		hand(b, n)
		if !more {
			return nil
		}
	}
}

// fill reads until b is full, which is when there may be more, or body ends. An
// error of body is returned as it is.
func fill(ctx context.Context, b []byte, body io.Reader) (n int, more bool, err error) {
	for n < len(b) {
		if err := ended(ctx); err != nil {
			return n, false, err
		}
		m, err := body.Read(b[n:])
		n += m
		if err == io.EOF {
			return n, false, nil
		}
		if err != nil {
			return n, false, err
		}
	}
	return n, true, nil
}

func checkSize(n, size int64) error {
	if size >= 0 && n != size {
		return send.Fail(send.Invalid, "%d bytes where %d were announced", n, size)
	}
	return nil
}

func tooLarge() error {
	return send.Fail(send.TooLarge, "at most %d bytes can be put at once", int64(maxPut))
}

// unsigned spares hashing a body before it is sent: its way is encrypted, and
// its content authenticates itself.
func unsigned(o *s3.Options) {
	o.APIOptions = append(o.APIOptions, v4.SwapComputePayloadSHA256ForUnsignedPayloadMiddleware)
}
