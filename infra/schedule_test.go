package main

import (
	"strings"
	"testing"
)

func TestCanaryRunsOnScheduleWithATokenOfItsOwn(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		composite := g.some(t, "aws:cloudwatch/compositeAlarm:CompositeAlarm")[0].text("alarmRule")
		if stack == "dev" {
			if strings.Contains(composite, "canary") {
				t.Error("dev has a canary")
			}
			return
		}
		rates := map[string]string{"qa": "rate(15 minutes)", "prod": "rate(5 minutes)"}
		rule := g.named(t, "aws:cloudwatch/eventRule:EventRule", "canary")
		if rate := rule.text("scheduleExpression"); rate != rates[stack] {
			t.Errorf("it runs at %s", rate)
		}
		retries := g.named(t, "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "canary")
		if n := retries.text("maximumRetryAttempts"); n != "0" {
			t.Errorf("a failed round is tried %s times more, and looks like a good one", n)
		}
		if !strings.Contains(composite, `ALARM("sgraph-send-`+stack+`-canary-silent")`) {
			t.Errorf("its silence wakes nobody: %s", composite)
		}
		told := g.told(t, "sgraph-send-canary-"+stack)
		if token := told["CANARY__TOKEN"]; isSecret(token) || token.StringValue() != "ledger:canary" {
			t.Errorf("it finds its token at %v", token)
		}
		if table := plain(told["SEND__LEDGER_TABLE"]).StringValue(); table != "sgraph-send-ledger-"+stack {
			t.Errorf("it looks for its token in the table %s", table)
		}
		if url := plain(told["CANARY__URL"]).StringValue(); url != "https://user.cloudfront.net" {
			t.Errorf("it does not go where people go: %s", url)
		}
	})
}

// A busy stack has more expire in an hour than one sweep has time for.
func TestABusyStackSweepsMoreOften(t *testing.T) {
	t.Parallel()
	g := record(t, "dev", map[string]string{"sgraph-send:sweepMinutes": "1"})
	rule := g.named(t, "aws:cloudwatch/eventRule:EventRule", "sweep")
	if rate := rule.text("scheduleExpression"); rate != "rate(1 minute)" {
		t.Errorf("it is swept at %s", rate)
	}
}

// A receiver of webhooks waits a minute at most, and only the admin function knows of it.
func TestWebhooksAreSentEveryMinute(t *testing.T) {
	t.Parallel()
	const url = "https://hooks.example.org/send?2"
	g := record(t, "dev", map[string]string{"sgraph-send:webhookUrl": url})
	rule := g.named(t, "aws:cloudwatch/eventRule:EventRule", "trail")
	if rate := rule.text("scheduleExpression"); rate != "rate(1 minute)" {
		t.Errorf("the trail is kept at %s", rate)
	}
	if got := plain(g.told(t, "sgraph-send-admin-dev")["SEND__WEBHOOK_URL"]); !got.IsString() || got.StringValue() != url {
		t.Errorf("the admin function is told %v", got)
	}
	if _, told := g.told(t, "sgraph-send-user-dev")["SEND__WEBHOOK_URL"]; told {
		t.Error("the user function is told, too")
	}
}

func TestSchedulesCallTheLiveAlias(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		for name, want := range map[string]struct{ function, rate string }{
			"sweep": {"sgraph-send-user-" + stack, "rate(60 minutes)"},
			"trail": {"sgraph-send-admin-" + stack, "rate(10 minutes)"},
		} {
			target := g.named(t, "aws:cloudwatch/eventTarget:EventTarget", name)
			if !strings.HasSuffix(target.text("arn"), ":function:"+want.function+":live") {
				t.Errorf("%s calls %s", name, target.text("arn"))
			}
			rule := g.named(t, "aws:cloudwatch/eventRule:EventRule", name)
			if rule.text("scheduleExpression") != want.rate || target.text("rule") != rule.text("name") {
				t.Errorf("rule %s runs at %s", rule.text("name"), rule.text("scheduleExpression"))
			}
			allowed := g.named(t, "aws:lambda/permission:Permission", name)
			if allowed.text("principal") != "events.amazonaws.com" || allowed.text("qualifier") != "live" ||
				allowed.text("function") != want.function {
				t.Errorf("the rule is let by %v", allowed.Inputs)
			}
		}
	})
}
