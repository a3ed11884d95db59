// Package s3store keeps objects in an S3 bucket.
package s3store

import (
	"context"

	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"sgraph.ai/send/shared/internal/lazy"
	"sgraph.ai/send/shared/send"
)

// Store is a [send.Store] in a bucket, and makes [send.Links] to it.
//
// Unavailable is also what a missing bucket or permission comes out as. S3
// answers for an object that is not there as for one that is forbidden unless
// the caller may list the bucket: NotFound needs s3:ListBucket.
type Store struct {
	bucket  string
	clients *lazy.Value[*clients]
	copying copying
}

var (
	_ send.Store = (*Store)(nil)
	_ send.Links = (*Store)(nil)
)

type clients struct {
	*s3.Client
	presign *s3.PresignClient
}

// New returns the store in a bucket. It asks nobody and reads nothing: load is
// called when the store is first used, and again later if it failed. Options have
// the last word on how the bucket is reached.
func New(
	bucket string, load func(context.Context) (aws.Config, error), options ...func(*s3.Options),
) *Store {
	return &Store{
		bucket:  bucket,
		copying: s3Copying,
		clients: lazy.New(func(ctx context.Context) (*clients, error) {
			cfg, err := load(ctx)
			if err != nil {
				return nil, err
			}
			c := s3.NewFromConfig(cfg, append([]func(*s3.Options){usual}, options...)...)
			return &clients{c, s3.NewPresignClient(c)}, nil
		}),
	}
}

// usual is how a bucket is reached unless somebody knows better.
func usual(o *s3.Options) {
	// An endpoint that was set is no AWS one, whose names hold for every
	// bucket's own host.
	o.UsePathStyle = o.BaseEndpoint != nil
	// The SDK would put checksums even into presigned URLs and uploads in
	// parts, and then S3 would demand them of clients that know nothing of
	// it. Content that matters authenticates itself: it is ciphertext.
	o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
	o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
	o.HTTPSignerV4 = withoutEncoding{o.HTTPSignerV4}
}

// withoutEncoding signs all of a request but its Accept-Encoding, which Google's
// front changes on the way to Google Cloud Storage: signed, nothing would be
// accepted there. https://github.com/aws/aws-sdk-go-v2/issues/1816
type withoutEncoding struct{ s3.HTTPSignerV4 }

// SignHTTP implements [s3.HTTPSignerV4].
func (s withoutEncoding) SignHTTP(
	ctx context.Context, credentials aws.Credentials, r *http.Request, payloadHash, service, region string,
	at time.Time, options ...func(*v4.SignerOptions),
) error {
	const header = "Accept-Encoding"
	asked, is := r.Header[header]
	delete(r.Header, header)
	err := s.HTTPSignerV4.SignHTTP(ctx, credentials, r, payloadHash, service, region, at, options...)
	if is { // or the transport would ask for what is compressed
		r.Header[header] = asked
	}
	return err
}

// Open implements [send.Store].
func (s *Store) Open(ctx context.Context, key string, span send.Span) (io.ReadCloser, send.Object, error) {
	if span.Offset < 0 {
		return nil, send.Object{}, beyondEnd(nil)
	}
	c, err := s.clients.Get(ctx)
	if err != nil {
		return nil, send.Object{}, failed(err)
	}
	if span.Length == 0 {
		return s.openNothing(ctx, key, span.Offset)
	}
	in := &s3.GetObjectInput{Bucket: &s.bucket, Key: &key}
	if span != send.Whole {
		in.Range = aws.String(byteRange(span))
	}
	out, err := c.GetObject(ctx, in)
	if status(err) == http.StatusRequestedRangeNotSatisfiable {
		if span.Offset > 0 {
			return nil, send.Object{}, beyondEnd(err)
		}
		return s.openNothing(ctx, key, 0) // no range fits an object without bytes
	}
	if err != nil {
		return nil, send.Object{}, missing(err)
	}
	size, err := wholeSize(out)
	if err != nil {
		out.Body.Close()
		return nil, send.Object{}, err
	}
	return out.Body, send.Object{Size: size, ETag: aws.ToString(out.ETag)}, nil
}

// openNothing opens a span of no bytes, for which S3 has no range.
func (s *Store) openNothing(ctx context.Context, key string, offset int64) (io.ReadCloser, send.Object, error) {
	o, err := s.Stat(ctx, key)
	if err != nil {
		return nil, o, err
	}
	if offset > 0 && offset >= o.Size {
		return nil, send.Object{}, beyondEnd(nil)
	}
	return http.NoBody, o, nil
}

func beyondEnd(err error) error {
	return send.Because(send.Invalid, err, "the range begins after the end")
}

func byteRange(span send.Span) string {
	if span.Length < 0 {
		return fmt.Sprintf("bytes=%d-", span.Offset)
	}
	return fmt.Sprintf("bytes=%d-%d", span.Offset, span.Offset+span.Length-1)
}

// wholeSize returns the size of the object of which out may be a part.
func wholeSize(out *s3.GetObjectOutput) (int64, error) {
	if out.ContentRange == nil {
		return aws.ToInt64(out.ContentLength), nil
	}
	_, total, _ := strings.Cut(*out.ContentRange, "/")
	size, err := strconv.ParseInt(total, 10, 64)
	if err != nil {
		return 0, send.Because(send.Unavailable, err, "the storage answered in a way that is not understood")
	}
	return size, nil
}

// Stat implements [send.Store].
func (s *Store) Stat(ctx context.Context, key string) (send.Object, error) {
	c, err := s.clients.Get(ctx)
	if err != nil {
		return send.Object{}, failed(err)
	}
	out, err := c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &s.bucket, Key: &key})
	if err != nil {
		return send.Object{}, missing(err)
	}
	return send.Object{Size: aws.ToInt64(out.ContentLength), ETag: aws.ToString(out.ETag)}, nil
}

// Settle implements [send.Store]. What S3 acknowledged it has stored.
func (s *Store) Settle(context.Context, string) error { return nil }

// Delete implements [send.Store].
func (s *Store) Delete(ctx context.Context, key string) error {
	c, err := s.clients.Get(ctx)
	if err != nil {
		return failed(err)
	}
	_, err = c.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &s.bucket, Key: &key})
	// S3 does not tell that there was nothing to delete; Google Cloud Storage does.
	if err = missing(err); send.CodeOf(err) == send.NotFound {
		return nil
	}
	return err
}

// List implements [send.Store].
func (s *Store) List(ctx context.Context, prefix, after string, limit int) ([]send.Entry, error) {
	if limit <= 0 {
		return nil, nil
	}
	c, err := s.clients.Get(ctx)
	if err != nil {
		return nil, failed(err)
	}
	in := &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: &prefix}
	if after != "" {
		in.StartAfter = &after
	}
	var es []send.Entry
	for {
		in.MaxKeys = aws.Int32(int32(min(limit-len(es), 1000)))
		out, err := c.ListObjectsV2(ctx, in)
		if err != nil {
			return nil, failed(err)
		}
		for _, o := range out.Contents {
			es = append(es, send.Entry{Key: *o.Key, Size: aws.ToInt64(o.Size), Modified: aws.ToTime(o.LastModified)})
		}
		if len(es) >= limit || !aws.ToBool(out.IsTruncated) {
			return es, nil
		}
		in.ContinuationToken = out.NextContinuationToken
	}
}
