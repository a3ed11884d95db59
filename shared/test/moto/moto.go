// Package moto gives tests a simulated AWS: one moto server for a test binary,
// ended with it. Tests keep apart by the unique names of their buckets and
// tables.
//
// Where moto cannot be had the test is skipped with the reason, or fails if CI
// is "true" or SEND_REQUIRE_MOTO is "1".
package moto

import (
	"context"
	"os"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmt "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"sgraph.ai/send/shared/test/internal/simulator"
)

// Region is the region of everything made here.
const Region = simulator.Region

var server = sync.OnceValues(simulator.Server{
	Script: "moto-server",
	Args:   func(port string) []string { return []string{"-H", "127.0.0.1", "-p", port} },
	// Whoever asks for a certificate waits for no minute until it is issued.
	Env:    []string{"MOTO_STOP_WITH_STDIN=1", "MOTO_ACM_VALIDATION_WAIT=0"},
	Probe:  "/moto-api/",
	Status: 200,
}.Start)

// Start returns the endpoint of the simulated AWS, such as
// "http://127.0.0.1:4566".
func Start(tb testing.TB) (endpoint string) {
	tb.Helper()
	endpoint, err := server()
	if err != nil && (os.Getenv("CI") == "true" || os.Getenv("SEND_REQUIRE_MOTO") == "1") {
		tb.Fatalf("moto is required and cannot be had: %v", err)
	}
	if err != nil {
		tb.Skipf("SKIPPED, nothing was tested: moto cannot be had: %v", err)
	}
	return endpoint
}

// Config returns the configuration by which the AWS SDK reaches the simulated
// AWS.
func Config(tb testing.TB) aws.Config {
	tb.Helper()
	return simulator.Config(Start(tb))
}

// At returns the configuration by which the AWS SDK reaches a simulator that another process
// has started.
func At(endpoint string) aws.Config { return simulator.Config(endpoint) }

// Load returns Config in the form the adapters take.
func Load(tb testing.TB) func(context.Context) (aws.Config, error) {
	tb.Helper()
	cfg := Config(tb)
	return func(context.Context) (aws.Config, error) { return cfg, nil }
}

// Bucket makes a bucket with a name of its own.
func Bucket(tb testing.TB) string {
	tb.Helper()
	return simulator.Bucket(tb, Config(tb))
}

// Table makes a ledger table with a name of its own.
func Table(tb testing.TB) string {
	tb.Helper()
	return simulator.Table(tb, Config(tb))
}

// Parameter makes a SecureString of the Parameter Store with a name of its own.
func Parameter(tb testing.TB, value string) (name string) {
	tb.Helper()
	name = "/sgraph-send/tests/" + simulator.Unique("parameter")
	SetParameter(tb, name, value)
	return name
}

// SetParameter changes it, or makes it anew.
func SetParameter(tb testing.TB, name, value string) {
	tb.Helper()
	_, err := ssm.NewFromConfig(Config(tb)).PutParameter(tb.Context(), &ssm.PutParameterInput{
		Name: &name, Value: &value, Type: ssmt.ParameterTypeSecureString, Overwrite: aws.Bool(true),
	})
	if err != nil {
		tb.Fatal(err)
	}
}

// RemoveParameter removes it.
func RemoveParameter(tb testing.TB, name string) {
	tb.Helper()
	_, err := ssm.NewFromConfig(Config(tb)).DeleteParameter(tb.Context(), &ssm.DeleteParameterInput{Name: &name})
	if err != nil {
		tb.Fatal(err)
	}
}
