package main

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/stack"
)

// question is something that operators ask of the logs.
type question struct{ name, query string }

// questions in the language of CloudWatch Logs Insights. Fields are those of
// the services' log lines, in which metrics stand under their own names, or,
// after an @, those of Lambda's.
var questions = []question{
	{"slowest-routes", `filter msg = "request"
| stats count(*) as requests, pct(duration_ms, 50) as p50, pct(duration_ms, 99) as p99, ` +
		`max(duration_ms) as slowest by service, method, route
| sort p99 desc`},
	{"errors-by-route", `filter level = "ERROR"
| stats count(*) as errors, latest(cause) as last_cause by service, msg, route, code
| sort errors desc`},
	{"one-request", `filter request_id = "put the request's id here"
| sort @timestamp asc`},
	{"refused-tokens", count(metric.TokenRefused, "client, route, bin(1h)")},
	{"refused-uploads", count(metric.UploadsRefused, "client, route, code, bin(1h)")},
	{"failed-logins", count(metric.FailedLogins, "client, route, bin(5m)")},
	{"limits-hit", count(metric.LimitHit, "limit, client")},
	{"largest-transfers", fmt.Sprintf(`filter ispresent(%[1]s)
| fields @timestamp, request_id, %[1]s / 1048576 as mebibytes
| sort %[1]s desc
| limit 50`, metric.BytesUploaded)},
	{"cold-starts", `filter @type = "REPORT" and ispresent(@initDuration)
| stats count(*) as starts, pct(@initDuration, 50) as p50, max(@initDuration) as slowest, ` +
		`max(@maxMemoryUsed / 1000000) as megabytes by @log`},
	{"faults", `filter ispresent(stack)
| fields @timestamp, service, request_id, route, cause, stack
| sort @timestamp desc
| limit 20`},
	{"canary-rounds", fmt.Sprintf(`filter service = %q
| fields @timestamp, level, msg, duration_ms, cause
| sort @timestamp desc`, metric.Canary)},
}

// count asks who made the services count something.
func count(name metric.Name, by string) string {
	return fmt.Sprintf(`filter ispresent(%[1]s)
| stats sum(%[1]s) as times by service, %[2]s
| sort times desc`, name, by)
}

// saveQuestions keeps the questions where the console offers them.
func saveQuestions(
	ctx *pulumi.Context, names stack.Names, logs pulumi.StringArray, inside pulumi.ResourceOption,
) error {
	for _, q := range questions {
		if _, err := cloudwatch.NewQueryDefinition(ctx, q.name, &cloudwatch.QueryDefinitionArgs{
			Name:          pulumi.String(names.Query(q.name)),
			QueryString:   pulumi.String(q.query),
			LogGroupNames: logs,
		}, inside); err != nil {
			return err
		}
	}
	return nil
}
