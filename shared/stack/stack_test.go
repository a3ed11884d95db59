package stack

import (
	"os"
	"strings"
	"testing"
)

// These are the names of stacks that are deployed: whoever changes one builds
// them anew.
func TestNamesStay(t *testing.T) {
	t.Parallel()
	n := Names{Account: "123456789012", Region: "eu-west-2", Stack: "qa"}
	for want, got := range map[string]string{
		"sgraph-send-user-qa":                                       n.Function("user"),
		"sgraph-send-admin-qa":                                      n.Role("admin"),
		"/aws/lambda/sgraph-send-canary-qa":                         n.LogGroup("canary"),
		"sgraph-send-user-qa-invoke-via-url":                        n.InvokeViaURL("user"),
		"send-user/ab.zip":                                          ZipKey(Zip("user"), "ab"),
		"123456789012--sgraph-send-cache--qa--eu-west-2":            n.Bucket(Cache),
		"sgraph-send-ledger-qa":                                     n.Ledger(),
		"sgraph-send-sweep-qa":                                      n.Schedule(Sweep),
		"sgraph-send-alarms-qa":                                     n.Topic(Alarms),
		"sgraph-send-global-alarms-qa":                              n.Topic(GlobalAlarms),
		"sgraph-send-qa-user-errors":                                n.Alarm("user-errors"),
		"sgraph-send-qa":                                            n.Dashboard(),
		"sgraph-send-qa/errors-by-route":                            n.Query("errors-by-route"),
		"aws-waf-logs-sgraph-send-qa":                               FirewallLogGroup(n.Firewall()),
		"/aws/vendedlogs/sgraph-send-access-qa":                     n.AccessLogGroup(),
		"sgraph-send-access-qa":                                     n.AccessLog(),
		"sgraph-send-user-access-qa":                                n.AccessLogOf("user"),
		"sgraph-send-pipeline-deploy-qa":                            n.PipelineRole("deploy"),
		"sgraph-send-boundary-qa":                                   n.Boundary(),
		"arn:aws:iam::123456789012:policy/sgraph-send-boundary-qa":  n.BoundaryARN(),
		"123456789012--sgraph-send-state--eu-west-2":                n.StateBucket(),
		"alias/sgraph-send-qa":                                      n.StateKey(),
		"awskms:///alias/sgraph-send-qa?region=eu-west-2&awssdk=v2": n.SecretsProvider(),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestNamesThatCannotBe(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"dev": "", "my-own-2": "",
		"": "lower-case", "Dev": "lower-case", "a--b": "lower-case", "-a": "lower-case", "a_b": "lower-case",
		"a-rather-long-name": "S3 allows 63",
	} {
		err := Names{Account: "123456789012", Region: "eu-west-2", Stack: name}.Check()
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", name, err, want)
		}
	}
}

func TestDocumentationListsTheNames(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/settings.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "\n## What a stack makes")
	section, _, _ = strings.Cut(section, "\n## ")
	n := Names{Account: "<account>", Region: "<region>", Stack: "<stack>"}
	want := []string{
		n.Bucket(Transfers), n.Ledger(), n.Topic(Alarms), n.Topic(GlobalAlarms), n.Alarm("<alarm>"),
		n.Query("<question>"), n.Dashboard(), FirewallLogGroup(n.Firewall()), n.AccessLogGroup(), n.AccessLogOf("user"),
		n.InvokeViaURL("user"), LiveAlias,
	}
	for _, function := range Functions {
		want = append(want, n.Function(function))
	}
	for _, schedule := range Schedules {
		want = append(want, n.Schedule(schedule))
	}
	for _, name := range want {
		if !strings.Contains(section, "`"+name+"`") {
			t.Errorf("docs/settings.md does not say that something is called %s", name)
		}
	}
}
