package s3store

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/test/gofakes3"
	"sgraph.ai/send/shared/test/moto"
)

// What takes 5 GiB on S3 is tried with less. What is not AWS is asked to copy the
// whole first, and copies in parts where it refuses, as AWS does at once.
func TestCopyInParts(t *testing.T) {
	t.Parallel()
	OnEach(t, func(t *testing.T, on Simulation) {
		cfg := on.Config(t)
		copyInParts(t, cfg, on.Bucket(t), 1, 0)
	})
	t.Run("refuses", func(t *testing.T) {
		t.Parallel()
		cfg := gofakes3.Config(t)
		cfg.HTTPClient = Asked(func(r *http.Request) (*http.Response, error) {
			if r.Header.Get("X-Amz-Copy-Source") != "" && r.Header.Get("X-Amz-Copy-Source-Range") == "" {
				w := httptest.NewRecorder()
				w.WriteHeader(http.StatusBadRequest)
				_, _ = io.WriteString(w, "<Error><Code>InvalidRequest</Code></Error>")
				return w.Result(), nil
			}
			return asking.Client.Do(r)
		})
		copyInParts(t, cfg, gofakes3.Bucket(t), 1, 3)
	})
	t.Run("AWS", func(t *testing.T) {
		t.Parallel()
		cfg := moto.Config(t)
		at := strings.TrimPrefix(*cfg.BaseEndpoint, "http://")
		cfg.BaseEndpoint = nil
		cfg.HTTPClient = Asked(func(r *http.Request) (*http.Response, error) {
			r.URL.Scheme, r.Host, r.URL.Host = "http", r.URL.Host, at
			return asking.Client.Do(r)
		})
		copyInParts(t, cfg, moto.Bucket(t), 0, 3)
	})
}

func copyInParts(t *testing.T, cfg aws.Config, bucket string, wantWhole, wantParts int64) {
	var wholes, parts atomic.Int64
	do := asking.Client.Do
	if cfg.HTTPClient != nil {
		do = cfg.HTTPClient.Do
	}
	cfg.HTTPClient = Asked(func(r *http.Request) (*http.Response, error) {
		switch {
		case r.Header.Get("X-Amz-Copy-Source-Range") != "":
			parts.Add(1)
		case r.Header.Get("X-Amz-Copy-Source") != "":
			wholes.Add(1)
		}
		return do(r)
	})
	s := New(bucket, func(context.Context) (aws.Config, error) { return cfg, nil })
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
	if wholes.Load() != wantWhole || parts.Load() != wantParts {
		t.Fatalf("it was copied as a whole %d times, and in %d parts", wholes.Load(), parts.Load())
	}
}
