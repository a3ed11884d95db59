package main

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/shared/stack"
)

// serviceAlarms watch one function. Where there is no traffic there is nothing
// wrong: missing data never raises one of these.
func serviceAlarms(service *Service) []alarm {
	dimensions := pulumi.StringMap{"FunctionName": service.Function.Name}
	lambda := func(metric, stat string) metricOf {
		return metricOf{namespace: "AWS/Lambda", name: metric, stat: stat, dimensions: dimensions}
	}
	of := func(kind string) string { return service.Name + "-" + kind }
	alarms := []alarm{
		alarm{
			name: of("errors"), playbook: "function-errors", critical: true,
			why: "more than 2 % of requests, and five or more, end in an error of the function",
		}.share("FILL(errors, 0)", "FILL(calls, 1)", 2, map[string]metricOf{
			"errors": lambda("Errors", "Sum"), "calls": lambda("Invocations", "Sum"),
		}),
		alarm{
			name: of("throttles"), playbook: "function-throttles", critical: true,
			why: "more than 1 % of requests, and five or more, are refused because the concurrency is used up, " +
				"the function's own or the account's",
		}.share("FILL(refused, 0)", "FILL(refused, 0) + FILL(calls, 0)", 1, map[string]metricOf{
			"refused": lambda("Throttles", "Sum"), "calls": lambda("Invocations", "Sum"),
		}),
		{
			name: of("slow"), playbook: "function-slow",
			why:    "one request in a hundred takes more than 80 % of the timeout",
			metric: lambda("Duration", "p99"), above: 0.8 * float64(service.Size.Timeout.Milliseconds()),
		},
		alarm{
			name: of("url-5xx"), playbook: "url-5xx", critical: true,
			why: "more than 2 % of the callers of the Function URL, and five or more, see errors or timeouts",
		}.share("FILL(errors, 0)", "FILL(calls, 1)", 2, map[string]metricOf{
			"errors": lambda("Url5xxCount", "Sum"), "calls": lambda("UrlRequestCount", "Sum"),
		}),
		{
			name: of("url-4xx"), playbook: "url-4xx",
			why:     "more than 40 % of at least 50 requests in a minute are refused: abuse, or a broken client",
			metrics: map[string]metricOf{"refused": lambda("Url4xxCount", "Sum"), "calls": lambda("UrlRequestCount", "Sum")},
			math:    "IF(calls > 50, 100 * refused / calls, 0)", above: 40,
		},
	}
	if n := service.Size.Concurrency; n > 0 {
		alarms = append(alarms, alarm{
			name: of("concurrency"), playbook: "function-concurrency",
			why:    "more than 80 % of the reserved concurrency is in use",
			metric: lambda("ConcurrentExecutions", "Maximum"), above: 0.8 * float64(n),
		})
	}
	return alarms
}

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

// firewallAlarm notices a wave that WAF holds off.
func firewallAlarm(names stack.Names) alarm {
	return alarm{
		name: "firewall-blocks", playbook: "firewall-blocks",
		why: "WAF blocks more than 500 requests in five minutes",
		metric: metricOf{
			namespace:  "AWS/WAFV2",
			name:       "BlockedRequests",
			stat:       "Sum",
			dimensions: pulumi.StringMap{"WebACL": pulumi.String(names.Firewall()), "Rule": pulumi.String("ALL")},
		},
		above: 500, period: 300, datapoints: 1, of: 1,
	}
}
