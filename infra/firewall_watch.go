package main

import (
	"cmp"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/shared/stack"
)

// global says whether CloudFront's region measures it.
func (f *firewallWatch) global() bool { return f != nil && f.region == "" }

// alarm notices a wave that WAF holds off. What measures it is in another region
// before CloudFront than before a load balancer, and says which only there.
// https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html
func (f *firewallWatch) alarm() alarm {
	a := alarm{
		name: "firewall-blocks", playbook: "firewall-blocks",
		why: "WAF blocks more than 500 requests in five minutes",
		metric: metricOf{
			namespace:  "AWS/WAFV2",
			name:       "BlockedRequests",
			stat:       "Sum",
			dimensions: pulumi.StringMap{"WebACL": pulumi.String(f.acl), "Rule": pulumi.String("ALL")},
		},
		above: 500, period: 300, datapoints: 1, of: 1,
	}
	if !f.global() {
		// Beside an alarm of that name that a stack of stack.GlobalRegion had with
		// CloudFront, until it is gone.
		a.name = "balancer-blocks"
		a.metric.dimensions["Region"] = pulumi.String(f.region)
	}
	return a
}

// draw puts what it blocks on the dashboard.
func (f *firewallWatch) draw(p *page) {
	blocked := line{"AWS/WAFV2", "BlockedRequests", "WebACL", f.acl, "Rule", "ALL"}
	if !f.global() {
		blocked = append(blocked, "Region", f.region)
	}
	p.series("firewall: blocked", cmp.Or(f.region, stack.GlobalRegion), "Sum", 60, []line{blocked})
}
