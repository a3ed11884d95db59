package main

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"sgraph.ai/send/shared/wire"
)

func TestEdgeIsWholeWhereItIsOn(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		distributions := g.of("aws:cloudfront/distribution:Distribution")
		if stack == "dev" {
			if len(distributions) != 0 {
				t.Errorf("dev has an edge")
			}
			return
		}
		if len(distributions) != 2 {
			t.Fatalf("%d distributions, want one per service", len(distributions))
		}
		acl := g.some(t, "aws:wafv2/webAcl:WebAcl")[0]
		rules := asJSON(t, acl.Inputs["rules"])
		for _, part := range []string{
			"AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet", "AWSManagedRulesAmazonIpReputationList",
			`"rateBasedStatement"`, `{"actionToUse":{"count":{}},"name":"SizeRestrictions_BODY"}`,
		} {
			if !strings.Contains(rules, part) {
				t.Errorf("the web ACL lacks %s", part)
			}
		}
		for _, d := range distributions {
			if d.text("webAclId") == "" || d.text("httpVersion") != "http2and3" {
				t.Errorf("%s: web ACL %q, HTTP %q", d.Name, d.text("webAclId"), d.text("httpVersion"))
			}
			if id := d.text("defaultCacheBehavior", "cachePolicyId"); id != cachingDisabled {
				t.Errorf("%s caches what the service answers, by %s", d.Name, id)
			}
			if id := d.text("defaultCacheBehavior", "originRequestPolicyId"); id != d.Name+"-id" {
				t.Errorf("%s passes on what %q says", d.Name, id)
			}
			if got := d.text("origins", "0", "customOriginConfig", "originProtocolPolicy"); got != "https-only" {
				t.Errorf("%s asks the function by %s", d.Name, got)
			}
			header := d.text("origins", "0", "customHeaders", "0", "name")
			if http.CanonicalHeaderKey(header) != wire.OriginSecret.Key() {
				t.Errorf("%s proves itself by the header %q, which no service reads", d.Name, header)
			}
		}
	})
}

// TestEdgeCachesNoErrors of those that CloudFront caches, which are all that it
// can be told about but 416; and answers each with what the service said.
func TestEdgeCachesNoErrors(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		for _, d := range g.of("aws:cloudfront/distribution:Distribution") {
			kept := map[string]bool{
				"400": true, "403": true, "404": true, "405": true, "414": true,
				"500": true, "501": true, "502": true, "503": true, "504": true,
			}
			for i := range d.list("customErrorResponses") {
				of := func(what string) string { return d.text("customErrorResponses", strconv.Itoa(i), what) }
				if of("errorCachingMinTtl") == "0" {
					delete(kept, of("errorCode"))
				}
				if of("responseCode") != "" || of("responsePagePath") != "" {
					t.Errorf("%s answers %s with something else", d.Name, of("errorCode"))
				}
			}
			if len(kept) > 0 {
				t.Errorf("%s caches errors: %v", d.Name, kept)
			}
		}
	})
}

// TestEdgePassesOnWhatTheServicesRead and no more, as far as CloudFront can.
func TestEdgePassesOnWhatTheServicesRead(t *testing.T) {
	// What an origin request policy can name.
	// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
	const most = 10
	read := map[string]struct {
		cookies string
		by      wire.Service
	}{
		"user":  {"none", wire.User},
		"admin": {"all", wire.Admin},
	}
	each(t, func(t *testing.T, stack string, g *graph) {
		policies := g.of("aws:cloudfront/originRequestPolicy:OriginRequestPolicy")
		if stack == "dev" {
			return
		}
		if len(policies) != len(read) {
			t.Fatalf("%d policies, want one per service", len(policies))
		}
		for _, d := range policies {
			want := read[d.Name]
			if got := d.text("cookiesConfig", "cookieBehavior"); got != want.cookies {
				t.Errorf("%s: cookies are passed on as %q, want %q", d.Name, got, want.cookies)
			}
			if got := d.text("queryStringsConfig", "queryStringBehavior"); got != "all" {
				t.Errorf("%s: queries are passed on as %q", d.Name, got)
			}
			passed := map[string]bool{}
			items := d.list("headersConfig", "headers", "items")
			if len(items) > most {
				t.Errorf("%s passes on %d headers, of which CloudFront takes %d", d.Name, len(items), most)
			}
			for _, v := range items {
				passed[http.CanonicalHeaderKey(plain(v).StringValue())] = true
			}
			for _, h := range append(wire.Headers(), wire.APIKey(canaries["FAST_API__AUTH__API_KEY__NAME"])) {
				named := h.ReadBy&want.by != 0 && !h.Passed
				if passed[h.Key()] != named {
					t.Errorf("%s: %s is passed on: %v, want %v", d.Name, h.Name, passed[h.Key()], named)
				}
				delete(passed, h.Key())
			}
			if len(passed) > 0 {
				t.Errorf("%s passes on what nobody declares: %v", d.Name, passed)
			}
		}
	})
}

