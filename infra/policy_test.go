package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	service "sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/wire"
)

func TestBucketsArePrivateOwnedEncryptedTLSOnlyAndSwept(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		buckets := g.some(t, "aws:s3/bucketV2:BucketV2")
		if len(buckets) != 3 {
			t.Errorf("%d buckets, want transfers, cache and artifacts", len(buckets))
		}
		for _, b := range buckets {
			name := b.text("bucket")
			if !regexp.MustCompile(`^` + testAccount + `--sgraph-send-(transfers|cache|artifacts)--` + stack + `--eu-west-2$`).MatchString(name) {
				t.Errorf("bucket %q does not follow the pattern", name)
			}
			block := g.with(t, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "bucket", name)
			for _, key := range []string{"blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"} {
				if block.text(key) != "true" {
					t.Errorf("%s: %s is not set", name, key)
				}
			}
			if owner := g.with(t, "aws:s3/bucketOwnershipControls:BucketOwnershipControls", "bucket", name); plain(owner.object("rule")["objectOwnership"]).StringValue() != "BucketOwnerEnforced" {
				t.Errorf("%s: the owner is not enforced", name)
			}
			encryption := g.with(t, "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2", "bucket", name)
			if !strings.Contains(asJSON(t, encryption.Inputs["rules"]), `"sseAlgorithm":"AES256"`) {
				t.Errorf("%s is not encrypted", name)
			}
			tls := g.with(t, "aws:s3/bucketPolicy:BucketPolicy", "bucket", name).text("policy")
			if !strings.Contains(tls, `"Effect":"Deny"`) || !strings.Contains(tls, `"aws:SecureTransport":"false"`) || !strings.Contains(tls, name+`/*"`) {
				t.Errorf("%s answers without TLS: %s", name, tls)
			}
			rules := asJSON(t, g.with(t, "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", "bucket", name).Inputs["rules"])
			if !strings.Contains(rules, `"abortIncompleteMultipartUpload":{"daysAfterInitiation":1}`) {
				t.Errorf("%s keeps abandoned uploads: %s", name, rules)
			}
		}
	})
}

func TestTransfersExpireByClassTheTrailByAgeAndDeployedArtifactsNever(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		for _, d := range g.some(t, "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2") {
			expiries := map[string]float64{}
			for _, v := range plain(d.Inputs["rules"]).ArrayValue() {
				rule := plain(v).ObjectValue()
				if expiration := plain(rule["expiration"]); expiration.IsObject() {
					prefix := plain(plain(rule["filter"]).ObjectValue()["prefix"]).StringValue()
					if days := plain(expiration.ObjectValue()["days"]); days.IsNumber() {
						expiries[prefix] = days.NumberValue()
					}
				}
			}
			want := map[string]float64{}
			switch d.Name {
			case "transfers-lifecycle":
				want = map[string]float64{"transfers/1d/": 2, "transfers/7d/": 8, "transfers/30d/": 31}
			case "cache-lifecycle":
				want = map[string]float64{"audit/": map[string]float64{"dev": 90, "qa": 90, "prod": 365}[stack]}
			}
			if !maps.Equal(expiries, want) {
				t.Errorf("%s expires %v, want %v", d.Name, expiries, want)
			}
		}
	})
}

func TestUploadsAreAllowedFromNamedOriginsOnly(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		for _, d := range g.some(t, "aws:s3/bucketCorsConfigurationV2:BucketCorsConfigurationV2") {
			rules := asJSON(t, d.Inputs["corsRules"])
			if strings.Contains(rules, `"*"`) {
				t.Errorf("%s names no origins: %s", d.Name, rules)
			}
			if !strings.Contains(rules, `"allowedHeaders":["content-type","range","if-range"]`) {
				t.Errorf("%s does not let pages resume a download: %s", d.Name, rules)
			}
			for _, origin := range []string{"https://user-url.lambda-url.eu-west-2.on.aws", "send.sgraph.ai"} {
				if !strings.Contains(rules, origin) {
					t.Errorf("%s does not let %s upload: %s", d.Name, origin, rules)
				}
			}
		}
	})
}

func TestFunctionsAreBoundedAndLogged(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		for _, f := range g.some(t, "aws:lambda/function:Function") {
			name := f.text("name")
			for key, want := range map[string]string{"runtime": "provided.al2023", "handler": "bootstrap", "publish": "true"} {
				if f.text(key) != want {
					t.Errorf("%s: %s is %q, want %q", name, key, f.text(key), want)
				}
			}
			if n := plain(f.Inputs["reservedConcurrentExecutions"]); !n.IsNumber() || n.NumberValue() < 1 {
				t.Errorf("%s has no reserved concurrency", name)
			}
			if logs := g.with(t, "aws:cloudwatch/logGroup:LogGroup", "name", "/aws/lambda/"+name); !plain(logs.Inputs["retentionInDays"]).IsNumber() {
				t.Errorf("%s keeps its logs for ever", name)
			}
		}
	})
}

