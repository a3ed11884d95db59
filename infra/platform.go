package main

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// newRequestMetrics has S3 count the requests to the transfers bucket, and
// returns the name under which it does.
func newRequestMetrics(
	ctx *pulumi.Context, storage *Storage, inside pulumi.ResourceOption,
) (pulumi.StringOutput, error) {
	requests, err := s3.NewBucketMetric(ctx, "transfers-requests", &s3.BucketMetricArgs{
		Bucket: storage.Transfers.Name,
		Name:   pulumi.String(allRequests),
	}, inside)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	return requests.Name, nil
}

// allRequests names the count of all requests to a bucket.
const allRequests = "EntireBucket"

// storageAlarms watch the ledger and the transfers bucket.
func storageAlarms(storage *Storage, requests pulumi.StringOutput) []alarm {
	table := func(metric string) metricOf {
		return metricOf{
			namespace:  "AWS/DynamoDB",
			name:       metric,
			stat:       "Sum",
			dimensions: pulumi.StringMap{"TableName": storage.Ledger.Name},
		}
	}
	failed := func(operation string) metricOf {
		m := table("SystemErrors")
		m.dimensions["Operation"] = pulumi.String(operation)
		return m
	}
	bucket := func(metric string) metricOf {
		return metricOf{
			namespace:  "AWS/S3",
			name:       metric,
			stat:       "Sum",
			dimensions: pulumi.StringMap{"BucketName": storage.Transfers.Name, "FilterId": requests},
		}
	}
	// DynamoDB counts no requests, but what they consume, which is about as much.
	const consumed = "FILL(read, 0) + FILL(written, 0)"
	return []alarm{
		alarm{
			name: "ledger-throttles", playbook: "ledger-throttles",
			why: "the ledger refuses more than 1 % of reads and writes: transfers and limits fail",
		}.share("FILL(reads, 0) + FILL(writes, 0)", "FILL(reads, 0) + FILL(writes, 0) + "+consumed, 1, map[string]metricOf{
			"reads": table("ReadThrottleEvents"), "writes": table("WriteThrottleEvents"),
			"read": table("ConsumedReadCapacityUnits"), "written": table("ConsumedWriteCapacityUnits"),
		}),
		alarm{
			name: "ledger-errors", playbook: "ledger-errors",
			why: "DynamoDB itself fails for more than 1 % of reads and writes",
		}.share("FILL(gets, 0) + FILL(puts, 0) + FILL(updates, 0) + FILL(writes, 0)",
			"FILL(gets, 0) + FILL(puts, 0) + FILL(updates, 0) + FILL(writes, 0) + "+consumed, 1, map[string]metricOf{
				"gets": failed("GetItem"), "puts": failed("PutItem"), "updates": failed("UpdateItem"),
				"writes": failed("TransactWriteItems"),
				"read":   table("ConsumedReadCapacityUnits"), "written": table("ConsumedWriteCapacityUnits"),
			}),
		alarm{
			name: "transfers-bucket-errors", playbook: "bucket-errors",
			why: "S3 answers more than 1 % of the requests for payloads with 5xx",
		}.share("FILL(errors, 0)", "FILL(requests, 1)", 1, map[string]metricOf{
			"errors": bucket("5xxErrors"), "requests": bucket("AllRequests"),
		}),
	}
}
