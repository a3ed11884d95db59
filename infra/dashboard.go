package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// dashboardBody lays out one page for a stack: a row per service, then what
// both stand on.
func dashboardBody(region string, args *WatchArgs) pulumi.StringOutput {
	var widgets []any
	add := func(column int, row int, title, stat string, lines ...[]any) {
		widgets = append(widgets, map[string]any{
			"type": "metric", "x": column * 6, "y": row * 6, "width": 6, "height": 6,
			"properties": map[string]any{
				"title": title, "region": region, "stat": stat, "period": 60, "view": "timeSeries", "metrics": lines,
			},
		})
	}
	for row, service := range args.Services {
		line := func(metric string, options ...any) []any {
			return append([]any{"AWS/Lambda", metric, "FunctionName", service.Function.Name}, options...)
		}
		stat := func(s string) map[string]any { return map[string]any{"stat": s} }
		add(0, row, service.Name+": requests", "Sum", line("UrlRequestCount"), line("Url4xxCount"), line("Url5xxCount"))
		add(1, row, service.Name+": latency in ms", "p50", line("UrlRequestLatency"),
			line("UrlRequestLatency", stat("p90")), line("UrlRequestLatency", stat("p99")))
		add(2, row, service.Name+": errors and throttles", "Sum", line("Errors"), line("Throttles"))
		add(3, row, service.Name+": concurrency", "Maximum", line("ConcurrentExecutions"))
	}
	below := len(args.Services)
	ledger := func(metric string) []any {
		return []any{"AWS/DynamoDB", metric, "TableName", args.Storage.Ledger.Name}
	}
	bucket := func(metric, dimension, value string) []any {
		return []any{"AWS/S3", metric, "BucketName", args.Storage.Transfers.Name, dimension, value}
	}
	add(0, below, "ledger: units", "Sum", ledger("ConsumedReadCapacityUnits"), ledger("ConsumedWriteCapacityUnits"))
	add(1, below, "ledger: refused", "Sum", ledger("ReadThrottleEvents"), ledger("WriteThrottleEvents"), ledger("ConditionalCheckFailedRequests"))
	add(2, below, "transfers: bytes moved", "Sum", bucket("BytesUploaded", "FilterId", "EntireBucket"), bucket("BytesDownloaded", "FilterId", "EntireBucket"))
	add(3, below, "transfers: stored bytes", "Average", bucket("BucketSizeBytes", "StorageType", "StandardStorage"))
	return pulumi.JSONMarshal(map[string]any{"widgets": widgets})
}