func TestServicesAnswerAtTheURLOfTheirAlias(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		for _, service := range []string{"user", "admin"} {
			name := "sgraph-send-" + service + "-" + stack
			if alias := g.with(t, "aws:lambda/alias:Alias", "functionName", name); alias.text("name") != "live" {
				t.Errorf("%s: the alias is called %q", name, alias.text("name"))
			}
			url := g.with(t, "aws:lambda/functionUrl:FunctionUrl", "functionName", name)
			if url.text("qualifier") != "live" || url.text("invokeMode") != "RESPONSE_STREAM" {
				t.Errorf("%s: the URL is on %q in mode %q", name, url.text("qualifier"), url.text("invokeMode"))
			}
			public := g.named(t, "aws:lambda/permission:Permission", service+"-invoke-url")
			if public.text("function") != name || public.text("action") != "lambda:InvokeFunctionUrl" || public.text("functionUrlAuthType") != "NONE" || public.text("qualifier") != "live" {
				t.Errorf("%s: the URL permission is %v", name, public.Inputs)
			}
			template := g.with(t, "aws:cloudformation/stack:Stack", "name", name+"-invoke-via-url").text("templateBody")
			for _, part := range []string{`"lambda:InvokeFunction"`, `"InvokedViaFunctionUrl":true`, ":function:" + name + `:live"`} {
				if !strings.Contains(template, part) {
					t.Errorf("%s: the invoke permission lacks %s: %s", name, part, template)
				}
			}
		}
	})
}

func TestNoOneElseMayInvoke(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		for _, p := range g.some(t, "aws:lambda/permission:Permission") {
			if p.text("principal") == "*" && p.text("functionUrlAuthType") == "" {
				t.Errorf("%s lets any AWS principal %s", p.Name, p.text("action"))
			}
			if p.text("principal") != "*" && p.text("sourceArn") == "" {
				t.Errorf("%s lets all that %s does for anyone %s", p.Name, p.text("principal"), p.text("action"))
			}
		}
	})
}

// grant is one Allow statement of a role, taken apart.
type grant struct {
	role                 string
	actions, resources   []string
	condition, statement string
}

func grants(t *testing.T, g *graph) []grant {
	t.Helper()
	var all []grant
	for _, p := range g.some(t, "aws:iam/rolePolicy:RolePolicy") {
		var document struct {
			Statement []struct {
				Effect           string
				Action, Resource any
				Condition        any
			}
		}
		if err := json.Unmarshal([]byte(p.text("policy")), &document); err != nil {
			t.Fatalf("%s: %v", p.Name, err)
		}
		for _, s := range document.Statement {
			text, _ := json.Marshal(s)
			condition, _ := json.Marshal(s.Condition)
			all = append(all, grant{p.Name, texts(s.Action), texts(s.Resource), string(condition), string(text)})
		}
	}
	return all
}

// texts answers a policy value that may be one string or several.
func texts(v any) []string {
	if one, ok := v.(string); ok {
		return []string{one}
	}
	var many []string
	for _, each := range v.([]any) {
		many = append(many, each.(string))
	}
	return many
}

func TestGrantsAreExact(t *testing.T) {
	// The only stars: the keys under one prefix of a bucket that is named in
	// full, and the streams of a log group that is named in full.
	exact := regexp.MustCompile(`^arn:aws:(s3:::[a-z0-9-]+(/(transfers|audit)/\*)?|logs:[a-z0-9-]+:\d+:log-group:/aws/lambda/[a-z-]+:log-stream:\*|dynamodb:[a-z0-9-]+:\d+:table/[a-z-]+)$`)
	each(t, func(t *testing.T, stack string, g *graph) {
		for _, granted := range grants(t, g) {
			for _, action := range granted.actions {
				if strings.Contains(action, "*") {
					t.Errorf("%s may %s", granted.role, action)
				}
			}
			for _, target := range granted.resources {
				if !exact.MatchString(target) || !strings.Contains(target, stack) {
					t.Errorf("%s may act on %s", granted.role, target)
				}
			}
		}
		for _, role := range g.some(t, "aws:iam/role:Role") {
			if len(role.object("managedPolicyArns")) > 0 || role.text("managedPolicyArns") != "" {
				t.Errorf("%s has managed policies", role.Name)
			}
		}
		for _, kind := range []string{"aws:iam/rolePolicyAttachment:RolePolicyAttachment", "aws:iam/policyAttachment:PolicyAttachment"} {
			if found := g.of(kind); len(found) > 0 {
				t.Errorf("a policy is attached from elsewhere: %v", found)
			}
		}
	})
}

