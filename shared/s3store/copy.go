package s3store

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"golang.org/x/sync/errgroup"

	"sgraph.ai/send/shared/send"
)

// copying says how S3 copies: within itself, in one request up to a size, and
// in parts beyond.
type copying struct {
	most int64 // that one request copies
	part int64
}

var s3Copying = copying{most: 5 << 30, part: 1 << 30}

// Copy implements [send.Store].
func (s *Store) Copy(ctx context.Context, from, to string) (send.Object, error) {
	o, err := s.Stat(ctx, from)
	if err != nil || from == to { // which S3 refuses
		return o, err
	}
	c, err := s.clients.Get(ctx)
	if err != nil {
		return send.Object{}, failed(err)
	}
	if o.Size <= s.copying.most {
		return s.copyWhole(ctx, c, from, to, o)
	}
	// What is not AWS may copy any size at once, and no parts at all, as Google
	// Cloud Storage. What copies as S3 does refuses.
	if c.Options().BaseEndpoint != nil {
		copied, err := s.copyWhole(ctx, c, from, to, o)
		if err == nil || send.CodeOf(err) == send.NotFound || ctx.Err() != nil {
			return copied, err
		}
	}
	return s.copyParts(ctx, from, to, o)
}

func (s *Store) copyWhole(ctx context.Context, c *clients, from, to string, o send.Object) (send.Object, error) {
	out, err := c.CopyObject(ctx, &s3.CopyObjectInput{
		Bucket: &s.bucket, Key: &to, CopySource: s.source(from), CopySourceIfMatch: &o.ETag,
	})
	if err != nil {
		return send.Object{}, missing(err)
	}
	if out.CopyObjectResult == nil {
		return s.Stat(ctx, to)
	}
	return send.Object{Size: o.Size, ETag: aws.ToString(out.CopyObjectResult.ETag)}, nil
}

func (s *Store) copyParts(ctx context.Context, from, to string, o send.Object) (send.Object, error) {
	id, err := s.Begin(ctx, to)
	if err != nil {
		return send.Object{}, err
	}
	parts := make([]send.Part, (o.Size+s.copying.part-1)/s.copying.part)
	group, sending := errgroup.WithContext(ctx)
	group.SetLimit(4) // S3 does the work
	for i := range parts {
		group.Go(func() (err error) {
			parts[i].Number = i + 1
			first := int64(i) * s.copying.part
			last := min(first+s.copying.part, o.Size) - 1
			parts[i].ETag, err = s.copyPart(sending, from, o.ETag, to, id, i+1, fmt.Sprintf("bytes=%d-%d", first, last))
			return err
		})
	}
	if err = group.Wait(); err == nil {
		if o, err = s.Assemble(ctx, to, id, parts); err == nil {
			return o, nil
		}
	}
	_ = s.Abort(context.WithoutCancel(ctx), to, id)
	return send.Object{}, err
}

func (s *Store) copyPart(ctx context.Context, from, etag, to, id string, number int, span string) (string, error) {
	c, err := s.clients.Get(ctx)
	if err != nil {
		return "", failed(err)
	}
	out, err := c.UploadPartCopy(ctx, &s3.UploadPartCopyInput{
		Bucket: &s.bucket, Key: &to, UploadId: &id, PartNumber: aws.Int32(int32(number)),
		CopySource: s.source(from), CopySourceIfMatch: &etag, CopySourceRange: &span,
	})
	if err != nil {
		return "", missing(err)
	}
	if out.CopyPartResult == nil { // it took the request for a part without bytes
		return "", send.Fail(send.Unavailable, "the storage does not copy parts")
	}
	return aws.ToString(out.CopyPartResult.ETag), nil
}

// source names an object as a header does: the SDK does not escape it.
func (s *Store) source(key string) *string {
	segments := strings.Split(key, "/")
	for i, segment := range segments {
		segments[i] = url.PathEscape(segment)
	}
	return aws.String(s.bucket + "/" + strings.Join(segments, "/"))
}
