package moto

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3t "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"sgraph.ai/send/shared/dynamo/table"
)

// Region is the region of everything made here.
const Region = "eu-west-2"

// Config returns the configuration by which the AWS SDK reaches the simulated
// AWS. It depends on nothing in the environment.
func Config(tb testing.TB) aws.Config {
	tb.Helper()
	return aws.Config{
		Region:       Region,
		BaseEndpoint: aws.String(Start(tb)),
		Credentials:  credentials.NewStaticCredentialsProvider("testing", "testing", ""),
		// The defaults of a configuration that is loaded.
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenSupported,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenSupported,
	}
}

// Load returns Config in the form the adapters take.
func Load(tb testing.TB) func(context.Context) (aws.Config, error) {
	tb.Helper()
	cfg := Config(tb)
	return func(context.Context) (aws.Config, error) { return cfg, nil }
}

// Bucket makes a bucket with a name of its own.
func Bucket(tb testing.TB) string {
	tb.Helper()
	name := unique("bucket")
	client := s3.NewFromConfig(Config(tb), func(o *s3.Options) { o.UsePathStyle = true })
	_, err := client.CreateBucket(tb.Context(), &s3.CreateBucketInput{
		Bucket:                    &name,
		CreateBucketConfiguration: &s3t.CreateBucketConfiguration{LocationConstraint: Region},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return name
}

// Table makes a ledger table with a name of its own.
func Table(tb testing.TB) string {
	tb.Helper()
	name := unique("ledger")
	_, err := dynamodb.NewFromConfig(Config(tb)).CreateTable(tb.Context(), &dynamodb.CreateTableInput{
		TableName:   &name,
		BillingMode: ddb.BillingModePayPerRequest,
		AttributeDefinitions: []ddb.AttributeDefinition{
			{AttributeName: aws.String(table.PartitionKey), AttributeType: ddb.ScalarAttributeTypeS},
			{AttributeName: aws.String(table.SortKey), AttributeType: ddb.ScalarAttributeTypeS},
		},
		KeySchema: []ddb.KeySchemaElement{
			{AttributeName: aws.String(table.PartitionKey), KeyType: ddb.KeyTypeHash},
			{AttributeName: aws.String(table.SortKey), KeyType: ddb.KeyTypeRange},
		},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return name
}

// unique returns a name that no other test, in any process, has; with the "--"
// that the names of the stacks' resources have too.
func unique(kind string) string {
	return "test--" + kind + "--" + strings.ToLower(rand.Text())
}
