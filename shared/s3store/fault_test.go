package s3store_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"sgraph.ai/send/shared/s3store"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/test/moto"
	"sgraph.ai/send/shared/test/nightly"
)

func TestNothingIsAskedBeforeTheFirstUse(t *testing.T) {
	t.Parallel()
	var loads int
	away := errors.New("no credentials")
	s := s3store.New("bucket", func(context.Context) (aws.Config, error) { loads++; return aws.Config{}, away })
	if loads != 0 {
		t.Fatal("the configuration was loaded by New")
	}
	_, err := s.Stat(t.Context(), "k/x")
	want(t, send.Unavailable, err)
	_, err = s.GetURL(t.Context(), claimOf("k/x"), time.Minute)
	want(t, send.Internal, err)
	if !errors.Is(err, away) || loads != 2 { // a failure to load is not for ever
		t.Fatalf("%d loads, error %v", loads, err)
	}
}

// answering is a store whose S3 always answers so.
func answering(t *testing.T, status int, body string) *s3store.Store {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.WriteHeader(status)
		io.WriteString(w, body)
	}))
	t.Cleanup(srv.Close)
	return storeAt(srv.URL)
}

func storeAt(endpoint string) *s3store.Store {
	return s3store.New("bucket", func(context.Context) (aws.Config, error) {
		return aws.Config{
			Region: moto.Region, BaseEndpoint: &endpoint, RetryMaxAttempts: 1,
			Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
			// The defaults of a configuration that is loaded.
			RequestChecksumCalculation: aws.RequestChecksumCalculationWhenSupported,
			ResponseChecksumValidation: aws.ResponseChecksumValidationWhenSupported,
		}, nil
	})
}

func TestUnavailable(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(nil)
	gone.Close()
	for name, s := range map[string]*s3store.Store{
		"throttled":  answering(t, 503, "<Error><Code>SlowDown</Code></Error>"),
		"failing":    answering(t, 500, "<Error><Code>InternalError</Code></Error>"),
		"no right":   answering(t, 403, "<Error><Code>AccessDenied</Code></Error>"),
		"no bucket":  answering(t, 404, "<Error><Code>NoSuchBucket</Code></Error>"),
		"nonsense":   answering(t, 502, "<html>"),
		"no network": storeAt(gone.URL),
	} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			unavailable := func(err error) { t.Helper(); want(t, send.Unavailable, err) }
			_, err := s.Put(ctx, "k/x", strings.NewReader("x"), 1)
			unavailable(err)
			_, err = s.Put(ctx, "k/x", bytes.NewReader(make([]byte, 20<<20)), -1)
			unavailable(err)
			_, _, err = s.Open(ctx, "k/x", send.Whole)
			unavailable(err)
			unavailable(s.Delete(ctx, "k/x"))
			_, err = s.List(ctx, "k/", "", 10)
			unavailable(err)
			_, err = s.Begin(ctx, "k/x")
			unavailable(err)
			_, err = s.PutPart(ctx, "k/x", "id", 1, bytes.NewReader(make([]byte, 9<<20)), 9<<20)
			unavailable(err)
			_, err = s.Assemble(ctx, "k/x", "id", []send.Part{{Number: 1, ETag: `"x"`}})
			unavailable(err)
			unavailable(s.Abort(ctx, "k/x", "id"))
			if errors.Unwrap(err) == nil {
				t.Error("the cause is not kept")
			}
		})
	}
}

func TestWhatS3Refuses(t *testing.T) {
	t.Parallel()
	for code, of := range map[string]send.Code{
		"NoSuchUpload": send.NotFound, "InvalidPart": send.Invalid, "InvalidPartOrder": send.Invalid,
		"EntityTooSmall": send.Invalid, "EntityTooLarge": send.TooLarge,
	} {
		_, err := answering(t, 400, "<Error><Code>"+code+"</Code></Error>").
			Assemble(t.Context(), "k/x", "id", []send.Part{{Number: 1, ETag: `"x"`}})
		want(t, of, err)
	}
}

// A Put that fails leaves no upload behind, whatever made it fail.
func TestFailedPutIsAborted(t *testing.T) {
	t.Parallel()
	s3store.OnEach(t, failedPutIsAborted)
}

