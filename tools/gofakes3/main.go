// Command gofakes3 is GoFakeS3, an implementation of S3, in memory, for tests:
// gofakes3 ADDRESS. Unlike moto it holds every request to its signature, those
// of presigned URLs included. It ends as soon as its standard input does, so
// that it never outlives a test.
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/rclone/gofakes3"
	"github.com/rclone/gofakes3/s3mem"
)

func main() {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	if len(os.Args) != 2 {
		fail("usage: gofakes3 ADDRESS")
	}
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		fail(err)
	}
	keys := gofakes3.WithV4Auth(map[string]string{"testing": "testing"})
	server := http.Server{
		Handler:           gofakes3.New(backend{s3mem.New()}, keys).Server(),
		ReadHeaderTimeout: time.Minute,
	}
	fail(server.Serve(listener))
}

func fail(why any) {
	fmt.Fprintln(os.Stderr, "gofakes3:", why)
	os.Exit(1)
}

// backend mends a list that begins after a key that is not there, of which
// GoFakeS3 leaves out the first. S3 begins with what follows in the order of the
// keys; its page says as much of keys that are there, and of the others nothing.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
type backend struct{ *s3mem.Backend }

func (b backend) ListBucket(
	ctx context.Context, name string, prefix *gofakes3.Prefix, page gofakes3.ListBucketPage,
) (*gofakes3.ObjectList, error) {
	if _, err := b.HeadObject(ctx, name, page.Marker); page.Marker == "" || err == nil {
		return b.Backend.ListBucket(ctx, name, prefix, page)
	}
	all, err := b.Backend.ListBucket(ctx, name, prefix, gofakes3.ListBucketPage{})
	if err != nil {
		return nil, err
	}
	list := gofakes3.NewObjectList()
	for _, o := range all.Contents {
		switch {
		case o.Key <= page.Marker:
		case page.MaxKeys > 0 && int64(len(list.Contents)) == page.MaxKeys:
			list.IsTruncated = true
			list.NextMarker = list.Contents[page.MaxKeys-1].Key
			return list, nil
		default:
			list.Add(o)
		}
	}
	return list, nil
}
