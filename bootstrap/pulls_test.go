package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"sgraph.ai/send/shared/stack"
)

// withPulls is an account in which stacks of pull requests are made beside dev and qa.
func withPulls(t *testing.T) *graph {
	t.Helper()
	return mustRecord(t, map[string]string{
		"sgraph-send-bootstrap:stacks": "dev,qa", "sgraph-send-bootstrap:pullRequests": "true",
	})
}

// pullsOf are all policies of the role of pull requests' stacks.
func pullsOf(t *testing.T, g *graph) granted {
	t.Helper()
	return grantedTo(t, g.made[policyType], "deploy", stack.Pulls)
}

// aims are things that a stack consists of, each with what a deploy does to it.
func aims(name string) map[string]string {
	n := stack.Names{Account: account, Region: "eu-west-2", Stack: name}
	in := func(service, form string) string { return "arn:aws:" + service + ":eu-west-2:" + account + ":" + form }
	global := func(service, form string) string { return "arn:aws:" + service + "::" + account + ":" + form }
	state := "arn:aws:s3:::" + n.StateBucket() + "/"
	return map[string]string{
		in("lambda", "function:"+n.Function("user")):                    "lambda:*",
		in("lambda", "function:"+n.Function("admin")+":live"):           "lambda:*",
		global("iam", "role/"+n.Role("canary")):                         "iam:PassRole",
		global("iam", "policy/"+n.Boundary()):                           "iam:GetPolicy",
		"arn:aws:s3:::" + n.Bucket(stack.Transfers):                     "s3:*",
		"arn:aws:s3:::" + n.Bucket(stack.Artifacts) + "/send-user/a":    "s3:PutObject*",
		in("dynamodb", "table/"+n.Ledger()):                             "dynamodb:CreateTable",
		in("logs", "log-group:"+n.LogGroup("user")+":*"):                "logs:*",
		in("events", "rule/"+n.Schedule(stack.Sweep)):                   "events:*",
		in("sns", n.Topic(stack.Alarms)):                                "sns:*",
		in("cloudwatch", "alarm:"+n.Alarm("unhealthy")):                 "cloudwatch:*",
		global("cloudwatch", "dashboard/"+n.Dashboard()):                "cloudwatch:*",
		in("cloudformation", "stack/"+n.InvokeViaURL("user")+"/1b9d"):   "cloudformation:*",
		global("budgets", "budget/"+n.Budget()):                         "budgets:*",
		in("ssm", "parameter"+n.Parameters()+"api-key"):                 "ssm:GetParameter",
		state + ".pulumi/stacks/sgraph-send/" + name + ".json":          "s3:PutObject",
		state + ".pulumi/locks/organization/sgraph-send/" + name + "/a": "s3:DeleteObject",
	}
}

// The role that runs what somebody only proposes reaches each part of the stacks of
// pull requests, and nothing of any other.
func TestPullRequestsReachTheirOwnStacksAlone(t *testing.T) {
	t.Parallel()
	role := pullsOf(t, withPulls(t))
	for arn, action := range aims("pr-1234") {
		if !role.may(action, arn) {
			t.Errorf("it may not %s on %s", action, arn)
		}
	}
	for _, other := range []string{"dev", "qa", "prod", "p", "preview", "my-pr-7"} {
		for arn := range aims(other) {
			if role.reaches(arn) {
				t.Errorf("it reaches %s", arn)
			}
		}
	}
	for _, arn := range []string{
		"arn:made:dev", "arn:made:qa", // the keys of their states
		"arn:aws:iam::" + account + ":role/sgraph-send-pipeline-deploy-dev",
		"arn:aws:iam::" + account + ":role/sgraph-send-pipeline-deploy-pr",
		"arn:aws:s3:::" + account + "--sgraph-send-state--eu-west-2/.pulumi/meta.yaml",
	} {
		if role.reaches(arn) {
			t.Errorf("it reaches %s", arn)
		}
	}
}

