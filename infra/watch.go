package main

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/budgets"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/settings"
)

// Watch tells people when a stack is not well: alarms with a playbook each,
// uptime checks from outside, a budget, a dashboard, and questions to the logs.
type Watch struct {
	pulumi.ResourceState

	// Topic is where the stack's alarms go.
	Topic pulumi.StringOutput
	// Dashboard is the dashboard's name.
	Dashboard pulumi.StringOutput

	stack            string
	regional, global *board
	// critical are the alarms that together say "service unhealthy".
	critical []*cloudwatch.MetricAlarm
}

// WatchArgs describe what to watch.
type WatchArgs struct {
	Settings settings.Settings
	Storage  *Storage
	Services []*Service
	Canary   *Canary // nil where there is none
	Edge     *Edge
	// Global is the provider of us-east-1, the only region in which
	// CloudFront, its WAF and Route 53 report.
	Global pulumi.ResourceOption
}

// NewWatch declares everything that watches a stack.
func NewWatch(ctx *pulumi.Context, name string, args *WatchArgs, opts ...pulumi.ResourceOption) (*Watch, error) {
	s := args.Settings
	c := &Watch{stack: s.Stack}
	if err := ctx.RegisterComponentResource("send:infra:Watch", name, c, opts...); err != nil {
		return nil, err
	}
	inside := pulumi.Parent(c)
	var err error
	if c.regional, err = newBoard(ctx, "alarms", s, inside); err != nil {
		return nil, err
	}
	c.Topic = c.regional.topic

	var alarms []alarm
	logs := pulumi.StringArray{}
	for _, service := range args.Services {
		alarms = append(alarms, serviceAlarms(service)...)
		alarms = append(alarms, businessAlarms(s, service.Name)...)
		logs = append(logs, service.LogGroup.Name)
	}
	if args.Canary != nil {
		alarms = append(alarms, canaryAlarm(s))
		logs = append(logs, args.Canary.LogGroup.Name)
	}
	for _, a := range alarms {
		made, err := c.regional.raise(ctx, a)
		if err != nil {
			return nil, err
		}
		if a.critical {
			c.critical = append(c.critical, made)
		}
	}
	if err := c.saveQuestions(ctx, logs, inside); err != nil {
		return nil, err
	}
	if err := c.watchStorage(ctx, args.Storage, inside); err != nil {
		return nil, err
	}
	if err := c.unhealthy(ctx, inside); err != nil {
		return nil, err
	}
	if s.Uptime || s.Edge.Enabled {
		if c.global, err = newBoard(ctx, "global-alarms", s, pulumi.Composite(inside, args.Global)); err != nil {
			return nil, err
		}
	}
	if s.Edge.Enabled {
		if _, err := c.global.raise(ctx, firewallAlarm(args.Edge)); err != nil {
			return nil, err
		}
	}
	if s.Uptime {
		for service, url := range map[string]pulumi.StringOutput{"user": args.Edge.UserURL, "admin": args.Edge.AdminURL} {
			if err := c.uptime(ctx, service, url); err != nil {
				return nil, err
			}
		}
	}
	if s.MonthlyBudget > 0 {
		if err := c.budget(ctx, s, inside); err != nil {
			return nil, err
		}
	}
	dashboard, err := cloudwatch.NewDashboard(ctx, "dashboard", &cloudwatch.DashboardArgs{
		DashboardName: pulumi.String("sgraph-send-" + s.Stack),
		DashboardBody: dashboardBody(args),
	}, inside)
	if err != nil {
		return nil, err
	}
	c.Dashboard = dashboard.DashboardName
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"topic": c.Topic, "dashboard": c.Dashboard})
}

