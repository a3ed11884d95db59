package main

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/wire"
)

// known says that a service counts a metric.
func known(t *testing.T, service, name string) bool {
	t.Helper()
	i := slices.IndexFunc(metric.Table, func(d metric.Definition) bool { return string(d.Name) == name })
	return i >= 0 && slices.Contains(metric.Table[i].Services, service)
}

func TestBusinessAlarmsWaitForWhatTheServicesCount(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		watched := map[string]bool{}
		for _, a := range g.some(t, "aws:cloudwatch/metricAlarm:MetricAlarm") {
			if a.text("namespace") != metric.Namespace {
				continue
			}
			dimensions, name := a.object("dimensions"), a.text("metricName")
			service, stage := plain(dimensions["service"]).StringValue(), plain(dimensions["stage"]).StringValue()
			if !known(t, service, name) || stage != stack || len(dimensions) != 2 {
				t.Errorf("%s waits for %s of %v, which nobody counts", a.Name, name, dimensions)
			}
			watched[service+" "+name] = true
		}
		want := []string{"admin FailedLogins", "admin TokenNearlySpent", "user SweepsCompleted"}
		for _, service := range []string{"user", "admin"} {
			for _, name := range []metric.Name{metric.LimiterFailedOpen, metric.LedgerErrors, metric.StorageErrors, metric.Panics, metric.AuditLost} {
				want = append(want, service+" "+string(name))
			}
		}
		if stack != "dev" {
			want = append(want, "canary CanarySucceeded")
		}
		for _, w := range want {
			if !watched[w] {
				t.Errorf("nothing watches %s", w)
			}
		}
		if len(watched) != len(want) {
			t.Errorf("%v are watched, want %v", watched, want)
		}
	})
}

func TestCanaryRunsOnScheduleWithATokenOfItsOwn(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		composite := g.some(t, "aws:cloudwatch/compositeAlarm:CompositeAlarm")[0].text("alarmRule")
		if stack == "dev" {
			if n := len(g.of("aws:lambda/invocation:Invocation")); n != 0 || strings.Contains(composite, "canary") {
				t.Error("dev has a canary")
			}
			return
		}
		rates := map[string]string{"qa": "rate(15 minutes)", "prod": "rate(5 minutes)"}
		if rule := g.named(t, "aws:cloudwatch/eventRule:EventRule", "canary"); rule.text("scheduleExpression") != rates[stack] {
			t.Errorf("it runs at %s", rule.text("scheduleExpression"))
		}
		if retries := g.named(t, "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "canary"); retries.text("maximumRetryAttempts") != "0" {
			t.Errorf("a failed round is tried %s times more, and looks like a good one", retries.text("maximumRetryAttempts"))
		}
		if !strings.Contains(composite, `ALARM("sgraph-send-`+stack+`-canary-silent")`) {
			t.Errorf("its silence wakes nobody: %s", composite)
		}
		variables := plain(g.named(t, "aws:lambda/function:Function", "canary").object("environment")["variables"]).ObjectValue()
		token := variables["CANARY__TOKEN"]
		if !isSecret(token) {
			t.Error("its token is in the clear")
		}
		if url := plain(variables["CANARY__URL"]).StringValue(); url != "https://user.cloudfront.net" {
			t.Errorf("it does not go where people go: %s", url)
		}

		creation := g.some(t, "aws:lambda/invocation:Invocation")[0]
		if creation.text("functionName") != "sgraph-send-admin-"+stack || creation.text("qualifier") != "live" || !isSecret(creation.Inputs["input"]) {
			t.Errorf("its token is made by %v", creation.Inputs)
		}
		var event struct {
			Body    string
			Headers map[string]string
		}
		var body struct {
			Name  string `json:"token_name"`
			Limit *int   `json:"usage_limit"`
		}
		if err := json.Unmarshal([]byte(creation.text("input")), &event); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(event.Body), &body); err != nil {
			t.Fatal(err)
		}
		if body.Name != plain(token).StringValue() || body.Limit == nil || *body.Limit != 0 {
			t.Errorf("the token that is made is not its own, or has a limit")
		}
		if event.Headers["x-canary-key-name"] != canaries["FAST_API__AUTH__API_KEY__VALUE"] || event.Headers[strings.ToLower(wire.OriginSecret.Name)] == "" {
			t.Errorf("the admin service would refuse to make the token")
		}
	})
}