// TestFirewallLogIsShort whatever the other logs are, since it has addresses in
// clear, and takes nothing but what was blocked.
func TestFirewallLogIsShort(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		for _, acl := range g.of("aws:wafv2/webAcl:WebAcl") {
			log := g.with(t, "aws:cloudwatch/logGroup:LogGroup", "name", "aws-waf-logs-"+acl.text("name"))
			if days := log.at("retentionInDays").NumberValue(); days < 1 || days > 7 {
				t.Errorf("addresses are kept for %v days", days)
			}
			logging := g.some(t, "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration")[0]
			if got := logging.text("loggingFilter", "defaultBehavior"); got != "DROP" {
				t.Errorf("the firewall's log takes what nothing says, by default: %s", got)
			}
			rules := acl.list("rules")
			for i := range rules {
				if acl.text("rules", strconv.Itoa(i), "visibilityConfig", "sampledRequestsEnabled") != "false" {
					t.Errorf("rule %d keeps samples of requests", i)
				}
			}
		}
	})
}

// TestFirewallLogsNoSecret: each header that is a credential, or says who the
// client is, is redacted; and path and query where they hold one.
func TestFirewallLogsNoSecret(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		if stack == "dev" {
			return
		}
		logging := g.some(t, "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration")[0]
		redacted, whole := map[string]bool{}, map[string]bool{}
		for i, field := range logging.list("redactedFields") {
			redacted[logging.text("redactedFields", strconv.Itoa(i), "singleHeader", "name")] = true
			for part := range plain(field).ObjectValue() {
				whole[string(part)] = true
			}
		}
		for _, p := range wire.Parameters() {
			part := map[wire.Place]string{wire.InPath: "uriPath", wire.InQuery: "queryString"}[p.In]
			if p.Secret && !whole[part] {
				t.Errorf("%s stands in the firewall's log: it is in the %s", p.Name, part)
			}
		}
		for _, h := range append(wire.Headers(), wire.APIKey(canaries["FAST_API__AUTH__API_KEY__NAME"])) {
			if h.Secret && !redacted[strings.ToLower(h.Name)] {
				t.Errorf("%s stands in the firewall's log", h.Name)
			}
		}
	})
}

func TestBotControlIsExtraAndLetsProgramsPass(t *testing.T) {
	t.Parallel()
	for _, on := range []string{"true", "false"} {
		g := record(t, "qa", map[string]string{"sgraph-send:botControl": on})
		rules := asJSON(t, g.some(t, "aws:wafv2/webAcl:WebAcl")[0].Inputs["rules"])
		if strings.Contains(rules, "AWSManagedRulesBotControlRuleSet") != (on == "true") {
			t.Errorf("botControl: %s makes the rules %s", on, rules)
		}
		for _, name := range []string{
			"CategoryHttpLibrary", "CategoryMonitoring", "SignalNonBrowserUserAgent", "SignalKnownBotDataCenter",
		} {
			if on == "true" && !strings.Contains(rules, `{"actionToUse":{"count":{}},"name":"`+name+`"}`) {
				t.Errorf("%s blocks the command line, the canary or the uptime checks", name)
			}
		}
	}
}
