// Package minio gives tests MinIO, a third S3, at night: it takes minutes to
// build. One server for a test binary, ended with it. Tests keep apart by the
// unique names of their buckets.
//
// Where it cannot be had (no network at its first use) the test is skipped with
// the reason.
package minio

import (
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"sgraph.ai/send/shared/test/internal/simulator"
	"sgraph.ai/send/shared/test/nightly"
)

var server = sync.OnceValues(simulator.Server{
	Script: "minio-server",
	Args:   func(port string) []string { return []string{port} },
	Probe:  "/minio/health/ready",
	Status: 200,
}.Start)

// Config returns the configuration by which the AWS SDK reaches the server.
func Config(tb testing.TB) aws.Config {
	tb.Helper()
	if !nightly.Or(false, true) {
		tb.Skip("MinIO is built in the nightly run")
	}
	cfg := simulator.Config(simulator.Need(tb, "MinIO", server))
	cfg.Region = "us-east-1" // its own
	// It takes no password as short as that of the others.
	cfg.Credentials = credentials.NewStaticCredentialsProvider("testing", "testing-testing", "")
	return cfg
}

// Bucket makes a bucket with a name of its own.
func Bucket(tb testing.TB) string {
	tb.Helper()
	return simulator.Bucket(tb, Config(tb))
}