func TestServicesCannotTouchEachOthersData(t *testing.T) {
	// What each role may name, and nothing more.
	allowed := map[string]struct {
		bucket, sets string
	}{
		"user":  {"transfers", `["transfer/*","window/*"]`},
		"admin": {"cache", `["token","use/*","window/*"]`},
		// The canary does all it does from outside.
		"canary": {},
	}
	each(t, func(t *testing.T, stack string, g *graph) {
		seen := map[string]bool{}
		for _, granted := range grants(t, g) {
			want, ok := allowed[granted.role]
			if !ok {
				t.Fatalf("unknown role %s", granted.role)
			}
			for _, target := range granted.resources {
				if bucket, ok := strings.CutPrefix(target, "arn:aws:s3:::"); ok {
					seen[granted.role+" bucket"] = true
					if want.bucket == "" || !strings.HasPrefix(bucket, testAccount+"--sgraph-send-"+want.bucket+"--") {
						t.Errorf("%s may act on %s", granted.role, target)
					}
				}
				if strings.Contains(target, ":dynamodb:") {
					seen[granted.role+" ledger"] = true
					if want := `{"ForAllValues:StringLike":{"dynamodb:LeadingKeys":` + want.sets + `}}`; granted.condition != want {
						t.Errorf("%s may use the ledger under %s, want %s", granted.role, granted.condition, want)
					}
				}
			}
		}
		if len(seen) != 4 {
			t.Errorf("looked at %v only", slices.Collect(maps.Keys(seen)))
		}
	})
}

func TestSecretsAreNeverPlainInputs(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
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
			if d.Type == "aws:lambda/function:Function" && d.Name != "canary" && stack != "dev" {
				variables := plain(d.object("environment")["variables"]).ObjectValue()
				if v := variables["SEND__ORIGIN_SECRETS"]; !isSecret(v) {
					t.Errorf("%s: SEND__ORIGIN_SECRETS is in the clear", d.Name)
				}
			}
			if d.Type == "aws:cloudfront/distribution:Distribution" {
				header := plain(plain(plain(plain(d.Inputs["origins"]).ArrayValue()[0]).ObjectValue()["customHeaders"]).ArrayValue()[0]).ObjectValue()
				if !isSecret(header["value"]) {
					t.Errorf("%s: the origin secret is in the clear", d.Name)
				}
			}
		}
		if marked < 6 {
			t.Errorf("only %d marked secrets found: the test looks in the wrong place", marked)
		}
	})
}

func isSecret(v resource.PropertyValue) bool {
	return v.IsSecret() || v.IsOutput() && v.OutputValue().Secret
}

// walk visits every leaf, saying whether it lies under a secret.
func walk(v resource.PropertyValue, visit func(resource.PropertyValue, bool), secret bool) {
	secret = secret || isSecret(v)
	v = plain(v)
	switch {
	case v.IsObject():
		for _, child := range v.ObjectValue() {
			walk(child, visit, secret)
		}
	case v.IsArray():
		for _, child := range v.ArrayValue() {
			walk(child, visit, secret)
		}
	default:
		visit(v, secret)
	}
}