func failedPutIsAborted(t *testing.T, on s3store.Simulation) {
	bucket, cfg := on.Bucket(t), on.Config(t)
	client := s3.NewFromConfig(cfg, s3store.Usual)
	broken := errors.New("the connection broke")
	body := func() io.Reader {
		rest := readerFunc(func([]byte) (int, error) { return 0, broken })
		return io.MultiReader(bytes.NewReader(make([]byte, 20<<20)), rest)
	}

	// The body breaks; a part is refused; the request ends.
	s := s3store.New(bucket, on.Load(t))
	_, err := s.Put(t.Context(), "k/x", body(), -1)
	if err != broken {
		t.Fatalf("%v; want the body's own", err)
	}
	var puts atomic.Int64
	cfg.HTTPClient = s3store.Asked(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodPut && puts.Add(1) >= 2 {
			return nil, errors.New("no way")
		}
		return asking.Client.Do(r)
	})
	cfg.RetryMaxAttempts = 1
	s = s3store.New(bucket, func(context.Context) (aws.Config, error) { return cfg, nil })
	_, err = s.Put(t.Context(), "k/x", bytes.NewReader(make([]byte, 60<<20)), 60<<20)
	want(t, send.Unavailable, err)
	ctx, cancel := context.WithCancel(t.Context())
	rest := readerFunc(func([]byte) (int, error) { cancel(); return 0, nil })
	_, err = s3store.New(bucket, on.Load(t)).Put(ctx, "k/x",
		io.MultiReader(bytes.NewReader(make([]byte, 20<<20)), rest), -1)
	want(t, send.Unavailable, err)

	out, err := client.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: &bucket})
	want(t, "", err)
	if len(out.Uploads) != 0 {
		t.Fatalf("%d uploads are left open", len(out.Uploads))
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// An upload that was begun with a checksum would demand one of every part, of
// clients too.
func TestNoChecksums(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var requests []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		requests = append(requests, r.Method)
		for name, values := range r.Header {
			line := strings.ToLower(name + strings.Join(values, " "))
			if strings.Contains(line, "checksum") || strings.Contains(line, "trailer") {
				t.Errorf("%s %s: %s", r.Method, r.URL, line)
			}
		}
		io.Copy(io.Discard, r.Body)
		if r.Method == http.MethodPost {
			io.WriteString(w, "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>")
		}
	}))
	defer srv.Close()
	s, ctx := storeAt(srv.URL), t.Context()
	_, err := s.Put(ctx, "k/x", strings.NewReader("x"), 1)
	want(t, "", err)
	id, err := s.Begin(ctx, "k/x")
	want(t, "", err)
	_, err = s.PutPart(ctx, "k/x", id, 1, strings.NewReader("x"), 1)
	want(t, "", err)
	_, _, err = s.Open(ctx, "k/x", send.Whole)
	want(t, "", err)
	if got := strings.Join(requests, " "); got != "PUT POST PUT GET" {
		t.Fatalf("requests: %s", got)
	}
}

// A large body is never in memory as a whole: what is read of it and not yet on
// its way is a few parts.
func TestPutReadsAFewPartsAhead(t *testing.T) {
	t.Parallel()
	const part = 8 << 20
	size := nightly.Or[int64](200<<20, 8<<30)
	var parts, arrived atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPost && r.URL.Query().Has("uploads"):
			io.WriteString(w, "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>")
		case r.Method == http.MethodPost:
			io.WriteString(w, "<CompleteMultipartUploadResult></CompleteMultipartUploadResult>")
		case r.Method == http.MethodPut:
			n, err := io.Copy(io.Discard, r.Body)
			if err != nil {
				t.Error(err)
			}
			arrived.Add(min(n, part)) // without what frames it
			parts.Add(1)
			w.Header().Set("ETag", `"x"`)
		}
	}))
	defer srv.Close()
	var read, most int64
	body := readerFunc(func(p []byte) (int, error) {
		if read >= size {
			return 0, io.EOF
		}
		n := min(len(p), 1<<20)
		read += int64(n)
		most = max(most, read-arrived.Load())
		return n, nil
	})
	_, err := storeAt(srv.URL).Put(t.Context(), "k/x", body, size)
	want(t, "", err)
	if parts.Load() != size/part || arrived.Load() != size {
		t.Fatalf("%d parts, %d bytes", parts.Load(), arrived.Load())
	}
	// Two parts are on their way while the next is read.
	if most > 3*part {
		t.Fatalf("%d MiB were held of %d", most>>20, size>>20)
	}
}