func TestSweepIsScheduledOnTheLiveAlias(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		target := g.named(t, "aws:cloudwatch/eventTarget:EventTarget", "sweep")
		if !strings.HasSuffix(target.text("arn"), ":function:sgraph-send-user-"+stack+":live") {
			t.Errorf("it calls %s", target.text("arn"))
		}
		if rule := g.named(t, "aws:cloudwatch/eventRule:EventRule", "sweep"); rule.text("scheduleExpression") != "rate(60 minutes)" || target.text("rule") != rule.text("name") {
			t.Errorf("rule %s runs at %s", rule.text("name"), rule.text("scheduleExpression"))
		}
		allowed := g.named(t, "aws:lambda/permission:Permission", "sweep")
		if allowed.text("principal") != "events.amazonaws.com" || allowed.text("qualifier") != "live" || allowed.text("function") != "sgraph-send-user-"+stack {
			t.Errorf("the rule is let by %v", allowed.Inputs)
		}
	})
}

func TestTracingIsAllOrNothing(t *testing.T) {
	t.Parallel()
	for _, on := range []string{"true", "false"} {
		g := record(t, "prod", map[string]string{"sgraph-send:tracing": on})
		for _, f := range g.some(t, "aws:lambda/function:Function") {
			mode := plain(f.object("tracingConfig")["mode"]).StringValue()
			if (mode == "Active") != (on == "true") {
				t.Errorf("tracing: %s makes %s %s", on, f.Name, mode)
			}
		}
		traced := 0
		for _, granted := range grants(t, g) {
			if !slices.Contains(granted.resources, "*") {
				continue
			}
			// X-Ray's actions know no resources, so AWS takes nothing but a
			// star here. It is the only one, and only while tracing is on.
			if !slices.Equal(granted.actions, []string{"xray:PutTraceSegments", "xray:PutTelemetryRecords"}) {
				t.Errorf("%s may do %v to anything", granted.role, granted.actions)
			}
			traced++
		}
		if want := map[string]int{"true": 3, "false": 0}[on]; traced != want {
			t.Errorf("tracing: %s lets %d roles hand over traces, want %d", on, traced, want)
		}
	}
}

func TestBotControlIsExtraAndLetsProgramsPass(t *testing.T) {
	t.Parallel()
	for _, on := range []string{"true", "false"} {
		g := record(t, "qa", map[string]string{"sgraph-send:botControl": on})
		rules := asJSON(t, g.some(t, "aws:wafv2/webAcl:WebAcl")[0].Inputs["rules"])
		if strings.Contains(rules, "AWSManagedRulesBotControlRuleSet") != (on == "true") {
			t.Errorf("botControl: %s makes the rules %s", on, rules)
		}
		for _, name := range []string{"CategoryHttpLibrary", "CategoryMonitoring", "SignalNonBrowserUserAgent", "SignalKnownBotDataCenter"} {
			if on == "true" && !strings.Contains(rules, `{"actionToUse":{"count":{}},"name":"`+name+`"}`) {
				t.Errorf("%s blocks the command line, the canary or the uptime checks", name)
			}
		}
	}
}

