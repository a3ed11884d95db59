package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/shared/stack"
)

// remains are the buckets and the table, by their names, that a protected stack
// left when it was destroyed, for the stack of that name to take over.
type remains map[string]bool

// option has a resource of this name taken over, if it is there, and made if not.
// What is in the state already stays as it is.
func (r remains) option(name string) pulumi.ResourceOption {
	if !r[name] {
		return pulumi.Composite()
	}
	return pulumi.Import(pulumi.ID(name))
}

// keeper is what knows whether buckets and tables are there, and whose.
type keeper struct {
	s3       *s3.Client
	dynamodb *dynamodb.Client
}

func keeperOf(c aws.Config) keeper {
	// A simulated S3 knows no buckets as host names.
	addressed := func(o *s3.Options) { o.UsePathStyle = o.BaseEndpoint != nil }
	return keeper{s3.NewFromConfig(c, addressed), dynamodb.NewFromConfig(c)}
}

// find returns what is there of a stack that is to adopt it. What only has the
// name of a part of this stack, and is another account's or carries another
// stack's tags, is refused: its owner could read along.
func (k keeper) find(ctx context.Context, s settings.Settings) (remains, error) {
	found := remains{}
	if !s.Adopt {
		return found, nil
	}
	ask := map[string]func(context.Context, settings.Settings, string) (map[string]string, error){s.Ledger(): k.table}
	for _, purpose := range stack.Buckets {
		ask[s.Bucket(purpose)] = k.bucket
	}
	for name, tagsOf := range ask {
		tags, err := tagsOf(ctx, s, name)
		switch {
		case errors.Is(err, errMissing):
			continue
		case err != nil:
			return nil, fmt.Errorf("adopting %s: %w; nothing was touched", name, err)
		case tags["project"] != stack.Project || tags["stack"] != s.Stack:
			return nil, fmt.Errorf("%s is there but not tagged as a part of stack %q (project: %q, stack: %q), so it is "+
				"not adopted; nothing was touched. If it is this stack's, tag it with project=%s and stack=%[2]s",
				name, s.Stack, tags["project"], tags["stack"], stack.Project)
		}
		found[name] = true
	}
	return found, nil
}

// errMissing says that something is not there.
var errMissing = errors.New("it is not there")

// bucket returns the tags of a bucket of the stack's account.
func (k keeper) bucket(ctx context.Context, s settings.Settings, name string) (map[string]string, error) {
	_, err := k.s3.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &name, ExpectedBucketOwner: &s.Account})
	if answer, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		switch answer.HTTPStatusCode() {
		case http.StatusNotFound:
			return nil, errMissing
		case http.StatusForbidden:
			return nil, fmt.Errorf("it belongs to another account than %s, or may not be read: %w", s.Account, err)
		}
	}
	if err != nil {
		return nil, err
	}
	tagged, err := k.s3.GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: &name, ExpectedBucketOwner: &s.Account})
	if answer, ok := errors.AsType[*awshttp.ResponseError](err); ok && answer.HTTPStatusCode() == http.StatusNotFound {
		return nil, nil // it has none
	}
	if err != nil {
		return nil, err
	}
	tags := map[string]string{}
	for _, t := range tagged.TagSet {
		tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return tags, nil
}

// table returns the tags of a table, which only the account of the credentials
// can have under its name.
func (k keeper) table(ctx context.Context, _ settings.Settings, name string) (map[string]string, error) {
	described, err := k.dynamodb.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &name})
	if _, missing := errors.AsType[*dynamodbtypes.ResourceNotFoundException](err); missing {
		return nil, errMissing
	}
	if err != nil {
		return nil, err
	}
	tagged, err := k.dynamodb.ListTagsOfResource(ctx,
		&dynamodb.ListTagsOfResourceInput{ResourceArn: described.Table.TableArn})
	if err != nil {
		return nil, err
	}
	tags := map[string]string{}
	for _, t := range tagged.Tags {
		tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return tags, nil
}
