package simulator

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

// Region is the region of everything simulated.
const Region = "eu-west-2"

// Config returns the configuration by which the AWS SDK reaches a simulator. It
// depends on nothing in the environment.
func Config(endpoint string) aws.Config {
	return aws.Config{
		Region:       Region,
		BaseEndpoint: &endpoint,
		Credentials:  credentials.NewStaticCredentialsProvider("testing", "testing", ""),
		// The defaults of a configuration that is loaded.
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenSupported,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenSupported,
	}
}

// Table makes a ledger table with a name of its own.
func Table(tb testing.TB, cfg aws.Config) string {
	tb.Helper()
	name, err := NewTable(tb.Context(), cfg)
	if err != nil {
		tb.Fatal(err)
	}
	return name
}

// NewTable is Table for who is no test.
func NewTable(ctx context.Context, cfg aws.Config) (name string, err error) {
	name = Unique("ledger")
	_, err = dynamodb.NewFromConfig(cfg).CreateTable(ctx, &dynamodb.CreateTableInput{
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
	return name, err
}

// Bucket makes a bucket with a name of its own.
func Bucket(tb testing.TB, cfg aws.Config) string {
	tb.Helper()
	name, err := NewBucket(tb.Context(), cfg)
	if err != nil {
		tb.Fatal(err)
	}
	return name
}

// NewBucket is Bucket for who is no test.
func NewBucket(ctx context.Context, cfg aws.Config) (name string, err error) {
	in := &s3.CreateBucketInput{Bucket: aws.String(Unique("bucket"))}
	if cfg.Region != "us-east-1" { // which is named by naming none
		in.CreateBucketConfiguration = &s3t.CreateBucketConfiguration{
			LocationConstraint: s3t.BucketLocationConstraint(cfg.Region),
		}
	}
	client := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
	_, err = client.CreateBucket(ctx, in)
	return *in.Bucket, err
}

// Unique returns a name that no other test, in any process, has; with the "--"
// that the names of the stacks' resources have too.
func Unique(kind string) string {
	return "test--" + kind + "--" + strings.ToLower(rand.Text())
}
