package main

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/shared/stack"
)

// eachServed runs a policy test on every real stack, on whatever is behind a balancer.
func eachServed(t *testing.T, policy func(t *testing.T, stack string, g *graph)) {
	t.Helper()
	eachOnAll(t, func(t *testing.T, stack, compute string, g *graph) {
		if compute != settings.Lambda {
			policy(t, stack, g)
		}
	})
}

func TestTheBalancerTakesTLSAndItsNamesAlone(t *testing.T) {
	eachServed(t, func(t *testing.T, _ string, g *graph) {
		b := g.some(t, kindBalancer)[0]
		for key, want := range map[string]string{
			"loadBalancerType": "application", "dropInvalidHeaderFields": "true", "desyncMitigationMode": "strictest",
			"xffHeaderProcessingMode": "append",
		} {
			if b.text(key) != want {
				t.Errorf("%s is %q, want %q", key, b.text(key), want)
			}
		}
		if len(b.list("subnets")) != 2 {
			t.Errorf("it is in %v", b.list("subnets"))
		}
		plain, sealed := g.with(t, kindListener, "protocol", "HTTP"), g.with(t, kindListener, "protocol", "HTTPS")
		if plain.text("defaultActions", "0", "type") != "redirect" || len(g.some(t, kindListener)) != 2 ||
			plain.text("defaultActions", "0", "redirect", "protocol") != "HTTPS" {
			t.Errorf("what comes without TLS: %v", plain.Inputs)
		}
		if policy := sealed.text("sslPolicy"); !strings.HasPrefix(policy, "ELBSecurityPolicy-TLS13-1-2-") {
			t.Errorf("it takes TLS by %s", policy)
		}
		if sealed.text("defaultActions", "0", "fixedResponse", "statusCode") != "404" {
			t.Errorf("who asks for something else is answered %v", sealed.object("defaultActions", "0"))
		}
		for service, host := range map[string]string{"user": "send.example.org", "admin": "admin.send.example.org"} {
			i := slices.IndexFunc(g.some(t, kindListenerRule), func(d declared) bool {
				return strings.HasPrefix(d.Name, service+"-")
			})
			rule := g.some(t, kindListenerRule)[i]
			to := g.named(t, kindTarget, rule.Name)
			if rule.text("conditions", "0", "hostHeader", "values", "0") != host ||
				!strings.HasSuffix(rule.text("actions", "0", "targetGroupArn"), to.text("name")+"/1") {
				t.Errorf("%s: %v", service, rule.Inputs)
			}
			if to.text("healthCheck", "path") != "/info/health" {
				t.Errorf("%s is asked %s", service, to.text("healthCheck", "path"))
			}
			if proof := g.named(t, "aws:acm/certificate:Certificate", service+"-regional"); proof.text("domainName") != host {
				t.Errorf("%s shows the certificate of %s", service, proof.text("domainName"))
			}
		}
	})
}

// TestTheBalancerHasTheFirewallOfCloudFront, rule by rule.
func TestTheBalancerHasTheFirewallOfCloudFront(t *testing.T) {
	t.Parallel()
	for _, more := range []map[string]string{nil, {"sgraph-send:botControl": "true", "sgraph-send:edgeRateLimit": "77"}} {
		changes := maps.Clone(onTasks)
		maps.Copy(changes, more)
		balancer := record(t, "prod", changes)
		before := record(t, "prod", more).named(t, webACL, "firewall")
		acl := balancer.named(t, webACL, "balancer")
		if acl.text("scope") != "REGIONAL" {
			t.Errorf("its scope is %s", acl.text("scope"))
		}
		if got, want := asJSON(t, acl.Inputs["rules"]), asJSON(t, before.Inputs["rules"]); got != want {
			t.Errorf("before the balancer stand\n%s, want\n%s", got, want)
		}
		on := balancer.some(t, "aws:wafv2/webAclAssociation:WebAclAssociation")[0]
		if on.text("webAclArn") != "arn:aws:test:::balancer" ||
			!strings.Contains(on.text("resourceArn"), "loadbalancer/app/") {
			t.Errorf("%s guards %s", on.text("webAclArn"), on.text("resourceArn"))
		}
	}
}

func TestNobodyButTheBalancerReachesServers(t *testing.T) {
	eachServed(t, func(t *testing.T, _ string, g *graph) {
		const balancer, servers = "balancer-id", "servers-id"
		for _, d := range g.some(t, kindLetIn) {
			group, from := d.text("securityGroupId"), d.text("referencedSecurityGroupId")
			switch port := d.text("fromPort"); {
			case port != d.text("toPort") || d.text("ipProtocol") != "tcp":
				t.Errorf("%s lets in more than a port", d.Name)
			case group == balancer && (port == "80" || port == "443"):
			case group == servers && from == balancer && (port == "8080" || port == "8081"):
			case group == servers && from == servers && port == "8081": // the user service asks
			default:
				t.Errorf("%s lets %s%s reach port %s of %s", d.Name, from, d.text("cidrIpv4"), port, group)
			}
		}
		for _, d := range g.some(t, kindLetOut) {
			if d.text("securityGroupId") == servers && d.text("cidrIpv4") != "" && d.text("fromPort") != "443" {
				t.Errorf("%s lets servers reach port %s of everybody", d.Name, d.text("fromPort"))
			}
		}
		closed := g.some(t, "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")[0]
		if len(closed.list("ingress"))+len(closed.list("egress")) > 0 {
			t.Errorf("who names no group reaches %v", closed.Inputs)
		}
		for _, kind := range []string{"aws:ec2/natGateway:NatGateway", "aws:ec2/eip:Eip"} {
			if n := len(g.of(kind)); n > 0 {
				t.Errorf("%d of %s, which cost", n, kind)
			}
		}
		ways := map[string]bool{}
		for _, d := range g.some(t, kindEndpoint) {
			ways[d.text("vpcEndpointType")+" "+d.text("serviceName")] = true
		}
		const way = "Gateway com.amazonaws.eu-west-2."
		if !ways[way+"s3"] || !ways[way+"dynamodb"] || len(ways) != 2 {
			t.Errorf("ways to AWS: %v", ways)
		}
	})
}

