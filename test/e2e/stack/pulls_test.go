package stack

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sgraph.ai/send/shared/metric"
	names "sgraph.ai/send/shared/stack"
)

// pullComesAndGoes makes the stack of a pull request by the role of those stacks, in an
// account whose IAM is enforced, and destroys it.
func pullComesAndGoes(t *testing.T, aws simulation, source string, told map[string]string) {
	t.Helper()
	pull := names.OfPull(7)
	role := stackOf(pull).PipelineRole("deploy")
	if _, err := aws.become(role, "dev", "dev"); err == nil {
		t.Error("a job of dev gets the role of pull requests")
	}
	credentials, err := aws.become(role, "pull-request", "feature")
	if err != nil {
		t.Fatal(err)
	}
	settings, err := os.ReadFile(filepath.Join(source, "Pulumi.pr.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(source, "Pulumi."+pull+".yaml"), settings, 0o600); err != nil {
		t.Fatal(err)
	}
	c := newCommandLine(t, source, aws.guard.URL)
	for name, value := range credentials.Variables() {
		c.env = append(c.env, name+"="+value)
	}
	c.env = append(c.env, "PULUMI_BACKEND_URL="+told["PULUMI_BACKEND_URL"], "SEND_EXPIRES=2026-12-05")
	from := aws.guard.Count()
	c.run(t, "stack", "init", pull, "--secrets-provider", told["PULUMI_SECRETS_PROVIDER"])
	c.refer(t, aws, pull, apiKey)
	c.fit(t)
	c.run(t, "up", "--yes", "--refresh", "--skip-preview", "--non-interactive", "--stack", pull)
	if listed := c.run(t, "stack", "ls", "--json"); !strings.Contains(listed, `"`+pull+`"`) {
		t.Errorf("there are the stacks %s", listed)
	}
	aws.nothingRefused(t, from)

	other := names.Names{Account: account, Region: region, Stack: "qa"}
	for _, q := range []question{
		{service: "lambda", method: http.MethodGet, path: "/2015-03-31/functions/" + other.Function(metric.User)},
		{service: "s3", method: http.MethodGet, path: "/" + other.StateBucket() + "/.pulumi/stacks/sgraph-send/qa.json"},
		{service: "s3", method: http.MethodGet, path: "/" + other.StateBucket() + "?list-type=2"},
		byTarget("dynamodb", "DynamoDB_20120810.DescribeTable", map[string]any{"TableName": other.Ledger()}),
		byTarget("logs", "Logs_20140328.DeleteQueryDefinition", map[string]any{"queryDefinitionId": "a"}),
		byTarget("ssm", "AmazonSSM.GetParameter", map[string]any{"Name": other.Parameters() + "api-key"}),
		ofIAM("GetRole", "RoleName", other.Role(metric.User)),
		ofIAM("PutRolePolicy", "RoleName", role, "PolicyName", "more", "PolicyDocument", everything),
	} {
		if status, said := q.ask(t, aws.guard.URL, credentials.AccessKeyID); !strings.Contains(string(said), "AccessDenied") {
			t.Errorf("%s %s%s is answered %d: %.300s", q.service, q.path, q.target, status, said)
		}
	}

	from = aws.guard.Count()
	c.run(t, "destroy", "--yes", "--skip-preview", "--non-interactive", "--stack", pull)
	c.run(t, "stack", "rm", "--yes", pull)
	aws.nothingRefused(t, from)
	if left := aws.tagged(t, pull); len(left) > 0 {
		t.Errorf("left behind: %v", slices.Sorted(slices.Values(left)))
	}
}
