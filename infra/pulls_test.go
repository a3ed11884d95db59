package main

import (
	"strings"
	"testing"

	"sgraph.ai/send/infra/cost"
	"sgraph.ai/send/shared/stack"
)

// recordPull is what the program declares for the stack of a pull request.
func recordPull(t *testing.T, number int, changes map[string]string) *graph {
	t.Helper()
	name := stack.OfPull(number)
	s, err := parseStackAs(t, stack.Pulls, name, changes)
	if err != nil {
		t.Fatal(err)
	}
	g := accountOf(name)
	if err := run(t, s, g); err != nil {
		t.Fatal(err)
	}
	return g
}

// A pull request's stack is gone with all that it had, reaches no further than its
// pipeline may, and shows whose it is.
func TestPullRequestsHaveSmallStacks(t *testing.T) {
	t.Parallel()
	g := recordPull(t, 7, map[string]string{"SEND_EXPIRES": "2026-12-05", "SEND_ALARM_WEBHOOK": ""})
	for _, d := range g.resources {
		if d.Protect || d.Retain {
			t.Errorf("%s %s outlives its stack", d.Type, d.Name)
		}
		if d.Inputs.HasValue("tags") && strings.HasPrefix(d.Type, "aws:") {
			for tag, want := range map[string]string{
				"stack": "pr-7", "stage": "pr-7", "pull-request": "7", "expires": "2026-12-05",
			} {
				if got := d.text("tags", tag); got != want {
					t.Errorf("%s %s has %s=%q, want %q", d.Type, d.Name, tag, got, want)
				}
			}
		}
	}
	for _, kind := range []string{
		kindDistribution, kindACL,
		"aws:cloudwatch/queryDefinition:QueryDefinition", "aws:sns/topicSubscription:TopicSubscription",
		"aws:route53/healthCheck:HealthCheck", "aws:route53/record:Record",
	} {
		for _, d := range g.of(kind) {
			t.Errorf("it has %s %s", d.Type, d.Name)
		}
	}
	for _, bucket := range g.some(t, "aws:s3/bucketV2:BucketV2") {
		if bucket.text("forceDestroy") != "true" {
			t.Errorf("%s stays when there is something in it", bucket.text("bucket"))
		}
	}
	for _, group := range g.some(t, "aws:cloudwatch/logGroup:LogGroup") {
		if days := group.at("retentionInDays").NumberValue(); days > 3 {
			t.Errorf("%s is kept for %v days", group.text("name"), days)
		}
	}
	for _, role := range g.some(t, "aws:iam/role:Role") {
		if !strings.HasSuffix(role.text("permissionsBoundary"), ":policy/sgraph-send-boundary-pr") {
			t.Errorf("%s is bounded by %q", role.Name, role.text("permissionsBoundary"))
		}
	}
	if limit := g.named(t, "aws:budgets/budget:Budget", "budget").text("limitAmount"); limit != "5" {
		t.Errorf("it may cost $%s a month before somebody hears of it", limit)
	}
}

// The names of the largest numbers are not too long for AWS.
func TestAWSTakesTheNamesOfPullRequests(t *testing.T) {
	t.Parallel()
	for _, number := range []int{1, 9_999_999} {
		for _, fault := range recordPull(t, number, nil).faults(allForms, allQuotas) {
			t.Error(fault)
		}
	}
}

// It costs no more than the stack of the branch that it is to be merged into.
func TestPullRequestsAreCheap(t *testing.T) {
	t.Parallel()
	costs := map[string]float64{}
	for _, name := range []string{"dev", stack.Pulls} {
		s, err := cost.Stack("..", name, nil)
		if err != nil {
			t.Fatal(err)
		}
		b, err := cost.Of(s, cost.Traffic{}, false)
		if err != nil {
			t.Fatal(err)
		}
		costs[name] = b.Total
	}
	if costs[stack.Pulls] > costs["dev"] || costs[stack.Pulls] > 10 {
		t.Errorf("a month of a pull request's stack costs $%.2f, and one of dev $%.2f", costs[stack.Pulls], costs["dev"])
	}
}
