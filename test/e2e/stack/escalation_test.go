package stack

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sgraph.ai/send/shared/dynamo/table"
	"sgraph.ai/send/shared/metric"
	names "sgraph.ai/send/shared/stack"
	"sgraph.ai/send/test/e2e/iam"
)

// nobodyRaisesHimself tries what a pipeline must not be able to do.
func (e *enforcement) nobodyRaisesHimself(t *testing.T) {
	t.Run("by another's role", e.roleOfAnother)
	t.Run("as who deploys", func(t *testing.T) { e.allRefused(t, "deploy", append(e.raising(), e.foreign(t)...)) })
	t.Run("as who looks", func(t *testing.T) {
		e.allRefused(t, "preview", append(append(e.raising(), e.foreign(t)...), e.writing()...))
	})
	t.Run("by what a deploy writes into a role", e.beyondTheBoundary)
}

// roleOfAnother wants roles that trust others.
func (e *enforcement) roleOfAnother(t *testing.T) {
	deploy, preview := e.names().PipelineRole("deploy"), e.names().PipelineRole("preview")
	for _, c := range []struct{ role, environment, branch string }{
		{deploy, e.stack + "-preview", branchOf(e.stack)}, {deploy, "prod", "main"}, {preview, "prod-preview", "main"},
		{e.names().Role(metric.User), e.stack, branchOf(e.stack)},
		{deploy, e.stack, "other"}, // in an environment that was never made, or admits it
	} {
		if _, err := e.aws.become(c.role, c.environment, c.branch); err == nil {
			t.Errorf("a job of %s on %s gets the role %s", c.environment, c.branch, c.role)
		}
	}
	if _, err := e.aws.guard.Assume(deploy, iam.Principal{Type: "Service", Name: "lambda.amazonaws.com"},
		"sts:AssumeRole", nil); err == nil {
		t.Error("a function gets the role of who deploys")
	}
}

// allRefused asks as a pipeline, and wants each to be refused for want of a permission.
func (e *enforcement) allRefused(t *testing.T, purpose string, questions []question) {
	t.Helper()
	credentials := e.aws.pipeline(t, e.stack, purpose)
	for _, q := range questions {
		from := e.aws.guard.Count()
		status, said := q.ask(t, e.aws.guard.URL, credentials.AccessKeyID)
		refused := e.aws.guard.Refused(from)
		if !strings.Contains(string(said), "AccessDenied") || len(refused) != 1 {
			t.Errorf("%s %s %s%s is answered %d: %.300s", q.service, q.method, q.path, q.target, status, said)
		} else if strings.HasSuffix(refused[0].Request.Action, "?") {
			t.Errorf("it is not known what this is: %s", refused[0])
		}
	}
}

// ofIAM is a request to IAM.
func ofIAM(action string, pairs ...string) question {
	query := url.Values{"Action": {action}, "Version": {"2010-05-08"}}
	for i := 0; i < len(pairs); i += 2 {
		query.Set(pairs[i], pairs[i+1])
	}
	return question{service: "iam", method: http.MethodPost, path: "/?" + query.Encode(), region: names.GlobalRegion}
}

// byTarget is a request to a service whose operation is in a header.
func byTarget(service, target string, body any) question {
	text, _ := json.Marshal(body) // texts and lists
	return called(service, region, target, string(text))
}

const (
	everything = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	anyone     = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*"}]}`
	admins     = "arn:aws:iam::aws:policy/AdministratorAccess"
)