// TestEnvironmentFollowsTheCard: the card names what the functions are told of
// secrets and of what was made. What else they are told is in the stack file.
func TestEnvironmentFollowsTheCard(t *testing.T) {
	both := []string{
		"FAST_API__AUTH__API_KEY__NAME", "FAST_API__AUTH__API_KEY__VALUE", "URL__TARGET_SERVER__CACHE_SERVICE",
		"SEND__STORAGE_MODE", "SEND__LEDGER_TABLE",
	}
	want := map[string][]string{
		"canary": {"CANARY__URL", "CANARY__TOKEN"},
		"admin":  append([]string{"CACHE__SERVICE__BUCKET_NAME"}, both...),
		"user": append([]string{
			"SGRAPH_SEND__ADMIN__BASE_URL", "SGRAPH_SEND__ADMIN__API_KEY__NAME", "SGRAPH_SEND__ADMIN__API_KEY__VALUE",
			"SEND__S3_BUCKET",
		}, both...),
	}
	each(t, func(t *testing.T, stack string, g *graph) {
		s, err := parseStack(t, stack, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range g.some(t, "aws:lambda/function:Function") {
			names := slices.Clone(want[f.Name])
			if s.Edge.Enabled && f.Name != "canary" {
				names = append(names, "SEND__ORIGIN_SECRETS")
			}
			for _, e := range service.Table() {
				if e.ReadBy(f.Name) && s.Told[e.Env] != "" {
					names = append(names, e.Env)
				}
			}
			slices.Sort(names)
			var got []string
			for name := range g.told(t, f.text("name")) {
				got = append(got, string(name))
			}
			slices.Sort(got)
			if !slices.Equal(got, names) {
				t.Errorf("%s is told\n%v, want\n%v", f.Name, got, names)
			}
		}
		asked := plain(g.told(t, "sgraph-send-user-"+stack)["SGRAPH_SEND__ADMIN__BASE_URL"]).StringValue()
		if asked != "https://admin-url.lambda-url.eu-west-2.on.aws" {
			t.Errorf("the user service asks %s, not this stack's admin service", asked)
		}
	})
}

// TestStacksTellTheServices what their files say, or what a stack says where
// its file says nothing.
func TestStacksTellTheServices(t *testing.T) {
	want := map[string]map[string]string{
		"dev": {
			"SEND__STAGE": "dev", "SEND__LOG_LEVEL": "debug", "SEND__CORS_ORIGINS": "https://dev.send.sgraph.ai",
			"SEND__MAX_TRANSFER_BYTES": "1073741824", "SEND__DEFAULT_TTL": "24h0m0s", "SEND__MAX_TTL": "168h0m0s",
		},
		"qa": {
			"SEND__STAGE": "qa", "SEND__LOG_LEVEL": "info", "SEND__CORS_ORIGINS": "https://qa.send.sgraph.ai",
			"SEND__MAX_TRANSFER_BYTES": "1073741824", "SEND__DEFAULT_TTL": "24h0m0s", "SEND__MAX_TTL": "168h0m0s",
		},
		"prod": {
			"SEND__STAGE": "prod", "SEND__LOG_LEVEL": "info", "SEND__CORS_ORIGINS": "https://send.sgraph.ai",
			"SEND__MAX_TRANSFER_BYTES": "5368709120", "SEND__DEFAULT_TTL": "24h0m0s", "SEND__MAX_TTL": "720h0m0s",
		},
	}
	each(t, func(t *testing.T, stack string, g *graph) {
		told := g.told(t, "sgraph-send-user-"+stack)
		for name, value := range want[stack] {
			if got := plain(told[resource.PropertyKey(name)]); !got.IsString() || got.StringValue() != value {
				t.Errorf("%s is %v, want %s", name, got, value)
			}
		}
	})
}

func TestOnlyProdIsProtected(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		prod := stack == "prod"
		for _, d := range append(g.some(t, "aws:s3/bucketV2:BucketV2"), g.some(t, "aws:dynamodb/table:Table")...) {
			if d.Protect != prod || d.Retain != prod {
				t.Errorf("%s: protect is %v and retain is %v", d.Name, d.Protect, d.Retain)
			}
			if d.Type == "aws:s3/bucketV2:BucketV2" && (d.text("forceDestroy") == "true") == prod {
				t.Errorf("%s: forceDestroy is %s", d.Name, d.text("forceDestroy"))
			}
			if d.Type == "aws:dynamodb/table:Table" && (plain(d.object("pointInTimeRecovery")["enabled"]).BoolValue() != prod || (d.text("deletionProtectionEnabled") == "true") != prod) {
				t.Errorf("%s: point-in-time recovery or deletion protection is wrong for %s", d.Name, stack)
			}
		}
	})
}

func TestLedgerForgets(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		for _, d := range g.some(t, "aws:dynamodb/table:Table") {
			if ttl := d.object("ttl"); plain(ttl["attributeName"]).StringValue() != "ttl" || !plain(ttl["enabled"]).BoolValue() {
				t.Errorf("%s has no time to live", d.Name)
			}
			if d.text("billingMode") != "PAY_PER_REQUEST" {
				t.Errorf("%s is not on demand", d.Name)
			}
		}
	})
}

