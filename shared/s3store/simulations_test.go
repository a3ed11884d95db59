package s3store

import (
	"context"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"sgraph.ai/send/shared/test/gofakes3"
	"sgraph.ai/send/shared/test/minio"
	"sgraph.ai/send/shared/test/moto"
	"sgraph.ai/send/shared/test/storetest"
)

// Simulation is what stands in for S3. Where they differ S3's documents decide,
// and the store holds on all of them. What is not S3 in one is mended there, as
// in tools/moto and tools/gofakes3, or named here.
type Simulation struct {
	Config func(testing.TB) aws.Config
	Bucket func(testing.TB) string
	// Verifies says whether it checks signatures.
	Verifies bool
	// Differs is in what it is not S3, by the test of the contract.
	Differs []storetest.Difference
}

var simulations = map[string]Simulation{
	// GoFakeS3 as it looks from behind what other stores do, by their documents.
	"Stranger": {gofakes3.Stranger, gofakes3.Bucket, true, nil},
	// The ETag of what was put in parts is the MD5 sum of the whole, which S3's is
	// not; the store takes either.
	// https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
	"GoFakeS3": {gofakes3.Config, gofakes3.Bucket, true, nil},
	"Moto":     {moto.Config, moto.Bucket, false, nil},
	"MinIO": {minio.Config, minio.Bucket, true, []storetest.Difference{
		// S3's keys are flat.
		// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
		{Test: "ListOrder", Why: "it lists no key that goes on where another ends with a slash"},
		// S3 answers NoSuchUpload whatever the ID is.
		// https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html
		{Test: "NoSuchID", Why: "it takes an ID for a path, and answers one with dots with 400"},
	}},
}

// Usual is how the store reaches a bucket.
var Usual = usual

// OnEach runs a test on each of them.
func OnEach(t *testing.T, test func(*testing.T, Simulation)) {
	for name, s := range simulations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Config(t) // which may skip
			test(t, s)
		})
	}
}

// Open opens a store in a bucket of its own.
func (s Simulation) Open(tb testing.TB) *Store {
	tb.Helper()
	return New(s.Bucket(tb), s.Load(tb))
}

// Load returns the configuration in the form that New takes.
func (s Simulation) Load(tb testing.TB) func(context.Context) (aws.Config, error) {
	tb.Helper()
	cfg := s.Config(tb)
	return func(context.Context) (aws.Config, error) { return cfg, nil }
}

// Asked is a client that answers each request so.
type Asked func(*http.Request) (*http.Response, error)

// Do implements [aws.HTTPClient].
func (a Asked) Do(r *http.Request) (*http.Response, error) { return a(r) }
