package s3store

import (
	"bytes"
	"context"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"sgraph.ai/send/shared/send"
)

// Begin implements [send.Store]. An upload that nobody ends is left to the
// bucket's lifecycle.
func (s *Store) Begin(ctx context.Context, key string) (string, error) {
	c, err := s.clients.Get(ctx)
	if err != nil {
		return "", failed(err)
	}
	out, err := c.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: &s.bucket, Key: &key})
	if err != nil {
		return "", failed(err)
	}
	return aws.ToString(out.UploadId), nil
}

// LeastPart implements [send.Store].
func (s *Store) LeastPart() int64 { return send.MinPartSize }

// PutPart implements [send.Store]. A part of more than 8 MiB goes to S3 as it
// comes, so that its request cannot be repeated; its size has to be known:
// TooLarge where it is not.
func (s *Store) PutPart(
	ctx context.Context, key, uploadID string, number int, body io.Reader, size int64,
) (string, error) {
	if err := send.CheckPart(number); err != nil {
		return "", err
	}
	if size > partSize {
		exact := &exactly{body: body, left: size}
		etag, err := s.sendPart(ctx, key, uploadID, number, exact, size)
		if own := exact.stop(); own != nil {
			return "", own
		}
		return etag, err
	}
	b := buffers.Get().(*buffer)
	defer buffers.Put(b)
	var n int
	var err error
	if size < 0 {
		var more bool
		if n, more, err = fill(ctx, b[:], body); more {
			return "", send.Fail(send.TooLarge, "a part of more than %d bytes needs its size announced", partSize)
		}
	} else {
		exact := &exactly{body: body, left: size}
		n, _, err = fill(ctx, b[:size], exact)
		if err == nil {
			err = exact.stop()
		}
	}
	if err != nil {
		return "", err
	}
	return s.sendPart(ctx, key, uploadID, number, bytes.NewReader(b[:n]), int64(n))
}

// sendPart sends one part. A body that cannot seek is sent once.
func (s *Store) sendPart(ctx context.Context, key, id string, number int, body io.Reader, size int64) (string, error) {
	c, err := s.clients.Get(ctx)
	if err != nil {
		return "", failed(err)
	}
	out, err := c.UploadPart(ctx, &s3.UploadPartInput{
		Bucket: &s.bucket, Key: &key, UploadId: &id, PartNumber: aws.Int32(int32(number)),
		Body: body, ContentLength: &size,
	}, unsigned)
	if err != nil {
		return "", failed(err)
	}
	return aws.ToString(out.ETag), nil
}

// Uploaded implements [send.Store].
func (s *Store) Uploaded(ctx context.Context, key, uploadID string) (parts []send.UploadedPart, err error) {
	c, err := s.clients.Get(ctx)
	if err != nil {
		return nil, failed(err)
	}
	pages := s3.NewListPartsPaginator(c, &s3.ListPartsInput{Bucket: &s.bucket, Key: &key, UploadId: &uploadID})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, failed(err)
		}
		for _, p := range page.Parts {
			part := send.Part{Number: int(aws.ToInt32(p.PartNumber)), ETag: aws.ToString(p.ETag)}
			parts = append(parts, send.UploadedPart{Part: part, Size: aws.ToInt64(p.Size)})
		}
	}
	return parts, nil
}

// Assemble implements [send.Store].
func (s *Store) Assemble(ctx context.Context, key, uploadID string, parts []send.Part) (send.Object, error) {
	c, err := s.clients.Get(ctx)
	if err != nil {
		return send.Object{}, failed(err)
	}
	if err := send.CheckParts(parts); err != nil {
		return send.Object{}, err
	}
	done := make([]types.CompletedPart, len(parts))
	for i, p := range parts {
		if p.ETag == "" {
			return send.Object{}, send.Fail(send.Invalid, "part %d has another ETag", p.Number).With(send.ReasonPartsMismatch)
		}
		done[i] = types.CompletedPart{PartNumber: aws.Int32(int32(p.Number)), ETag: &p.ETag}
	}
	_, err = c.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket: &s.bucket, Key: &key, UploadId: &uploadID,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: done},
	})
	if err != nil {
		return send.Object{}, failed(err)
	}
	return s.Stat(ctx, key) // the answer does not tell the size
}

// Abort implements [send.Store].
func (s *Store) Abort(ctx context.Context, key, uploadID string) error {
	c, err := s.clients.Get(ctx)
	if err != nil {
		return failed(err)
	}
	_, err = c.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &s.bucket, Key: &key, UploadId: &uploadID})
	if err = failed(err); send.CodeOf(err) == send.NotFound {
		return nil
	}
	return err
}

// Sweep implements [send.Sweeper]: the bucket's rules end the uploads.
func (s *Store) Sweep(context.Context, time.Time) (int, error) { return 0, nil }