// Of what AWS grants for all or not at all it may only look at what things are called.
func TestPullRequestsChangeNothingWithoutAName(t *testing.T) {
	t.Parallel()
	reads := regexp.MustCompile(`:(List|Describe|GetCallerIdentity$|GetAccountSettings$)`)
	for _, d := range pullsOf(t, withPulls(t)) {
		for _, s := range d.Statement {
			for _, action := range list(s.Action) {
				if slices.Contains(list(s.Resource), "*") && !reads.MatchString(action) {
					t.Errorf("it may %s on everything", action)
				}
				const theirs = "arn:aws:s3:::" + account + "--sgraph-send-state-pr--eu-west-2"
				if action == "s3:ListBucket" && !slices.Equal(list(s.Resource), []string{theirs}) {
					t.Errorf("it lists %v", s.Resource)
				}
			}
			for _, r := range list(s.Resource) {
				if strings.Contains(r, ":us-east-1:") {
					t.Errorf("it reaches %s, and its stacks have no edge", r)
				}
			}
		}
	}
}

func TestPullRequestsHaveARoleOfTheirOwn(t *testing.T) {
	t.Parallel()
	g := withPulls(t)
	const name = "sgraph-send-pipeline-deploy-pr"
	trust := g.made[roleType][name].text("assumeRolePolicy")
	for _, want := range []string{
		`"token.actions.githubusercontent.com:environment":"pull-request"`,
		`"token.actions.githubusercontent.com:repository_id":"345"`,
		`["repo:acme@12/send@345:environment:pull-request","repo:acme/send:environment:pull-request"]`,
	} {
		if !strings.Contains(trust, want) {
			t.Errorf("the role does not ask for %s: %s", want, trust)
		}
	}
	boundary := g.made[policyType]["sgraph-send-boundary-pr"]
	text := boundary.text("policy")
	if !boundary.protect || !strings.Contains(text, "table/sgraph-send-ledger-pr-*") || strings.Contains(text, "-dev") {
		t.Errorf("what runs in the stacks is bounded by %s", boundary.json(t))
	}
	if key := g.made["aws:kms/alias:Alias"]["pr-*"].text("name"); key != "alias/sgraph-send-pr" {
		t.Errorf("their states are encrypted by %q", key)
	}
	if bucket := g.made[bucketType]["pr"]; !bucket.protect || !strings.Contains(bucket.text("bucket"), "-state-pr--") {
		t.Errorf("their states are in %s, protected: %v", bucket.json(t), bucket.protect)
	}
	for policy, p := range g.made[policyType] {
		if n := len(p.text("policy")); n > 6144 {
			t.Errorf("%s has %d characters, over 6144", policy, n)
		}
	}
	for made := range mustRecord(t, nil).made[roleType] {
		if made == name {
			t.Error("an account has the role that nobody asked for")
		}
	}
}

// Their environment is any branch's, and who asks for a stack finds the label.
func TestPullRequestsAreAskedForOnGitHub(t *testing.T) {
	t.Parallel()
	g := mustRecord(t, onGitHub(map[string]string{
		"sgraph-send-bootstrap:stacks": "dev,qa", "sgraph-send-bootstrap:pullRequests": "true",
	}))
	e := g.made[environmentType]["pull-request"]
	if !e.protect || strings.Contains(e.json(t), "deploymentBranchPolicy") {
		t.Errorf("the environment is %s", e.json(t))
	}
	for _, v := range g.made[variableType] {
		if v.text("environment") == "pull-request" && v.text("variableName") == "SEND_ALARM_EMAIL" {
			t.Error("somebody is told of the alarms of what is only proposed")
		}
	}
	const labels = "github:index/issueLabel:IssueLabel"
	if name := g.made[labels]["stack"].text("name"); name != "stack" {
		t.Errorf("the label is called %q", name)
	}
	if made := mustRecord(t, onGitHub(nil)).made[labels]; len(made) > 0 {
		t.Error("there is a label that asks for nothing")
	}
}

func TestPullRequestsKeepOutOfProd(t *testing.T) {
	t.Parallel()
	for stacks, refused := range map[string]bool{
		"dev": false, "prod": true, "dev,prod": true, "dev,pr-7": true, "pr": true,
	} {
		_, err := record(t, map[string]string{
			"sgraph-send-bootstrap:stacks": stacks, "sgraph-send-bootstrap:pullRequests": "true",
		})
		if (err != nil) != refused {
			t.Errorf("with %s: %v", stacks, err)
		}
	}
}
