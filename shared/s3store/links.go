package s3store

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"sgraph.ai/send/shared/send"
)

// A link holds no longer than the credentials it was signed with, however long
// it was asked for: on Lambda those are a role's, and last some hours. It cannot
// be taken back before: not with the access token that it was made for, either.

// PartURL implements [send.Links]: PUT a part there.
func (s *Store) PartURL(
	ctx context.Context, _, key, uploadID string, number int, _ int64, ttl time.Duration,
) (string, error) {
	return s.link(ctx, func(c *s3.PresignClient) (*v4.PresignedHTTPRequest, error) {
		return c.PresignUploadPart(ctx, &s3.UploadPartInput{
			Bucket: &s.bucket, Key: &key, UploadId: &uploadID, PartNumber: aws.Int32(int32(number)),
		}, s3.WithPresignExpires(ttl))
	})
}

// PutURL implements [send.Links]: PUT the object there.
func (s *Store) PutURL(ctx context.Context, _, key string, ttl time.Duration) (string, error) {
	return s.link(ctx, func(c *s3.PresignClient) (*v4.PresignedHTTPRequest, error) {
		return c.PresignPutObject(ctx, &s3.PutObjectInput{Bucket: &s.bucket, Key: &key}, s3.WithPresignExpires(ttl))
	})
}

// GetURL implements [send.Links]: GET the object there, whole or a range of it.
func (s *Store) GetURL(ctx context.Context, of send.Claim, ttl time.Duration) (string, error) {
	key := of.Transfer.Payload.Key
	return s.link(ctx, func(c *s3.PresignClient) (*v4.PresignedHTTPRequest, error) {
		return c.PresignGetObject(ctx, &s3.GetObjectInput{Bucket: &s.bucket, Key: &key}, s3.WithPresignExpires(ttl))
	})
}

// Counted implements [send.Links]: S3 counts nothing for us.
func (*Store) Counted() bool { return false }

func (s *Store) link(
	ctx context.Context, sign func(*s3.PresignClient) (*v4.PresignedHTTPRequest, error),
) (string, error) {
	c, err := s.clients.Get(ctx)
	if err != nil {
		return "", send.Because(send.Internal, err, "no link can be made")
	}
	req, err := sign(c.presign)
	if err != nil {
		return "", send.Because(send.Internal, err, "no link can be made")
	}
	return req.URL, nil
}
