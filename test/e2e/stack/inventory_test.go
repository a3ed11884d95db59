package stack

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	names "sgraph.ai/send/shared/stack"
)

// query asks an older service, by a form.
func query(service, region, action string) question {
	return question{service: service, region: region, method: http.MethodPost, path: "/?Action=" + action}
}

// called asks a service that takes the operation in a header, and JSON.
func called(service, region, operation, body string) question {
	return question{
		service: service, region: region, method: http.MethodPost, path: "/", target: operation, body: body,
	}
}

// read asks a service that has paths.
func read(service, path string) question {
	return question{service: service, method: http.MethodGet, path: path}
}

const (
	global    = names.GlobalRegion
	ofAccount = `{"AccountId":"` + account + `"}`
)

// listings ask for all kinds of things that a stack makes and that have its name, as
// far as the simulated AWS lists them: the rest goes with them.
var listings = map[string]question{
	"buckets":              read("s3", "/"),
	"tables":               called("dynamodb", region, "DynamoDB_20120810.ListTables", "{}"),
	"functions":            read("lambda", "/2015-03-31/functions/"),
	"roles":                query("iam", region, "ListRoles"),
	"log groups":           called("logs", region, "Logs_20140328.DescribeLogGroups", "{}"),
	"saved queries":        called("logs", region, "Logs_20140328.DescribeQueryDefinitions", "{}"),
	"rules":                called("events", region, "AWSEvents.ListRules", "{}"),
	"topics":               query("sns", region, "ListTopics"),
	"alarms":               called("monitoring", region, "GraniteServiceVersion20100801.DescribeAlarms", "{}"),
	"dashboards":           called("monitoring", region, "GraniteServiceVersion20100801.ListDashboards", "{}"),
	"formations":           query("cloudformation", region, "DescribeStacks"),
	"budgets":              called("budgets", region, "AWSBudgetServiceGateway.DescribeBudgets", ofAccount),
	"log groups at edge":   called("logs", global, "Logs_20140328.DescribeLogGroups", "{}"),
	"log sources at edge":  called("logs", global, "Logs_20140328.DescribeDeliverySources", "{}"),
	"log targets at edge":  called("logs", global, "Logs_20140328.DescribeDeliveryDestinations", "{}"),
	"log delivery at edge": called("logs", global, "Logs_20140328.DescribeDeliveries", "{}"),
	"topics at edge":       query("sns", global, "ListTopics"),
	"alarms at edge":       called("monitoring", global, "GraniteServiceVersion20100801.DescribeAlarms", "{}"),
	"firewalls":            called("wafv2", global, "AWSWAF_20190729.ListWebACLs", `{"Scope":"CLOUDFRONT"}`),
	"address sets":         called("wafv2", global, "AWSWAF_20190729.ListIPSets", `{"Scope":"CLOUDFRONT"}`),
	"distributions":        read("cloudfront", "/2020-05-31/distribution"),
}

// inventory counts by kind what the account has with the name of a stack, but for
// what the account's setup made for it. What has no name but a tag is counted as
// "tagged".
func (s simulation) inventory(t *testing.T, stack string) map[string]int {
	t.Helper()
	named := regexp.MustCompile(fmt.Sprintf(`(sgraph-send|SGraph Send)[^"<>]*[ /-]%s\b`, regexp.QuoteMeta(stack)))
	found := map[string]int{"tagged": len(s.tagged(t, stack))}
	for kind, q := range listings {
		status, answer := q.ask(t, s.endpoint, "test")
		if status/100 != 2 {
			t.Fatalf("%s: %d %s", kind, status, answer)
		}
		found[kind] = 0
		for _, name := range named.FindAllString(string(answer), -1) {
			if !strings.Contains(name, "pipeline") && !strings.Contains(name, "boundary") {
				found[kind]++
			}
		}
	}
	return found
}

// has says that a stack has something of all kinds but those named.
func (s simulation) has(t *testing.T, stack string, but ...string) {
	t.Helper()
	for kind, n := range s.inventory(t, stack) {
		if (n == 0) != slices.Contains(but, kind) {
			t.Errorf("%s of %s: %d", kind, stack, n)
		}
	}
}

// gone says that nothing is left of a stack.
func (s simulation) gone(t *testing.T, stack string) {
	t.Helper()
	left := s.inventory(t, stack)
	maps.DeleteFunc(left, func(_ string, n int) bool { return n == 0 })
	if len(left) > 0 {
		t.Errorf("left behind: %v %v", left, s.tagged(t, stack))
	}
}
