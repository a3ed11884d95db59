// Command clients is the least that a function can be which uses S3 and
// DynamoDB as AWS's examples do.
package main

import (
	"context"
	"log"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func main() {
	c, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	bytes, state := s3.NewFromConfig(c), dynamodb.NewFromConfig(c)
	lambda.Start(func(ctx context.Context) error {
		if _, err := bytes.ListBuckets(ctx, nil); err != nil {
			return err
		}
		_, err := state.ListTables(ctx, nil)
		return err
	})
}
