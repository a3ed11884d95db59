package main

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/stack"
)

// page lays a dashboard out: rows of four widgets each.
type page struct {
	region  string
	stage   string
	widgets []any
}

// line is a metric on a widget, as CloudWatch writes it.
type line []any

// with reads the metric in another way than its widget.
func (l line) with(stat string) line {
	return append(slices.Clip(l), map[string]any{"stat": stat})
}

// graph draws metrics over time.
func (p *page) graph(title, stat string, lines ...line) { p.series(title, p.region, stat, 60, lines) }

// slow draws metrics that have one value a day or so.
func (p *page) slow(title, region string, lines ...line) {
	p.series(title, region, "Maximum", 86400, lines)
}

// series draws metrics of a region over time, a value for so many seconds.
func (p *page) series(title, region, stat string, period int, lines []line) {
	p.add("metric", map[string]any{
		"title":   title,
		"region":  region,
		"stat":    stat,
		"period":  period,
		"view":    "timeSeries",
		"metrics": lines,
	})
}

func (p *page) add(kind string, properties map[string]any) {
	n := len(p.widgets)
	p.widgets = append(p.widgets, map[string]any{
		"type":       kind,
		"x":          n % 4 * 6,
		"y":          n / 4 * 6,
		"width":      6,
		"height":     6,
		"properties": properties,
	})
}

// dashboardBody lays out one page for a stack: what goes through it, a row and
// a half per service, then what both stand on and what it costs.
func dashboardBody(args *WatchArgs) pulumi.StringOutput {
	p := &page{region: args.Names.Region, stage: args.Stage}
	p.drawBusiness()
	for _, service := range args.Services {
		service.draw(p)
	}
	p.drawStorage(args.Storage)
	// Bills are told in that region only, and of the account as a whole.
	p.slow("the account's charges this month, in US dollars", stack.GlobalRegion,
		line{"AWS/Billing", "EstimatedCharges", "Currency", "USD"})
	if args.Firewall != nil {
		args.Firewall.draw(p)
	}
	return pulumi.JSONMarshal(map[string]any{"widgets": p.widgets})
}

// counted is what a service counts of its own business.
func (p *page) counted(service string, name metric.Name) line {
	return line{metric.Namespace, string(name), metric.DimensionService, service, metric.DimensionStage, p.stage}
}

// failing draws the calls of a service that fail, whatever runs it.
func (p *page) failing(service string) {
	of := func(name metric.Name) line { return p.counted(service, name) }
	p.graph(service+": failing calls", "Sum", of(metric.LedgerErrors), of(metric.StorageErrors),
		of(metric.LimiterFailedOpen), of(metric.LimiterFailedClosed), of(metric.AuditLost))
}

func (p *page) drawBusiness() {
	user := func(name metric.Name) line { return p.counted(metric.User, name) }
	admin := func(name metric.Name) line { return p.counted(metric.Admin, name) }
	p.graph("transfers", "Sum", user(metric.TransfersCreated), user(metric.TransfersCompleted),
		user(metric.Downloads), user(metric.TransfersDeleted), user(metric.Swept))
	p.graph("bytes through the services", "Sum", user(metric.BytesUploaded), user(metric.BytesDownloaded))
	p.graph("refused", "Sum", user(metric.TokenRefused), user(metric.UploadsRefused), admin(metric.FailedLogins),
		user(metric.LimitHit), admin(metric.LimitHit))
	p.graph("canary and sweep", "Sum", p.counted(metric.Canary, metric.CanarySucceeded),
		p.counted(metric.Canary, metric.CanaryFailed), user(metric.SweepsCompleted))
}

func (p *page) drawStorage(storage *Storage) {
	table := func(name string) line { return line{"AWS/DynamoDB", name, "TableName", storage.Ledger.Name} }
	bucket := func(name, dimension, value string) line {
		return line{"AWS/S3", name, "BucketName", storage.Transfers.Name, dimension, value}
	}
	requests := func(name string) line { return bucket(name, "FilterId", allRequests) }

	p.graph("ledger: units", "Sum", table("ConsumedReadCapacityUnits"), table("ConsumedWriteCapacityUnits"))
	p.graph("ledger: refused", "Sum", table("ReadThrottleEvents"), table("WriteThrottleEvents"),
		table("ConditionalCheckFailedRequests"))
	p.graph("transfers: bytes in and out of the bucket", "Sum", requests("BytesUploaded"), requests("BytesDownloaded"))
	p.graph("transfers: errors of the bucket", "Sum", requests("4xxErrors"), requests("5xxErrors"))
	p.slow("transfers: bytes stored", p.region, bucket("BucketSizeBytes", "StorageType", "StandardStorage"))
	p.slow("transfers: objects stored", p.region, bucket("NumberOfObjects", "StorageType", "AllStorageTypes"))
}
