package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"sgraph.ai/send/infra/settings"
	service "sgraph.ai/send/shared/settings"
)

func TestSecretsAreNeverPlainInputs(t *testing.T) {
	eachOnAll(t, func(t *testing.T, stack, compute string, g *graph) {
		marked := 0
		for _, d := range g.resources {
			for key, value := range d.Inputs {
				walk(value, func(v resource.PropertyValue, secret bool) {
					if !v.IsString() {
						return
					}
					for name, canary := range canaries {
						if name == "AWS_ACCOUNT_ID" || !strings.Contains(strings.ToLower(v.StringValue()), strings.ToLower(canary)) {
							continue
						}
						if secret {
							marked++
						} else {
							t.Errorf("%s %s: %s holds %s in the clear", d.Type, d.Name, key, name)
						}
					}
				}, false)
			}
			var told resource.PropertyMap
			switch d.Type {
			case kindFunction:
				told = g.told(t, d.text("name"))
			case kindTaskDefinition:
				told = toldTask(t, d)
			}
			for _, e := range service.Table() {
				v, ok := told[resource.PropertyKey(e.Env)]
				if !ok || !e.Secret || isSecret(v) {
					continue
				}
				if _, refers, _ := e.References.Parse(plain(v).StringValue()); !refers {
					t.Errorf("%s: %s is in the clear", d.Name, e.Env)
				}
			}
			if d.Type == "aws:cloudfront/distribution:Distribution" {
				if !isSecret(d.at("origins", "0", "customHeaders", "0", "value")) {
					t.Errorf("%s: the origin secret is in the clear", d.Name)
				}
			}
		}
		least := map[string]int{settings.Lambda: 6, settings.Fargate: 4, settings.EC2: 3}[compute]
		if marked < least {
			t.Errorf("only %d marked secrets found: the test looks in the wrong place", marked)
		}
	})
}

func TestEverythingIsTagged(t *testing.T) {
	everywhere := []string{
		"aws:s3/bucketV2:BucketV2", "aws:dynamodb/table:Table",
		"aws:iam/role:Role", "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:sns/topic:Topic",
	}
	servers := []string{
		kindVPC, kindSubnet, kindSecurity, kindEndpoint, kindBalancer, kindTarget, kindListener, kindListenerRule, kindACL,
	}
	byCompute := map[string][]string{
		settings.Lambda: {kindFunction},
		settings.EC2:    append(servers, kindTemplate),
		settings.Fargate: append(servers,
			kindRepository, kindCluster, kindTaskDefinition, kindTaskService, kindNamespace, kindScalable),
	}
	eachOnAll(t, func(t *testing.T, stack, compute string, g *graph) {
		for _, kind := range slices.Concat(everywhere, byCompute[compute]) {
			for _, d := range g.some(t, kind) {
				if tags := d.object("tags"); d.text("tags", "stack") != stack || d.text("tags", "project") != "sgraph-send" {
					t.Errorf("%s %s is tagged %v", d.Type, d.Name, tags)
				}
			}
		}
	})
}