func TestQuestionsAreAboutWhatTheLogsHold(t *testing.T) {
	// What web.Settings and metric.Meter write, and what Lambda does.
	fields := regexp.MustCompile(`^(level|msg|service|stage|request_id|method|route|status|bytes_in|bytes_out|duration_ms|client|code|cause|stack|limit|` +
		`@timestamp|@type|@log|@initDuration|@maxMemoryUsed)$`)
	words := regexp.MustCompile(`"[^"]*"|@?[A-Za-z_][A-Za-z0-9_]*`)
	language := strings.Fields("filter stats sort fields limit by as asc desc and ispresent count sum max pct latest bin")
	each(t, func(t *testing.T, stack string, g *graph) {
		saved := g.some(t, "aws:cloudwatch/queryDefinition:QueryDefinition")
		if len(saved) != len(questions) {
			t.Errorf("%d questions are saved, want %d", len(saved), len(questions))
		}
		for _, q := range saved {
			if !strings.HasPrefix(q.text("name"), "sgraph-send-"+stack+"/") {
				t.Errorf("question %s of two stacks would be one", q.text("name"))
			}
			groups := plain(q.Inputs["logGroupNames"]).ArrayValue()
			if want := map[string]int{"dev": 2, "qa": 3, "prod": 3}[stack]; len(groups) != want {
				t.Errorf("%s asks %v", q.Name, groups)
			}
			for _, group := range groups {
				g.with(t, "aws:cloudwatch/logGroup:LogGroup", "name", plain(group).StringValue())
			}
			var named []string // columns that the query itself names
			for _, word := range regexp.MustCompile(` as (\w+)`).FindAllStringSubmatch(q.text("queryString"), -1) {
				named = append(named, word[1])
			}
			for _, word := range words.FindAllString(regexp.MustCompile(`bin\(\w+\)`).ReplaceAllString(q.text("queryString"), ""), -1) {
				switch {
				case word[0] == '"', slices.Contains(language, word), slices.Contains(named, word), fields.MatchString(word):
				case slices.ContainsFunc(metric.Table, func(d metric.Definition) bool { return string(d.Name) == word }):
				default:
					t.Errorf("%s asks about %s, which no line has", q.Name, word)
				}
			}
		}
	})
}

func TestDashboardDrawsWhatIsCounted(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		var board struct {
			Widgets []struct {
				X, Y       int
				Properties struct {
					Title, Region string
					Metrics       [][]any
				}
			}
		}
		if err := json.Unmarshal([]byte(g.some(t, "aws:cloudwatch/dashboard:Dashboard")[0].text("dashboardBody")), &board); err != nil {
			t.Fatal(err)
		}
		places, drawn := map[[2]int]string{}, map[string]bool{}
		for _, w := range board.Widgets {
			if other := places[[2]int{w.X, w.Y}]; other != "" {
				t.Errorf("%q lies on %q", w.Properties.Title, other)
			}
			places[[2]int{w.X, w.Y}] = w.Properties.Title
			for _, m := range w.Properties.Metrics {
				drawn[m[1].(string)] = true
				if m[0] != metric.Namespace {
					continue
				}
				if m[2] != "service" || m[4] != "stage" || m[5] != stack || !known(t, m[3].(string), m[1].(string)) {
					t.Errorf("%q draws %v, which nobody counts", w.Properties.Title, m)
				}
			}
		}
		for _, name := range []string{
			"UrlRequestCount", "Errors", "UrlRequestLatency", "ColdStarts", "BytesUploaded", "BytesDownloaded", "LimitHit",
			"BucketSizeBytes", "NumberOfObjects", "EstimatedCharges", "CanarySucceeded",
		} {
			if !drawn[name] {
				t.Errorf("the dashboard does not draw %s", name)
			}
		}
	})
}

// TestTheTrailOnlyGrows: nothing that runs may take an event away.
func TestTheTrailOnlyGrows(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		for _, granted := range grants(t, g) {
			for _, target := range granted.resources {
				if strings.Contains(target, "-cache--") && slices.ContainsFunc(granted.actions, func(a string) bool { return strings.Contains(a, "Delete") }) {
					t.Errorf("%s may %v of %s", granted.role, granted.actions, target)
				}
			}
		}
		versions := g.named(t, "aws:s3/bucketVersioningV2:BucketVersioningV2", "cache-versions")
		if plain(versions.object("versioningConfiguration")["status"]) != resource.NewStringProperty("Enabled") {
			t.Error("an event that is overwritten is lost")
		}
	})
}

// TestMissingPayloadsAreTold: S3 answers 403 instead of 404 to who may not list.
func TestMissingPayloadsAreTold(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		found := slices.ContainsFunc(grants(t, g), func(granted grant) bool {
			return granted.role == "user" && slices.Equal(granted.actions, []string{"s3:ListBucket"}) && granted.condition == "null" &&
				slices.Equal(granted.resources, []string{"arn:aws:s3:::" + testAccount + "--sgraph-send-transfers--" + stack + "--eu-west-2"})
		})
		if !found {
			t.Error("the user service cannot tell a missing payload from a missing right")
		}
	})
}