// Names lead from CloudFront to the balancer, and back, as the same resources: what
// one deletes of the other's would be the other's.
func TestNamesStayWhereTheyAre(t *testing.T) {
	t.Parallel()
	functions := record(t, "prod", map[string]string{"sgraph-send:domain": "send.example.org"})
	tasks := recorded(t, "prod", settings.Fargate)
	for _, name := range []string{"user-proof", "admin-proof", "user-a", "admin-a"} {
		before, now := functions.named(t, kindRecord, name), tasks.named(t, kindRecord, name)
		if before.Parent != now.Parent || before.Provider != now.Provider {
			t.Errorf("%s is %s of %s, and %s of %s", name, before.Parent, before.Provider, now.Parent, now.Provider)
		}
	}
	for _, service := range stack.Services {
		before := functions.named(t, kindLogGroup, service)
		now := tasks.named(t, kindLogGroup, service)
		if before.Parent != now.Parent || before.text("name") != now.text("name") {
			t.Errorf("the %s service logs to %s, and to %s", service, before.Parent, now.Parent)
		}
	}
}

func TestServersWithCertificatesOfTheirOwn(t *testing.T) {
	t.Parallel()
	const certificate = "arn:aws:acm:eu-west-2:123456789012:certificate/abc"
	g := record(t, "qa", map[string]string{
		"sgraph-send:compute": "fargate", "sgraph-send:edge": "true", "sgraph-send:userDomain": "send.example.net",
		"sgraph-send:adminDomain": "ops.example.net", "sgraph-send:certificateArn": certificate,
	})
	if got := g.with(t, kindListener, "protocol", "HTTPS").text("certificateArn"); got != certificate {
		t.Errorf("the balancer shows %s", got)
	}
	for _, kind := range []string{
		kindRecord, "aws:acm/certificate:Certificate", "aws:lb/listenerCertificate:ListenerCertificate",
	} {
		if n := len(g.of(kind)); n > 0 {
			t.Errorf("%d of %s", n, kind)
		}
	}
}

// TestAlarmsOfServers are raised by what only servers do.
func TestAlarmsOfServers(t *testing.T) {
	both := func(kinds ...string) (all []string) {
		for _, service := range stack.Services {
			for _, kind := range kinds {
				all = append(all, service+"-"+kind)
			}
		}
		return all
	}
	hour := func(bad, good float64) func(int) float64 { return during(fails, ends, bad, good) }
	t.Parallel()
	eachOn(t, settings.Fargate, func(t *testing.T, _ string, g *graph) {
		for name, d := range map[string]struct {
			changes day
			raises  []string
		}{
			"none answers": {
				day{"HealthyHostCount": hour(0, 2), "UnHealthyHostCount": hour(2, 0)}, both("no-hosts", "unhealthy-hosts"),
			},
			"one ends":        {day{"RunningTaskCount": hour(1, 2)}, both("tasks-missing")},
			"much to do":      {day{"CPUUtilization": hour(95, 20)}, both("cpu")},
			"as many as may":  {day{"DesiredTaskCount": hour(6, 2), "RunningTaskCount": hour(6, 2)}, both("tasks-most")},
			"a leak":          {day{"MemoryUtilization": hour(95, 20)}, both("memory")},
			"all are slow":    {day{"TargetResponseTime": hour(3, 0.1)}, both("target-slow")},
			"no room":         {day{"RejectedConnectionCount": hour(9, math.NaN())}, []string{"balancer-rejected"}},
			"somebody probes": {day{"HTTPCode_Target_4XX_Count": hour(2900, 300)}, both("target-4xx")},
		} {
			raises(t, g, name, with(busy(), d.changes), d.raises, 20, 20)
		}
	})
}

// TestPeopleAreToldOfAFailedDeployment by the topic, on which no other rule may speak.
func TestPeopleAreToldOfAFailedDeployment(t *testing.T) {
	t.Parallel()
	eachOn(t, settings.Fargate, func(t *testing.T, name string, g *graph) {
		rule := g.named(t, kindRule, "deployment-failed")
		for _, part := range []string{
			"SERVICE_DEPLOYMENT_FAILED", "service/sgraph-send-" + name + "/sgraph-send-user-" + name,
		} {
			if !strings.Contains(rule.text("eventPattern"), part) {
				t.Errorf("the rule looks for %s", rule.text("eventPattern"))
			}
		}
		speaks := g.named(t, "aws:sns/topicPolicy:TopicPolicy", "alarms").text("policy")
		if !strings.Contains(speaks, "events.amazonaws.com") || !strings.Contains(speaks, ":rule/"+rule.text("name")+`"`) {
			t.Errorf("the topic takes %s", speaks)
		}
		target := g.named(t, "aws:cloudwatch/eventTarget:EventTarget", "deployment-failed")
		said := target.text("inputTransformer", "inputTemplate")
		if !strings.Contains(said, "docs/playbooks/deployment-failed.md") || !strings.HasSuffix(said, `<what>: <why>"`) {
			t.Errorf("it says %s", said)
		}
	})
}