func TestEveryAlarmSpeaksAndHasAPlaybook(t *testing.T) {
	page := regexp.MustCompile(`docs/playbooks/[a-z0-9-]+\.md`)
	each(t, func(t *testing.T, stack string, g *graph) {
		alarms := append(g.some(t, "aws:cloudwatch/metricAlarm:MetricAlarm"), g.some(t, "aws:cloudwatch/compositeAlarm:CompositeAlarm")...)
		for _, a := range alarms {
			if actions := plain(a.Inputs["alarmActions"]); !actions.IsArray() || len(actions.ArrayValue()) == 0 {
				t.Errorf("%s tells nobody", a.Name)
			}
			if name := a.text("name") + a.text("alarmName"); !strings.HasPrefix(name, "sgraph-send-"+stack+"-") {
				t.Errorf("alarm %q of two stacks would be one", name)
			}
			playbook := page.FindString(a.text("alarmDescription"))
			if playbook == "" {
				t.Errorf("%s names no playbook: %q", a.Name, a.text("alarmDescription"))
			} else if _, err := os.Stat(filepath.Join("..", playbook)); err != nil {
				t.Errorf("%s: %v", a.Name, err)
			}
			quiet := a.text("treatMissingData") == "notBreaching"
			if down := strings.HasSuffix(a.Name, "-down") || strings.HasSuffix(a.Name, "-silent"); a.Type != "aws:cloudwatch/compositeAlarm:CompositeAlarm" && quiet == down {
				t.Errorf("%s: missing data is %s", a.Name, a.text("treatMissingData"))
			}
		}
	})
}

func TestEverythingIsTagged(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		for _, kind := range []string{
			"aws:s3/bucketV2:BucketV2", "aws:lambda/function:Function", "aws:dynamodb/table:Table",
			"aws:iam/role:Role", "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:sns/topic:Topic",
		} {
			for _, d := range g.some(t, kind) {
				if tags := d.object("tags"); plain(tags["stack"]) != resource.NewStringProperty(stack) || plain(tags["project"]) != resource.NewStringProperty("sgraph-send") {
					t.Errorf("%s %s is tagged %v", d.Type, d.Name, tags)
				}
			}
		}
	})
}

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
			behaviour := d.object("defaultCacheBehavior")
			if id := plain(behaviour["cachePolicyId"]).StringValue(); id != cachingDisabled {
				t.Errorf("%s caches what the service answers, by %s", d.Name, id)
			}
			if id := plain(behaviour["originRequestPolicyId"]).StringValue(); id != d.Name+"-id" {
				t.Errorf("%s passes on what %q says", d.Name, id)
			}
			if text := asJSON(t, d.Inputs["origins"]); !strings.Contains(text, strings.ToLower(wire.OriginSecret.Name)) || !strings.Contains(text, `"originProtocolPolicy":"https-only"`) {
				t.Errorf("%s: origin is %s", d.Name, text)
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
			if got := plain(d.object("cookiesConfig")["cookieBehavior"]).StringValue(); got != want.cookies {
				t.Errorf("%s: cookies are passed on as %q, want %q", d.Name, got, want.cookies)
			}
			if got := plain(d.object("queryStringsConfig")["queryStringBehavior"]).StringValue(); got != "all" {
				t.Errorf("%s: queries are passed on as %q", d.Name, got)
			}
			passed := map[string]bool{}
			for _, v := range plain(plain(d.object("headersConfig")["headers"]).ObjectValue()["items"]).ArrayValue() {
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
			if n := len(plain(plain(d.object("headersConfig")["headers"]).ObjectValue()["items"]).ArrayValue()); n > most {
				t.Errorf("%s passes on %d headers, of which CloudFront takes %d", d.Name, n, most)
			}
		}
	})
}

// TestFirewallLogsNoSecret: each header that is a credential, or says who the
// client is, is redacted.
func TestFirewallLogsNoSecret(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		if stack == "dev" {
			return
		}
		logging := g.some(t, "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration")[0]
		redacted := map[string]bool{}
		for _, v := range plain(logging.Inputs["redactedFields"]).ArrayValue() {
			field := plain(plain(v).ObjectValue()["singleHeader"]).ObjectValue()
			redacted[plain(field["name"]).StringValue()] = true
		}
		for _, h := range append(wire.Headers(), wire.APIKey(canaries["FAST_API__AUTH__API_KEY__NAME"])) {
			if h.Secret && !redacted[strings.ToLower(h.Name)] {
				t.Errorf("%s stands in the firewall's log", h.Name)
			}
		}
	})
}

// asJSON renders inputs, seen through secrets, for looking into.
func asJSON(t *testing.T, v resource.PropertyValue) string {
	t.Helper()
	var bare func(v resource.PropertyValue) any
	bare = func(v resource.PropertyValue) any {
		v = plain(v)
		switch {
		case v.IsObject():
			m := map[string]any{}
			for k, child := range v.ObjectValue() {
				m[string(k)] = bare(child)
			}
			return m
		case v.IsArray():
			list := []any{}
			for _, child := range v.ArrayValue() {
				list = append(list, bare(child))
			}
			return list
		default:
			return v.V
		}
	}
	text, err := json.Marshal(bare(v))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
