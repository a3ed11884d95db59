package main

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sgraph.ai/send/shared/wire"
)

// fronted runs a policy test on each stack that has an edge, and its distributions.
func fronted(t *testing.T, policy func(t *testing.T, stack string, g *graph, distributions []declared)) {
	t.Helper()
	each(t, func(t *testing.T, stack string, g *graph) {
		if stack == "dev" {
			if left := g.of("aws:cloudfront/originAccessControl:OriginAccessControl"); len(left) > 0 {
				t.Errorf("without an edge there is %s", left[0].Name)
			}
			return
		}
		policy(t, stack, g, g.some(t, "aws:cloudfront/distribution:Distribution"))
	})
}

// pathsOf begins what the pages are made of, by distribution.
var pathsOf = map[string]string{"user": wire.Assets, "admin": wire.ConsoleAssets}

// TestAssetsComeFromTheBucket, and where it has them not, from the function.
func TestAssetsComeFromTheBucket(t *testing.T) {
	fronted(t, func(t *testing.T, stack string, g *graph, distributions []declared) {
		control := g.some(t, "aws:cloudfront/originAccessControl:OriginAccessControl")[0]
		for key, want := range map[string]string{
			"originAccessControlOriginType": "s3", "signingBehavior": "always", "signingProtocol": "sigv4",
		} {
			if got := control.text(key); got != want {
				t.Errorf("%s is %q, want %q", key, got, want)
			}
		}
		for _, d := range distributions {
			behaviours := d.list("orderedCacheBehaviors")
			if len(behaviours) != 1 || d.text("orderedCacheBehaviors", "0", "pathPattern") != pathsOf[d.Name]+"*" {
				t.Fatalf("%s has behaviours %v", d.Name, behaviours)
			}
			of := func(path ...string) string { return d.text(append([]string{"orderedCacheBehaviors", "0"}, path...)...) }
			if got := asJSON(t, d.at("orderedCacheBehaviors", "0", "allowedMethods")); got != `["GET","HEAD"]` {
				t.Errorf("%s takes %s, with which no origin group goes", d.Name, got)
			}
			if of("cachePolicyId") != cachingOptimized || of("compress") != "true" {
				t.Errorf("%s caches by %s, compresses: %s", d.Name, of("cachePolicyId"), of("compress"))
			}
			if of("originRequestPolicyId") != "" {
				t.Errorf("%s passes on to S3 what the service reads", d.Name)
			}
			if of("targetOriginId") != d.text("originGroups", "0", "originId") {
				t.Errorf("%s asks %s", d.Name, of("targetOriginId"))
			}
			members := []string{
				d.text("originGroups", "0", "members", "0", "originId"), d.text("originGroups", "0", "members", "1", "originId"),
			}
			if !slices.Equal(members, []string{"assets", "function"}) {
				t.Errorf("%s asks %v", d.Name, members)
			}
			codes := asJSON(t, d.at("originGroups", "0", "failoverCriteria", "statusCodes"))
			if codes != "[403,404,500,502,503,504]" {
				t.Errorf("%s falls back on %s", d.Name, codes)
			}
			if got := d.text("origins", "1", "originAccessControlId"); got != control.Name+"-id" {
				t.Errorf("%s reads the bucket by %q", d.Name, got)
			}
			want := testAccount + "--sgraph-send-assets--" + stack + "--eu-west-2.s3.eu-west-2.amazonaws.com"
			if got := d.text("origins", "1", "domainName"); got != want {
				t.Errorf("%s reads %s, want %s", d.Name, got, want)
			}
		}
	})
}

// TestAssetsAreShownToTheDistributionsAlone, which cannot list them.
func TestAssetsAreShownToTheDistributionsAlone(t *testing.T) {
	fronted(t, func(t *testing.T, stack string, g *graph, _ []declared) {
		bucket := testAccount + "--sgraph-send-assets--" + stack + "--eu-west-2"
		got := g.with(t, "aws:s3/bucketPolicy:BucketPolicy", "bucket", bucket).text("policy")
		arn := func(service string) string { return "arn:aws:cloudfront::" + testAccount + ":distribution/" + service }
		want := fmt.Sprintf(`{"Action":"s3:GetObject","Condition":{"StringEquals":{"AWS:SourceArn":[%q,%q]}},`+
			`"Effect":"Allow","Principal":{"Service":"cloudfront.amazonaws.com"},"Resource":"arn:aws:s3:::%s/*"`,
			arn("user"), arn("admin"), bucket)
		if !strings.Contains(got, want) || strings.Count(got, `"Allow"`) != 1 {
			t.Errorf("the bucket is shown by\n%s, want\n%s", got, want)
		}
	})
}