// serviceAlarms watch one function. Where there is no traffic there is nothing
// wrong: missing data never raises one of these.
func serviceAlarms(service *Service) []alarm {
	dimensions := pulumi.StringMap{"FunctionName": service.Function.Name}
	lambda := func(metric, stat string) metricOf {
		return metricOf{namespace: "AWS/Lambda", name: metric, stat: stat, dimensions: dimensions}
	}
	of := func(kind string) string { return service.Name + "-" + kind }
	return []alarm{
		{
			name: of("errors"), playbook: "function-errors", critical: true,
			why:     "more than 2 % of requests end in an error of the function",
			metrics: map[string]metricOf{"errors": lambda("Errors", "Sum"), "calls": lambda("Invocations", "Sum")},
			math:    "IF(calls > 0, 100 * errors / calls, 0)", above: 2,
		}, {
			name: of("throttles"), playbook: "function-throttles", critical: true,
			why:    "requests are refused because the reserved concurrency is used up",
			metric: lambda("Throttles", "Sum"), above: 0, period: 300, datapoints: 1, of: 1,
		}, {
			name: of("slow"), playbook: "function-slow",
			why:    "one request in a hundred takes more than 80 % of the timeout",
			metric: lambda("Duration", "p99"), above: 0.8 * float64(service.Size.Timeout.Milliseconds()),
		}, {
			name: of("concurrency"), playbook: "function-concurrency",
			why:    "more than 80 % of the reserved concurrency is in use",
			metric: lambda("ConcurrentExecutions", "Maximum"), above: 0.8 * float64(service.Size.Concurrency),
		}, {
			name: of("url-5xx"), playbook: "url-5xx", critical: true,
			why:    "callers of the Function URL see errors or timeouts",
			metric: lambda("Url5xxCount", "Sum"), above: 0, period: 300, datapoints: 1, of: 1,
		}, {
			name: of("url-4xx"), playbook: "url-4xx",
			why:     "more than 40 % of at least 50 requests in a minute are refused: abuse, or a broken client",
			metrics: map[string]metricOf{"refused": lambda("Url4xxCount", "Sum"), "calls": lambda("UrlRequestCount", "Sum")},
			math:    "IF(calls > 50, 100 * refused / calls, 0)", above: 40,
		},
	}
}

