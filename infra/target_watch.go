package main

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// measured is what the balancer measures of a service's servers.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
func (t *target) measured(metric, stat string) metricOf {
	return metricOf{
		namespace: "AWS/ApplicationELB", name: metric, stat: stat,
		dimensions: pulumi.StringMap{"LoadBalancer": t.balancer, "TargetGroup": t.dimension},
	}
}

func (t *target) requests() metricOf { return t.measured("RequestCount", "Sum") }

// slowSeconds is how long half of the requests may take until they are answered: an
// upload takes as long as its sender's line, so that the slowest say nothing.
const slowSeconds = 2

// alarms watch the servers of a service, whatever they are.
func (t *target) alarms() []alarm {
	of := func(kind string) string { return t.Service + "-" + kind }
	return []alarm{
		alarm{
			name: of("target-5xx"), playbook: "target-5xx", critical: true,
			why: "more than 2 % of requests, and five or more, end in an error of the service",
		}.share("FILL(errors, 0)", "FILL(calls, 1)", 2, map[string]metricOf{
			"errors": t.measured("HTTPCode_Target_5XX_Count", "Sum"), "calls": t.requests(),
		}),
		{
			name: of("target-4xx"), playbook: "target-4xx",
			why: "more than 40 % of at least 50 requests in a minute are refused: abuse, or a broken client",
			metrics: map[string]metricOf{
				"refused": t.measured("HTTPCode_Target_4XX_Count", "Sum"), "calls": t.requests(),
			},
			math: "IF(calls > 50, 100 * refused / calls, 0)", above: 40,
		}, {
			name: of("target-slow"), playbook: "target-slow",
			why:    "half of the requests take more than two seconds until they are answered",
			metric: t.measured("TargetResponseTime", "p50"), above: slowSeconds, period: 300, datapoints: 2, of: 3,
		}, {
			name: of("unhealthy-hosts"), playbook: "unhealthy-hosts",
			why:    "something that the service runs on has not answered for ten minutes",
			metric: t.measured("UnHealthyHostCount", "Minimum"), above: 0, period: 300, datapoints: 2, of: 2,
		}, {
			name: of("no-hosts"), playbook: "unhealthy-hosts", critical: true,
			why:    "nothing that the service runs on answers",
			metric: t.measured("HealthyHostCount", "Maximum"), above: 0, inverted: true, datapoints: 3, of: 3,
		},
	}
}

// draw has a row of the dashboard for them.
func (t *target) draw(p *page) {
	of := func(name string) line {
		return line{"AWS/ApplicationELB", name, "LoadBalancer", t.balancer, "TargetGroup", t.dimension}
	}
	latency := of("TargetResponseTime")
	p.graph(t.Service+": requests", "Sum", of("RequestCount"), of("HTTPCode_Target_4XX_Count"),
		of("HTTPCode_Target_5XX_Count"))
	p.graph(t.Service+": latency in s", "p50", latency, latency.with("p90"), latency.with("p99"))
	p.graph(t.Service+": what it runs on", "Minimum", of("HealthyHostCount"), of("UnHealthyHostCount"))
}

// measured is what a balancer measures of itself.
func (c *Balancer) measured(metric string) metricOf {
	return metricOf{
		namespace: "AWS/ApplicationELB", name: metric, stat: "Sum",
		dimensions: pulumi.StringMap{"LoadBalancer": c.dimension},
	}
}

// alarms watch the balancer itself.
func (c *Balancer) alarms() []alarm {
	return []alarm{
		alarm{
			name: "balancer-5xx", playbook: "balancer-5xx", critical: true,
			why: "the load balancer itself answers more than 2 % of requests, and five or more, with an error: no server did",
		}.share("FILL(errors, 0)", "FILL(calls, 1)", 2, map[string]metricOf{
			"errors": c.measured("HTTPCode_ELB_5XX_Count"), "calls": c.measured("RequestCount"),
		}),
		{
			name: "balancer-rejected", playbook: "balancer-rejected",
			why:    "the load balancer refuses connections, because it has as many as it can",
			metric: c.measured("RejectedConnectionCount"), above: 0, period: 300, datapoints: 1, of: 1,
		},
	}
}