// raising is what whoever deploys could come to more by.
func (e *enforcement) raising() []question {
	n := e.names()
	own, pipeline, boundary := n.Role(metric.User), n.PipelineRole("deploy"), n.BoundaryARN()
	roleARN := func(role string) string { return "arn:aws:iam::" + account + ":role/" + role }
	function := "/2015-03-31/functions"
	made := func(role string) string {
		return fmt.Sprintf(`{"FunctionName":%q,"Role":%q,"Runtime":"provided.al2023","Handler":"bootstrap","Code":{}}`,
			n.Function(metric.User), roleARN(role))
	}
	return []question{
		ofIAM("CreateRole", "RoleName", own, "AssumeRolePolicyDocument", anyone),
		ofIAM("CreateRole", "RoleName", own, "AssumeRolePolicyDocument", anyone, "PermissionsBoundary", admins),
		ofIAM("CreateRole", "RoleName", "other", "AssumeRolePolicyDocument", anyone, "PermissionsBoundary", boundary),
		ofIAM("PutRolePermissionsBoundary", "RoleName", own, "PermissionsBoundary", admins),
		ofIAM("DeleteRolePermissionsBoundary", "RoleName", own),
		ofIAM("AttachRolePolicy", "RoleName", own, "PolicyArn", admins),
		ofIAM("PutRolePolicy", "RoleName", pipeline, "PolicyName", "more", "PolicyDocument", everything),
		ofIAM("AttachRolePolicy", "RoleName", pipeline, "PolicyArn", admins),
		ofIAM("UpdateAssumeRolePolicy", "RoleName", pipeline, "PolicyDocument", anyone),
		ofIAM("CreatePolicyVersion", "PolicyArn", boundary, "PolicyDocument", everything, "SetAsDefault", "true"),
		ofIAM("SetDefaultPolicyVersion", "PolicyArn", boundary, "VersionId", "v1"),
		ofIAM("DeletePolicy", "PolicyArn", boundary),
		ofIAM("CreatePolicyVersion", "PolicyArn", "arn:aws:iam::"+account+":policy/"+pipeline,
			"PolicyDocument", everything, "SetAsDefault", "true"),
		ofIAM("CreateUser", "UserName", "someone"),
		ofIAM("CreateAccessKey", "UserName", "someone"),
		{service: "lambda", method: http.MethodPost, path: function, body: made(pipeline)},
		{service: "lambda", method: http.MethodPost, path: function, body: made("sgraph-send-user-prod")},
		{
			service: "lambda", method: http.MethodPut, path: function + "/" + n.Function(metric.User) + "/configuration",
			body: made(pipeline),
		},
	}
}

// foreign is what belongs to another stack, and what is in this one: a deploy needs to
// know neither.
func (e *enforcement) foreign(t *testing.T) []question {
	t.Helper()
	n, prod := e.names(), names.Names{Account: account, Region: region, Stack: "prod"}
	key := map[string]any{table.PartitionKey: map[string]string{"S": "secret/origin"}}
	all := []question{
		byTarget("dynamodb", "DynamoDB_20120810.DescribeTable", map[string]any{"TableName": prod.Ledger()}),
		byTarget("dynamodb", "DynamoDB_20120810.DeleteTable", map[string]any{"TableName": prod.Ledger()}),
		byTarget("dynamodb", "DynamoDB_20120810.Scan", map[string]any{"TableName": n.Ledger()}),
		byTarget("dynamodb", "DynamoDB_20120810.GetItem", map[string]any{"TableName": n.Ledger(), "Key": key}),
		byTarget("kms", "TrentService.Decrypt", map[string]any{
			"KeyId": e.aws.newKey(t), "CiphertextBlob": strings.Repeat("A", 80),
		}),
		ofIAM("PutRolePolicy", "RoleName", prod.Role(metric.User), "PolicyName", "more", "PolicyDocument", everything),
		ofIAM("GetRole", "RoleName", prod.Role(metric.User)),
		{service: "lambda", method: http.MethodGet, path: "/2015-03-31/functions/" + prod.Function(metric.User)},
		{service: "s3", method: http.MethodGet, path: "/" + n.Bucket(names.Transfers) + "/transfers/1d/a/b"},
		{service: "s3", method: http.MethodGet, path: "/" + n.Bucket(names.Cache) + "/audit/a"},
	}
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
		all = append(all,
			question{service: "s3", method: method, path: "/" + prod.StateBucket() + "/.pulumi/stacks/sgraph-send/prod.json"},
			question{service: "s3", method: method, path: "/" + prod.Bucket(names.Transfers) + "/transfers/1d/a/b"},
			question{service: "s3", method: method, path: "/" + prod.Bucket(names.Artifacts) + "/send-user/a.zip"})
	}
	for _, action := range []string{"GetParameter", "PutParameter", "DeleteParameter"} {
		all = append(all, byTarget("ssm", "AmazonSSM."+action, map[string]any{
			"Name": "/sgraph-send/prod/api-key", "Value": "v",
		}))
	}
	return all
}

// state is where something of the stack's state is.
func (e *enforcement) state(form string) string {
	return "/" + e.names().StateBucket() + "/.pulumi/" + fmt.Sprintf(form, e.stack)
}

