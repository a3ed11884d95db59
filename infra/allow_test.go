package main

import (
	"maps"
	"strings"
	"testing"
)

const webACL = "aws:wafv2/webAcl:WebAcl"

func TestOperatorsFromSomeAddressesHaveAFirewallOfTheirOwn(t *testing.T) {
	t.Parallel()
	g := record(t, "qa", map[string]string{"sgraph-send:adminAllow": "192.0.2.7/24, 2001:db8::/32, 198.51.100.1"})
	told := plain(g.told(t, "sgraph-send-admin-qa")["SEND__ADMIN_ALLOW"]).StringValue()
	for _, want := range []string{"192.0.2.", "2001:db8::/32", "198.51.100.1"} {
		if !strings.Contains(told, want) {
			t.Errorf("the service is told %q", told)
		}
	}
	for name, want := range map[string]string{
		"operators-ipv4": `["192.0.2.0/24","198.51.100.1/32"]`, "operators-ipv6": `["2001:db8::/32"]`,
	} {
		set := g.named(t, "aws:wafv2/ipSet:IpSet", name)
		if got := asJSON(t, set.Inputs["addresses"]); got != want || set.text("scope") != "CLOUDFRONT" {
			t.Errorf("%s has %s, want %s", name, got, want)
		}
	}
	user, admin := g.named(t, webACL, "firewall"), g.named(t, webACL, "firewall-admin")
	if rules := asJSON(t, user.Inputs["rules"]); strings.Contains(rules, "ipSetReference") {
		t.Errorf("people are kept out as well: %s", rules)
	}
	first := admin.object("rules", "0")
	text := asJSON(t, admin.Inputs["rules"])
	if plain(first["name"]).StringValue() != "from-elsewhere" || plain(first["priority"]).NumberValue() != 0 {
		t.Errorf("first is %v", first)
	}
	if len(admin.list("rules")) != len(user.list("rules"))+1 {
		t.Errorf("operators' firewall lacks rules: %s", text)
	}
	statement := asJSON(t, admin.at("rules", "0", "statement"))
	for _, part := range []string{
		"arn:aws:test:::operators-ipv4", "arn:aws:test:::operators-ipv6", `^(/info/health|/info/ready)$`, "notStatement",
	} {
		if !strings.Contains(statement, part) {
			t.Errorf("it does not look at %s: %s", part, statement)
		}
	}
	if action := asJSON(t, admin.at("rules", "0", "action")); !strings.Contains(action, "block") {
		t.Errorf("who comes from elsewhere is not blocked: %s", action)
	}
	for service, acl := range map[string]string{"user": "firewall", "admin": "firewall-admin"} {
		d := g.named(t, "aws:cloudfront/distribution:Distribution", service)
		if d.text("webAclId") != "arn:aws:test:::"+acl {
			t.Errorf("before %s stands %s", service, d.text("webAclId"))
		}
		logging := g.named(t, "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", acl)
		if logging.text("resourceArn") != "arn:aws:test:::"+acl {
			t.Errorf("%s logs for %s", acl, logging.text("resourceArn"))
		}
	}
}

func TestOneFirewallIsEnoughForAll(t *testing.T) {
	eachOnAll(t, func(t *testing.T, _, _ string, g *graph) {
		if n := len(g.of(webACL)); n > 1 {
			t.Errorf("%d firewalls", n)
		}
	})
}

// Before a load balancer one firewall guards both services, and keeps nobody from the
// user service. Who asks for it by a name that only looks like it is kept out as well.
func TestOneFirewallKeepsOthersFromTheAdminServiceAlone(t *testing.T) {
	t.Parallel()
	changes := maps.Clone(onTasks)
	changes["sgraph-send:adminAllow"] = "192.0.2.7/24, 2001:db8::/32"
	g := record(t, "qa", changes)
	for _, set := range g.some(t, "aws:wafv2/ipSet:IpSet") {
		if set.text("scope") != "REGIONAL" {
			t.Errorf("%s is of scope %s", set.Name, set.text("scope"))
		}
	}
	acl := g.named(t, webACL, "balancer")
	if acl.text("rules", "0", "name") != "from-elsewhere" {
		t.Errorf("first is %s", acl.text("rules", "0", "name"))
	}
	statement := asJSON(t, acl.at("rules", "0", "statement"))
	for _, part := range []string{
		"arn:aws:test:::operators-ipv4-regional", "arn:aws:test:::operators-ipv6-regional",
		`^(/info/health|/info/ready)$`, "notStatement",
		`"positionalConstraint":"EXACTLY"`, `"searchString":"send.example.org"`, `"singleHeader":{"name":"host"}`,
	} {
		if !strings.Contains(statement, part) {
			t.Errorf("it does not look at %s: %s", part, statement)
		}
	}
}