// watchStorage watches the ledger and the transfers bucket.
func (c *Watch) watchStorage(ctx *pulumi.Context, storage *Storage, inside pulumi.ResourceOption) error {
	requests, err := s3.NewBucketMetric(ctx, "transfers-requests", &s3.BucketMetricArgs{
		Bucket: storage.Transfers.Name, Name: pulumi.String("EntireBucket"),
	}, inside)
	if err != nil {
		return err
	}
	table := func(metric string) metricOf {
		return metricOf{namespace: "AWS/DynamoDB", name: metric, stat: "Sum", dimensions: pulumi.StringMap{"TableName": storage.Ledger.Name}}
	}
	failed := func(operation string) metricOf {
		m := table("SystemErrors")
		m.dimensions = pulumi.StringMap{"TableName": storage.Ledger.Name, "Operation": pulumi.String(operation)}
		return m
	}
	for _, a := range []alarm{
		{
			name: "ledger-throttles", playbook: "ledger-throttles",
			why:     "the ledger refuses reads or writes: transfers and limits fail",
			metrics: map[string]metricOf{"reads": table("ReadThrottleEvents"), "writes": table("WriteThrottleEvents")},
			math:    "FILL(reads, 0) + FILL(writes, 0)", above: 0, period: 300, datapoints: 1, of: 1,
		}, {
			name: "ledger-errors", playbook: "ledger-errors",
			why:     "DynamoDB itself fails",
			metrics: map[string]metricOf{"gets": failed("GetItem"), "puts": failed("PutItem"), "updates": failed("UpdateItem"), "writes": failed("TransactWriteItems")},
			math:    "FILL(gets, 0) + FILL(puts, 0) + FILL(updates, 0) + FILL(writes, 0)", above: 0,
		}, {
			name: "transfers-bucket-errors", playbook: "bucket-errors",
			why: "S3 answers requests for payloads with 5xx",
			metric: metricOf{namespace: "AWS/S3", name: "5xxErrors", stat: "Sum",
				dimensions: pulumi.StringMap{"BucketName": storage.Transfers.Name, "FilterId": requests.Name}}, above: 0,
		},
	} {
		if _, err := c.regional.raise(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// firewallAlarm notices a wave that WAF holds off.
func firewallAlarm(edge *Edge) alarm {
	return alarm{
		name: "firewall-blocks", playbook: "firewall-blocks",
		why: "WAF blocks more than 500 requests in five minutes",
		metric: metricOf{namespace: "AWS/WAFV2", name: "BlockedRequests", stat: "Sum",
			dimensions: pulumi.StringMap{"WebACL": pulumi.String(edge.ACL), "Rule": pulumi.String("ALL")}},
		above: 500, period: 300, datapoints: 1, of: 1,
	}
}

// unhealthy is the one alarm to wake somebody for.
func (c *Watch) unhealthy(ctx *pulumi.Context, inside pulumi.ResourceOption) error {
	terms := pulumi.StringArray{}
	for _, alarm := range c.critical {
		terms = append(terms, pulumi.Sprintf("ALARM(%q)", alarm.Name))
	}
	_, err := cloudwatch.NewCompositeAlarm(ctx, "unhealthy", &cloudwatch.CompositeAlarmArgs{
		AlarmName:        pulumi.String(alarmName(c.stack, "unhealthy")),
		AlarmDescription: pulumi.String(describeAlarm("a service fails for its callers", "service-unhealthy")),
		AlarmRule: terms.ToStringArrayOutput().ApplyT(func(terms []string) string {
			return strings.Join(terms, " OR ")
		}).(pulumi.StringOutput),
		AlarmActions: pulumi.StringArray{c.Topic}, OkActions: pulumi.StringArray{c.Topic},
	}, inside)
	return err
}

// uptime asks a service from several continents. Silence is an outage here.
func (c *Watch) uptime(ctx *pulumi.Context, service string, url pulumi.StringOutput) error {
	check, err := route53.NewHealthCheck(ctx, service, &route53.HealthCheckArgs{
		Type: pulumi.String("HTTPS"), Port: pulumi.Int(443), ResourcePath: pulumi.String("/info/health"),
		Fqdn:            url.ApplyT(func(u string) string { return strings.TrimPrefix(u, "https://") }).(pulumi.StringOutput),
		RequestInterval: pulumi.Int(30), FailureThreshold: pulumi.Int(3),
		Tags: pulumi.StringMap{"Name": pulumi.String(fmt.Sprintf("sgraph-send-%s-%s", service, c.stack))},
	}, c.global.inside)
	if err != nil {
		return err
	}
	_, err = c.global.raise(ctx, alarm{
		name: service + "-down", playbook: "uptime",
		why: "the service does not answer from outside",
		metric: metricOf{namespace: "AWS/Route53", name: "HealthCheckStatus", stat: "Minimum",
			dimensions: pulumi.StringMap{"HealthCheckId": check.ID().ToStringOutput()}},
		above: 0, inverted: true, silenceIsBad: true,
	})
	return err
}

// budget sends a notice before a month becomes dear. The tag filter works once
// "stack" is activated as a cost allocation tag in the account.
func (c *Watch) budget(ctx *pulumi.Context, s settings.Settings, inside pulumi.ResourceOption) error {
	notice := func(kind string, percent float64) *budgets.BudgetNotificationArgs {
		return &budgets.BudgetNotificationArgs{
			NotificationType: pulumi.String(kind), ComparisonOperator: pulumi.String("GREATER_THAN"),
			Threshold: pulumi.Float64(percent), ThresholdType: pulumi.String("PERCENTAGE"),
			SubscriberSnsTopicArns: pulumi.StringArray{c.Topic},
		}
	}
	_, err := budgets.NewBudget(ctx, "budget", &budgets.BudgetArgs{
		Name: pulumi.String("sgraph-send-" + s.Stack), BudgetType: pulumi.String("COST"), TimeUnit: pulumi.String("MONTHLY"),
		LimitAmount: pulumi.Sprintf("%d", s.MonthlyBudget), LimitUnit: pulumi.String("USD"),
		CostFilters: budgets.BudgetCostFilterArray{&budgets.BudgetCostFilterArgs{
			Name: pulumi.String("TagKeyValue"), Values: pulumi.StringArray{pulumi.String("user:stack$" + s.Stack)},
		}},
		Notifications: budgets.BudgetNotificationArray{notice("ACTUAL", 80), notice("FORECASTED", 100)},
	}, inside, after(c.regional.policy))
	return err
}
