package scale

import "time"

// What AWS allows, as its pages say on the day of [Date]. Quotas that can be raised are
// what an account begins with.
const (
	// What one partition takes in a second, and with it one record, however the table
	// grows. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
	PartitionWrites = 1000
	PartitionReads  = 3000

	// A new table on demand; from then on twice the peak that it had before, within 30
	// minutes. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
	NewTableWrites = 4000
	NewTableReads  = 12_000

	// A table, until the quota is raised.
	// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
	TableWrites = 40_000
	TableReads  = 40_000

	// An account's functions in a region, until the quota is raised; and how many requests
	// each of what runs at once takes in a second.
	// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
	// https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html
	AccountConcurrency = 1000
	RequestsEach       = 10

	// Of each function so many more in ten seconds.
	// https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html
	ScaleIn10s = 1000

	// A prefix of a bucket, before S3 divides it further, which takes it half an hour or
	// more. https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html
	PrefixPuts = 3500
	PrefixGets = 5500

	// A distribution of CloudFront, and with it WAF.
	// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
	// https://docs.aws.amazon.com/waf/latest/developerguide/limits.html
	EdgeRequests = 250_000
	EdgeBits     = 150e9
)

// Date is the day on which these pages were looked at, as public copies have them.
const Date = "29 November 2026"

// How long AWS takes to answer: a single-digit number of milliseconds for a record, two
// rounds of that for a transaction, and 100 milliseconds or more for an object.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html
const (
	LedgerCall  = 5 * time.Millisecond
	Transaction = 10 * time.Millisecond
	StoreCall   = 100 * time.Millisecond

	// Hop is what lies between two functions, and Request what a request costs besides
	// (docs/performance.md: 34 µs in the program, the rest is Lambda's).
	Hop     = 5 * time.Millisecond
	Request = 2 * time.Millisecond

	// The lines of clients, in bytes a second: what a function takes up arrives at once,
	// as one event, and what it hands out leaves as fast as a receiver takes it.
	upLine   = 200e6
	downLine = 2.5e6
)
