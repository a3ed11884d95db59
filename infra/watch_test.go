package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/shared/metric"
)

// known says that a service counts a metric.
func known(t *testing.T, service, name string) bool {
	t.Helper()
	i := slices.IndexFunc(metric.Table, func(d metric.Definition) bool { return string(d.Name) == name })
	return i >= 0 && slices.Contains(metric.Table[i].Services, service)
}

func TestBusinessAlarmsWaitForWhatTheServicesCount(t *testing.T) {
	eachOnAll(t, func(t *testing.T, stack, compute string, g *graph) {
		watched := map[string]bool{}
		for _, a := range g.some(t, "aws:cloudwatch/metricAlarm:MetricAlarm") {
			metrics := [][]string{nil}
			for i := range a.list("metricQueries") {
				metrics = append(metrics, []string{"metricQueries", strconv.Itoa(i), "metric"})
			}
			for _, in := range metrics {
				of := func(path ...string) []string { return append(slices.Clone(in), path...) }
				if a.text(of("namespace")...) != metric.Namespace {
					continue
				}
				dimensions, name := a.object(of("dimensions")...), a.text(of("metricName")...)
				service, stage := a.text(of("dimensions", "service")...), a.text(of("dimensions", "stage")...)
				if !known(t, service, name) || stage != stack || len(dimensions) != 2 {
					t.Errorf("%s waits for %s of %v, which nobody counts", a.Name, name, dimensions)
				}
				watched[service+" "+name] = true
			}
		}
		want := []string{"admin FailedLogins", "admin TokenNearlySpent", "user SweepsCompleted"}
		for _, service := range []string{"user", "admin"} {
			for _, name := range []metric.Name{
				metric.LimiterFailedOpen, metric.LedgerErrors, metric.StorageErrors, metric.Panics, metric.AuditLost,
			} {
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

// Where nobody is told of events nothing can be lost, and an alarm would cost.
func TestLostWebhooksAreWatchedWhereThereAreAny(t *testing.T) {
	t.Parallel()
	const alarm, webhook = "aws:cloudwatch/metricAlarm:MetricAlarm", "sgraph-send:webhookUrl"
	g := record(t, "dev", map[string]string{webhook: "https://hooks.example.org"})
	lost := g.named(t, alarm, "admin-webhooks-lost")
	if lost.text("metricName") != string(metric.WebhooksLost) || !known(t, metric.Admin, lost.text("metricName")) {
		t.Errorf("it waits for %s", lost.text("metricName"))
	}
	from, _ := raised(t, lost, with(quiet(), day{"WebhooksLost": once(fails)}))
	if from < fails || from > fails+10 {
		t.Errorf("for one that is lost at minute %d it is raised at %d", fails, from)
	}
	checkAlarm(t, "dev", lost)
	for _, a := range record(t, "dev", nil).some(t, alarm) {
		if a.text("metricName") == string(metric.WebhooksLost) {
			t.Errorf("%s watches what nobody sends", a.Name)
		}
	}
}

var playbook = regexp.MustCompile(`docs/playbooks/[a-z0-9-]+\.md`)

func TestEveryAlarmSpeaksAndHasAPlaybook(t *testing.T) {
	eachOnAll(t, func(t *testing.T, stack, compute string, g *graph) {
		for _, a := range append(g.some(t, "aws:cloudwatch/metricAlarm:MetricAlarm"), g.some(t, kindComposite)...) {
			checkAlarm(t, stack, a)
		}
	})
}

func checkAlarm(t *testing.T, stack string, a declared) {
	t.Helper()
	if len(a.list("alarmActions")) == 0 {
		t.Errorf("%s tells nobody", a.Name)
	}
	if name := a.text("name") + a.text("alarmName"); !strings.HasPrefix(name, "sgraph-send-"+stack+"-") {
		t.Errorf("alarm %q of two stacks would be one", name)
	}
	page := playbook.FindString(a.text("alarmDescription"))
	if page == "" {
		t.Errorf("%s names no playbook: %q", a.Name, a.text("alarmDescription"))
	} else if _, err := os.Stat(filepath.Join("..", page)); err != nil {
		t.Errorf("%s: %v", a.Name, err)
	}
	quiet := a.text("treatMissingData") == "notBreaching"
	down := strings.HasSuffix(a.Name, "-down") || strings.HasSuffix(a.Name, "-silent")
	if a.Type != kindComposite && quiet == down {
		t.Errorf("%s: missing data is %s", a.Name, a.text("treatMissingData"))
	}
}

func TestQuestionsAreAboutWhatTheLogsHold(t *testing.T) {
	// What web.Settings and metric.Meter write, and what Lambda does.
	fields := regexp.MustCompile(`^(level|msg|service|stage|request_id|method|route|status|bytes_in|bytes_out|` +
		`duration_ms|client|code|cause|stack|limit|` +
		`@timestamp|@type|@log|@initDuration|@maxMemoryUsed)$`)
	words := regexp.MustCompile(`"[^"]*"|@?[A-Za-z_][A-Za-z0-9_]*`)
	language := strings.Fields("filter stats sort fields limit by as asc desc and ispresent count sum max pct latest bin")
	eachOnAll(t, func(t *testing.T, stack, compute string, g *graph) {
		saved := g.some(t, "aws:cloudwatch/queryDefinition:QueryDefinition")
		if len(saved) != len(questions) {
			t.Errorf("%d questions are saved, want %d", len(saved), len(questions))
		}
		for _, q := range saved {
			if !strings.HasPrefix(q.text("name"), "sgraph-send-"+stack+"/") {
				t.Errorf("question %s of two stacks would be one", q.text("name"))
			}
			groups := q.list("logGroupNames")
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
			query := regexp.MustCompile(`bin\(\w+\)`).ReplaceAllString(q.text("queryString"), "")
			for _, word := range words.FindAllString(query, -1) {
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
	eachOnAll(t, func(t *testing.T, stack, compute string, g *graph) {
		var board struct {
			Widgets []struct {
				X, Y       int
				Properties struct {
					Title, Region string
					Metrics       [][]any
				}
			}
		}
		body := g.some(t, "aws:cloudwatch/dashboard:Dashboard")[0].text("dashboardBody")
		if err := json.Unmarshal([]byte(body), &board); err != nil {
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
		names := map[string][]string{
			settings.Lambda: {"UrlRequestCount", "Errors", "UrlRequestLatency", "ColdStarts"},
			settings.Fargate: {
				"RequestCount", "HTTPCode_Target_5XX_Count", "TargetResponseTime", "HealthyHostCount", "RunningTaskCount",
				"CPUUtilization",
			},
			settings.EC2: {
				"RequestCount", "HTTPCode_Target_5XX_Count", "TargetResponseTime", "HealthyHostCount", "CPUUtilization",
			},
		}[compute]
		for _, name := range append(names, "BytesUploaded", "BytesDownloaded", "LimitHit",
			"BucketSizeBytes", "NumberOfObjects", "EstimatedCharges", "CanarySucceeded") {
			if !drawn[name] {
				t.Errorf("the dashboard does not draw %s", name)
			}
		}
	})
}
