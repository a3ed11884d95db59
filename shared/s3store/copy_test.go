package s3store

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"sgraph.ai/send/shared/send"
)

// What takes 5 GiB on S3 is tried with less.
func TestCopyInParts(t *testing.T) {
	t.Parallel()
	OnEach(t, copyInParts)
}

func copyInParts(t *testing.T, on Simulation) {
	cfg := on.Config(t)
	var ranges atomic.Int64
	cfg.HTTPClient = seen(func(r *http.Request) {
		if r.Header.Get("X-Amz-Copy-Source-Range") != "" {
			ranges.Add(1)
		}
	})
	s := New(on.Bucket(t), func(context.Context) (aws.Config, error) { return cfg, nil })
	s.copying = copying{most: 8 << 20, part: 5 << 20}
	ctx := t.Context()
	b := make([]byte, 13<<20)
	rand.NewChaCha8([32]byte{}).Read(b)
	if _, err := s.Put(ctx, "t/a/from", bytes.NewReader(b), int64(len(b))); err != nil {
		t.Fatal(err)
	}
	o, err := s.Copy(ctx, "t/a/from", "t/a/to")
	if err != nil {
		t.Fatal(err)
	}
	r, _, err := s.Open(ctx, "t/a/to", send.Whole)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	got, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(got, b) || o.Size != int64(len(b)) {
		t.Fatalf("%d bytes, %+v, %v", len(got), o, err)
	}
	if n := ranges.Load(); n != 3 {
		t.Fatalf("it was copied in %d parts", n)
	}
}

// seen is a client that shows each request before it is sent.
type seen func(*http.Request)

func (s seen) Do(r *http.Request) (*http.Response, error) {
	s(r)
	return http.DefaultClient.Do(r)
}