// TestAssetsAreThereBeforeTheirPages, as what they are, for good.
func TestAssetsAreThereBeforeTheirPages(t *testing.T) {
	fronted(t, func(t *testing.T, stack string, g *graph, _ []declared) {
		types := map[string]string{
			"page.js": "text/javascript; charset=utf-8", "page.css": "text/css; charset=utf-8", "icons.svg": "image/svg+xml",
		}
		for service, path := range pathsOf {
			waits := g.named(t, "aws:lambda/function:Function", service).After
			for name, contentType := range types {
				d := g.named(t, "aws:s3/bucketObjectv2:BucketObjectv2", service+"-"+name)
				if got, want := d.text("key"), path[1:]+"0123456789abcdef/"+name; got != want {
					t.Errorf("%s is put at %s, want %s", d.Name, got, want)
				}
				if d.text("contentType") != contentType || d.text("cacheControl") != "public, max-age=31536000, immutable" {
					t.Errorf("%s is %q, %q", d.Name, d.text("contentType"), d.text("cacheControl"))
				}
				if !d.Retain || d.Protect {
					t.Errorf("%s is kept by a later deploy: %v, and by destroy: %v", d.Name, d.Retain, d.Protect)
				}
				if !slices.ContainsFunc(waits, func(urn string) bool { return strings.HasSuffix(urn, "::"+d.Name) }) {
					t.Errorf("%s does not wait for %s, but for %v", service, d.Name, waits)
				}
			}
		}
	})
}

// TestAssetsAreGuardedAsTheServiceWould: what CloudFront adds, as it writes it, is
// what the service says of its pages, and nothing that the service said gives way.
func TestAssetsAreGuardedAsTheServiceWould(t *testing.T) {
	connects := map[string]string{
		"user": " https://" + testAccount + "--sgraph-send-transfers--%s--eu-west-2.s3.eu-west-2.amazonaws.com", "admin": "",
	}
	fronted(t, func(t *testing.T, stack string, g *graph, distributions []declared) {
		for _, d := range distributions {
			p := g.named(t, "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy", d.Name+"-assets")
			if got := d.text("orderedCacheBehaviors", "0", "responseHeadersPolicyId"); got != p.Name+"-id" {
				t.Errorf("%s adds what %s says", d.Name, got)
			}
			connect := connects[d.Name]
			if connect != "" {
				connect = fmt.Sprintf(connect, stack)
			}
			want := map[string]string{}
			for _, guard := range wire.PageGuards(wire.PageCSP(strings.Fields(connect)...)) {
				want[guard.Name] = guard.Value
			}
			if got := added(p); !maps.Equal(got, want) {
				t.Errorf("%s adds\n%q, the service says\n%q", d.Name, got, want)
			}
			text := asJSON(t, p.at("securityHeadersConfig")) + asJSON(t, p.at("customHeadersConfig"))
			if strings.Contains(text, `"override":true`) {
				t.Errorf("%s overrides what the service says: %s", d.Name, text)
			}
		}
	})
}

// added are the headers that CloudFront makes of a response headers policy.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html
func added(p declared) map[string]string {
	of := func(path ...string) string { return p.text(append([]string{"securityHeadersConfig"}, path...)...) }
	headers := map[string]string{
		"Content-Security-Policy": of("contentSecurityPolicy", "contentSecurityPolicy"),
		"Referrer-Policy":         of("referrerPolicy", "referrerPolicy"),
		"X-Frame-Options":         of("frameOptions", "frameOption"),
	}
	if of("contentTypeOptions", "override") != "" {
		headers["X-Content-Type-Options"] = "nosniff"
	}
	if age := plain(p.at("securityHeadersConfig", "strictTransportSecurity", "accessControlMaxAgeSec")); age.IsNumber() {
		value := fmt.Sprintf("max-age=%.f", age.NumberValue())
		if of("strictTransportSecurity", "includeSubdomains") == "true" {
			value += "; includeSubDomains"
		}
		headers["Strict-Transport-Security"] = value
	}
	for i := range p.list("customHeadersConfig", "items") {
		of := func(key string) string { return p.text("customHeadersConfig", "items", strconv.Itoa(i), key) }
		headers[http.CanonicalHeaderKey(of("header"))] = of("value")
	}
	return headers
}
