// Package gofakes3 gives tests GoFakeS3, a second S3 beside moto's, which has
// nothing in common with it and checks signatures: one server for a test
// binary, in memory, ended with it. Tests keep apart by the unique names of
// their buckets.
//
// Where it cannot be had (no network at its first use) the test is skipped with
// the reason.
package gofakes3

import (
	"context"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"sgraph.ai/send/shared/test/internal/simulator"
)

var server = sync.OnceValues(simulator.Server{
	Script: "go-server",
	Args:   func(port string) []string { return []string{"gofakes3", port} },
	Probe:  "/",
	Status: 403, // it is asked without a signature
}.Start)

// Config returns the configuration by which the AWS SDK reaches the server.
func Config(tb testing.TB) aws.Config {
	tb.Helper()
	return simulator.Config(simulator.Need(tb, "GoFakeS3", server))
}

// Bucket makes a bucket with a name of its own.
func Bucket(tb testing.TB) string {
	tb.Helper()
	return simulator.Bucket(tb, Config(tb))
}

// Open returns the endpoint of the server, and a bucket of its own, to a program that is no
// test.
func Open(ctx context.Context) (endpoint, bucket string, err error) {
	if endpoint, err = server(); err == nil {
		bucket, err = simulator.NewBucket(ctx, simulator.Config(endpoint))
	}
	return endpoint, bucket, err
}