// writing is what changes this stack, which who only looks must not.
func (e *enforcement) writing() []question {
	n := e.names()
	function := "/2015-03-31/functions/" + n.Function(metric.User)
	return []question{
		{service: "s3", method: http.MethodPut, path: e.state("stacks/sgraph-send/%s.json")},
		{service: "s3", method: http.MethodPut, path: e.state("locks/organization/sgraph-send/%s/a.json")},
		{service: "s3", method: http.MethodPut, path: "/" + n.Bucket(names.Artifacts) + "/send-user/a.zip"},
		{service: "s3", method: http.MethodPut, path: "/" + n.Bucket(names.Transfers) + "?policy", body: "{}"},
		{service: "s3", method: http.MethodDelete, path: "/" + n.Bucket(names.Transfers)},
		{service: "lambda", method: http.MethodPut, path: function + "/code", body: `{"ZipFile":"AA=="}`},
		{service: "lambda", method: http.MethodPut, path: function + "/configuration", body: `{"Timeout":9}`},
		{service: "lambda", method: http.MethodPost, path: function + "/invocations", body: `{}`},
		{service: "lambda", method: http.MethodPut, path: function + "/aliases/live", body: `{"FunctionVersion":"1"}`},
		ofIAM("PutRolePolicy", "RoleName", n.Role(metric.User), "PolicyName", "service", "PolicyDocument", everything),
		ofIAM("DeleteRole", "RoleName", n.Role(metric.User)),
		byTarget("dynamodb", "DynamoDB_20120810.DeleteTable", map[string]any{"TableName": n.Ledger()}),
		byTarget("logs", "Logs_20140328.DeleteLogGroup", map[string]any{"logGroupName": n.LogGroup(metric.User)}),
		byTarget("events", "AWSEvents.DisableRule", map[string]any{"Name": n.Schedule(names.Sweep)}),
		byTarget("wafv2", "AWSWAF_20190729.DeleteWebACL", map[string]any{
			"Name": n.Firewall(), "Id": "a", "Scope": "CLOUDFRONT", "LockToken": "b",
		}),
		byTarget("budgets", "AWSBudgetServiceGateway.DeleteBudget", map[string]any{
			"AccountId": account, "BudgetName": n.Budget(),
		}),
		byTarget("ssm", "AmazonSSM.PutParameter", map[string]any{
			"Name": "/sgraph-send/" + e.stack + "/api-key", "Value": "v",
		}),
		{service: "cloudfront", method: http.MethodDelete, path: "/2020-05-31/distribution/E1", region: names.GlobalRegion},
		{service: "route53", method: http.MethodDelete, path: "/2013-04-01/healthcheck/a", region: names.GlobalRegion},
		{service: "sns", method: http.MethodPost, path: "/?" + url.Values{
			"Action": {"Subscribe"}, "Protocol": {"email"}, "Endpoint": {"a@example.org"},
			"TopicArn": {"arn:aws:sns:" + region + ":" + account + ":" + n.Topic(names.Alarms)},
		}.Encode()},
		{service: "monitoring", method: http.MethodPost, path: "/?" + url.Values{
			"Action": {"DeleteAlarms"}, "AlarmNames.member.1": {n.Alarm("unhealthy")},
		}.Encode()},
	}
}

// beyondTheBoundary has the deploy write into a function's role that it may do
// everything, which it may: it then can do no more than the boundary lets it.
func (e *enforcement) beyondTheBoundary(t *testing.T) {
	n := e.names()
	whole := e.policy(t, metric.User)
	defer e.setPolicy(t, metric.User, whole)
	credentials := e.aws.pipeline(t, e.stack, "deploy")
	put := ofIAM("PutRolePolicy", "RoleName", n.Role(metric.User), "PolicyName", ownPolicy, "PolicyDocument", everything)
	if status, said := put.ask(t, e.aws.guard.URL, credentials.AccessKeyID); status != http.StatusOK {
		t.Fatalf("a deploy cannot change a role's policy: %d %.300s", status, said)
	}
	for _, q := range append(e.foreign(t)[:2:2],
		ofIAM("CreateUser", "UserName", "someone"),
		ofIAM("PutRolePolicy", "RoleName", n.Role(metric.Admin), "PolicyName", "more", "PolicyDocument", everything),
		byTarget("dynamodb", "DynamoDB_20120810.DeleteTable", map[string]any{"TableName": n.Ledger()}),
		question{service: "s3", method: http.MethodGet, path: e.state("stacks/sgraph-send/%s.json")},
		question{service: "lambda", method: http.MethodGet, path: "/2015-03-31/functions/" + n.Function(metric.User)},
	) {
		if status, said := e.asRole(t, n.Role(metric.User), q); !strings.Contains(string(said), "no permissions boundary") {
			t.Errorf("%s %s%s is answered %d: %.300s", q.service, q.path, q.target, status, said)
		}
	}
}
