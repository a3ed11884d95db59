// Package dynamolocal gives tests Amazon's DynamoDB Local: one server for a
// test binary, in memory, ended with it. Tests keep apart by the unique names
// of their tables.
//
// Where it cannot be had (no Java, no npm, no network at its first use) the
// test is skipped with the reason.
package dynamolocal

import (
	"context"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"sgraph.ai/send/shared/test/internal/simulator"
)

var server = sync.OnceValues(simulator.Server{
	Script: "dynamodb-local",
	Args:   func(port string) []string { return []string{port} },
	Probe:  "/",
	Status: 400, // it is asked for nothing
}.Start)

// Config returns the configuration by which the AWS SDK reaches the server.
func Config(tb testing.TB) aws.Config {
	tb.Helper()
	return simulator.Config(simulator.Need(tb, "DynamoDB Local", server))
}

// Load returns Config in the form the adapters take.
func Load(tb testing.TB) func(context.Context) (aws.Config, error) {
	tb.Helper()
	cfg := Config(tb)
	return func(context.Context) (aws.Config, error) { return cfg, nil }
}

// Table makes a ledger table with a name of its own.
func Table(tb testing.TB) string {
	tb.Helper()
	return simulator.Table(tb, Config(tb))
}

// Open returns the endpoint of the server, and a table of its own, to a program that is no
// test.
func Open(ctx context.Context) (endpoint, table string, err error) {
	if endpoint, err = server(); err == nil {
		table, err = simulator.NewTable(ctx, simulator.Config(endpoint))
	}
	return endpoint, table, err
}
