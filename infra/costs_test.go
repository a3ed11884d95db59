package main

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"sgraph.ai/send/infra/cost"
)

// TestCostsCountWhatThereIs holds what docs/cost.md and its command count to what
// the program declares.
func TestCostsCountWhatThereIs(t *testing.T) {
	count := func(t *testing.T, stack string, changes map[string]string, g *graph) {
		s, err := parseStack(t, stack, changes)
		if err != nil {
			t.Fatal(err)
		}
		var got cost.Fixed
		for _, a := range g.some(t, "aws:cloudwatch/metricAlarm:MetricAlarm") {
			queries := plain(a.at("metricQueries"))
			if !queries.IsArray() {
				got.AlarmMetrics++
				continue
			}
			for _, q := range queries.ArrayValue() {
				if plain(q).ObjectValue()["metric"].HasValue() {
					got.AlarmMetrics++
				}
			}
		}
		for _, acl := range g.of("aws:wafv2/webAcl:WebAcl") {
			got.Firewalls++
			got.Rules += float64(len(plain(acl.at("rules")).ArrayValue()))
		}
		got.Composites = float64(len(g.of("aws:cloudwatch/compositeAlarm:CompositeAlarm")))
		got.Dashboards = float64(len(g.of("aws:cloudwatch/dashboard:Dashboard")))
		got.HealthChecks = float64(len(g.of("aws:route53/healthCheck:HealthCheck")))
		for range g.of("aws:ecs/cluster:Cluster") {
			got.Metrics += cost.InsightMetrics
		}
		for _, host := range g.of(kindTemplate) {
			if size := host.text("blockDeviceMappings", "0", "ebs", "volumeSize"); size != fmt.Sprint(cost.HostGB) {
				t.Errorf("hosts have disks of %s GB", size)
			}
		}
		for _, host := range g.of(kindGroup) {
			got.Metrics += cost.HostMetrics * host.at("minSize").NumberValue()
		}
		if want := cost.FixedOf(s); got != want {
			t.Errorf("%s has %+v, and cost.FixedOf says %+v", stack, got, want)
		}
		for _, rule := range g.of("aws:cloudwatch/eventRule:EventRule") {
			every := fmt.Sprintf("rate(%.0f minute", cost.TrailEvery(s).Minutes())
			if rate := rule.text("scheduleExpression"); rule.Name == "trail" && !strings.HasPrefix(rate, every) {
				t.Errorf("the admin function is called at %s, and not at %s", rate, every)
			}
		}
		for _, f := range g.of("aws:lambda/function:Function") {
			if f.Name == "canary" && f.at("memorySize").NumberValue() != cost.CanaryMB {
				t.Errorf("the canary has %v MB", f.at("memorySize"))
			}
		}
	}
	eachOnAll(t, func(t *testing.T, stack, compute string, g *graph) { count(t, stack, changesOn(compute, stack), g) })
	t.Run("operators from some addresses", func(t *testing.T) {
		t.Parallel()
		changes := map[string]string{"sgraph-send:adminAllow": "192.0.2.0/24", "sgraph-send:botControl": "true"}
		count(t, "qa", changes, record(t, "qa", changes))
		maps.Copy(changes, onHosts("qa", "sgraph-send:hosts", "2-2"))
		count(t, "qa", changes, record(t, "qa", changes))
	})
	t.Run("webhooks", func(t *testing.T) {
		t.Parallel()
		changes := map[string]string{"sgraph-send:webhookUrl": "https://hooks.example.org"}
		count(t, "dev", changes, record(t, "dev", changes))
		maps.Copy(changes, onHosts("qa"))
		count(t, "qa", changes, record(t, "qa", changes))
	})
}
