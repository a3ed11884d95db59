package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/shared/metric"
)

func (c *Service) name() string { return c.Name }

func (c *Service) logs() pulumi.StringOutput { return c.LogGroup.Name }

func (c *Service) requests() metricOf { return c.ofLive("UrlRequestCount", "Sum") }

// measured is what Lambda measures of the function, whatever alias is called.
func (c *Service) measured(metric, stat string) metricOf {
	return metricOf{
		namespace: "AWS/Lambda", name: metric, stat: stat,
		dimensions: pulumi.StringMap{"FunctionName": c.Function.Name},
	}
}

// ofLive is what Lambda measures of what people call: both versions while the live
// alias is between two, and nothing of one that is only tried.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
func (c *Service) ofLive(metric, stat string) metricOf {
	m := c.measured(metric, stat)
	m.dimensions["Resource"] = pulumi.Sprintf("%s:%s", c.Function.Name, c.Live.Name)
	return m
}

// alarms watch one function. Where there is no traffic there is nothing
// wrong: missing data never raises one of these.
func (c *Service) alarms() []alarm {
	live := c.ofLive
	of := func(kind string) string { return c.Name + "-" + kind }
	alarms := []alarm{
		alarm{
			name: of("errors"), playbook: "function-errors", critical: true,
			why: "more than 2 % of requests, and five or more, end in an error of the function",
		}.share("FILL(errors, 0)", "FILL(calls, 1)", 2, map[string]metricOf{
			"errors": live("Errors", "Sum"), "calls": live("Invocations", "Sum"),
		}),
		alarm{
			name: of("throttles"), playbook: "function-throttles", critical: true,
			why: "more than 1 % of requests, and five or more, are refused because the concurrency is used up, " +
				"the function's own or the account's",
		}.share("FILL(refused, 0)", "FILL(refused, 0) + FILL(calls, 0)", 1, map[string]metricOf{
			"refused": c.measured("Throttles", "Sum"), "calls": c.measured("Invocations", "Sum"),
		}),
		{
			name: of("slow"), playbook: "function-slow",
			why:    "one request in a hundred takes more than 80 % of the timeout",
			metric: live("Duration", "p99"), above: 0.8 * float64(c.Size.Timeout.Milliseconds()),
		},
		alarm{
			name: of("url-5xx"), playbook: "url-5xx", critical: true,
			why: "more than 2 % of the callers of the Function URL, and five or more, see errors or timeouts",
		}.share("FILL(errors, 0)", "FILL(calls, 1)", 2, map[string]metricOf{
			"errors": live("Url5xxCount", "Sum"), "calls": c.requests(),
		}),
		{
			name: of("url-4xx"), playbook: "url-4xx",
			why:     "more than 40 % of at least 50 requests in a minute are refused: abuse, or a broken client",
			metrics: map[string]metricOf{"refused": live("Url4xxCount", "Sum"), "calls": c.requests()},
			math:    "IF(calls > 50, 100 * refused / calls, 0)", above: 40,
		},
	}
	if n := c.Size.Concurrency; n > 0 {
		alarms = append(alarms, alarm{
			name: of("concurrency"), playbook: "function-concurrency",
			why:    "more than 80 % of the reserved concurrency is in use",
			metric: c.measured("ConcurrentExecutions", "Maximum"), above: 0.8 * float64(n),
		})
	}
	return alarms
}

// draw has two rows of the dashboard for it.
func (c *Service) draw(p *page) {
	of := func(name string) line { return line{"AWS/Lambda", name, "FunctionName", c.Function.Name} }
	business := func(name metric.Name) line { return p.counted(c.Name, name) }
	latency := of("UrlRequestLatency")

	p.graph(c.Name+": requests", "Sum", of("UrlRequestCount"), of("Url4xxCount"), of("Url5xxCount"))
	p.graph(c.Name+": latency in ms", "p50", latency, latency.with("p90"), latency.with("p99"))
	p.graph(c.Name+": errors and throttles", "Sum", of("Errors"), of("Throttles"), business(metric.Panics))
	p.graph(c.Name+": concurrency", "Maximum", of("ConcurrentExecutions"))
	p.graph(c.Name+": cold starts", "Sum", business(metric.ColdStarts))
	p.add("log", map[string]any{
		"title":  c.Name + ": cold starts in ms",
		"region": p.region,
		"view":   "timeSeries",
		"query": pulumi.Sprintf("SOURCE '%s' | filter @type = 'REPORT' and ispresent(@initDuration) | "+
			"stats pct(@initDuration, 50) as p50, max(@initDuration) as slowest by bin(1h)", c.LogGroup.Name),
	})
	p.failing(c.Name)
	p.graph(c.Name+": duration in ms", "p99", of("Duration"))
}
