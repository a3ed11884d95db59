package main

import (
	"cmp"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/shared/stack"
)

const account = "123456789012"

// graph records what the program declares, in place of an engine.
type graph struct {
	mu   sync.Mutex
	made map[string]map[string]declared // by type, then name
}

type declared struct {
	inputs  resource.PropertyMap
	protect bool
}

func (d declared) text(key string) string {
	v := d.inputs[resource.PropertyKey(key)]
	if v.IsOutput() {
		v = v.OutputValue().Element
	}
	if !v.IsString() {
		return ""
	}
	return v.StringValue()
}

func (d declared) json(t *testing.T) string {
	t.Helper()
	text, err := json.Marshal(d.inputs.Mappable())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (g *graph) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.made[args.TypeToken] == nil {
		g.made[args.TypeToken] = map[string]declared{}
	}
	g.made[args.TypeToken][args.Name] = declared{args.Inputs, args.RegisterRPC != nil && args.RegisterRPC.GetProtect()}
	state := args.Inputs.Copy()
	state["arn"] = resource.NewStringProperty("arn:made:" + args.Name)
	state["keyId"] = resource.NewStringProperty("key-" + args.Name)
	return args.Name + "-id", state, nil
}

func (g *graph) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	switch args.Token {
	case "github:index/getUser:getUser":
		return resource.PropertyMap{"id": resource.NewStringProperty("1" + numbers[args.Args["username"].StringValue()])}, nil
	case "github:index/getTeam:getTeam":
		return resource.PropertyMap{"id": resource.NewStringProperty("2" + numbers[args.Args["slug"].StringValue()])}, nil
	}
	return resource.PropertyMap{"accountId": resource.NewStringProperty(account)}, nil
}

// numbers are GitHub's of who reviews.
var numbers = map[string]string{"alice": "01", "releasers": "02"}

func record(t *testing.T, config map[string]string) (*graph, error) {
	t.Helper()
	all := map[string]string{
		"aws:region": "eu-west-2", "sgraph-send-bootstrap:repository": "acme@12/send@345",
		"sgraph-send-bootstrap:stacks": "dev,qa,prod", "sgraph-send-bootstrap:oneAccount": "true",
		"sgraph-send-bootstrap:computes": "lambda,fargate,ec2",
	}
	maps.Copy(all, config)
	g := &graph{made: map[string]map[string]declared{}}
	err := pulumi.RunErr(program, pulumi.WithMocks("sgraph-send-bootstrap", "account", g),
		func(info *pulumi.RunInfo) { info.Config = all })
	return g, err
}

func mustRecord(t *testing.T, config map[string]string) *graph {
	t.Helper()
	g, err := record(t, config)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

const (
	roleType     = "aws:iam/role:Role"
	policyType   = "aws:iam/policy:Policy"
	providerType = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
	bucketType   = "aws:s3/bucketV2:BucketV2"
	keyType      = "aws:kms/key:Key"
)

// pipelines are the policies of the pipelines' roles.
func (g *graph) pipelines() map[string]declared {
	all := maps.Clone(g.made[policyType])
	maps.DeleteFunc(all, func(name string, _ declared) bool {
		return !strings.HasPrefix(name, "sgraph-send-pipeline-") || strings.HasPrefix(name, "sgraph-send-pipeline-state-")
	})
	return all
}

// allOf are the texts of all policies of a stack's role.
func (g *graph) allOf(purpose, stack string) (text string) {
	for name, p := range g.pipelines() {
		if strings.HasSuffix(name, "-"+purpose+"-"+stack) {
			text += p.text("policy")
		}
	}
	return text
}

// document is a policy as AWS reads it.
type document struct{ Statement []statement }

type statement struct{ Effect, Action, Resource, Condition, Principal any }

func parse(t *testing.T, text string) document {
	t.Helper()
	var d document
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	return d
}

// list reads what may be one value or several.
func list(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var all []string
		for _, one := range v {
			all = append(all, one.(string))
		}
		return all
	}
	return nil
}

func TestRolesTrustOneBranchInOneEnvironmentOfOneRepository(t *testing.T) {
	t.Parallel()
	roles := mustRecord(t, nil).made[roleType]
	if len(roles) != 6 {
		t.Fatalf("%d roles, want two for each of three stacks", len(roles))
	}
	for name, role := range roles {
		purpose, stack, _ := strings.Cut(strings.TrimPrefix(name, "sgraph-send-pipeline-"), "-")
		environment := map[string]string{"deploy": stack, "preview": stack + "-preview"}[purpose]
		const key = `"token.actions.githubusercontent.com:`
		ref := map[string]string{"dev": key + `ref":["refs/heads/dev"],`, "dev-preview": ""}
		branch, is := ref[environment]
		if !is {
			branch = key + `ref":["refs/heads/main"],`
		}
		want := `{"StringEquals":{` + key + `aud":"sts.amazonaws.com",` +
			key + `environment":"` + environment + `",` + branch + key + `repository_id":"345",` +
			key + `sub":["repo:acme@12/send@345:environment:` + environment + `",` +
			`"repo:acme/send:environment:` + environment + `"]}}`
		trust := parse(t, role.text("assumeRolePolicy"))
		condition, err := json.Marshal(trust.Statement[0].Condition)
		if err != nil || len(trust.Statement) != 1 || string(condition) != want {
			t.Errorf("%s trusts %s", name, role.text("assumeRolePolicy"))
		}
	}
}

func TestGrantsStayWithinTheStack(t *testing.T) {
	t.Parallel()
	stacks := []string{"dev", "qa", "prod"}
	unnamed := regexp.MustCompile(`^(cloudfront|wafv2|route53|sts|xray):|:(Get|List|Describe)|` +
		`^logs:((Create|Delete)LogDelivery|PutResourcePolicy|(Put|Delete)QueryDefinition)$|` +
		`^ssmmessages:|^ssm:UpdateInstanceInformation$|^ecs:DeregisterTaskDefinition$|` +
		`^servicediscovery:CreatePrivateDnsNamespace$|` +
		`^sns:(SetSubscriptionAttributes|Unsubscribe)$`)
	for name, p := range mustRecord(t, nil).made[policyType] {
		stack := name[strings.LastIndex(name, "-")+1:]
		text := p.text("policy")
		// What a managed policy may have.
		if len(text) > 6144 {
			t.Errorf("%s has %d characters, over 6144", name, len(text))
		}
		for _, s := range parse(t, text).Statement {
			if s.Effect != "Allow" || s.Principal != nil {
				t.Errorf("%s: %v", name, s)
			}
			for _, r := range list(s.Resource) {
				for _, other := range stacks {
					if other != stack && regexp.MustCompile(`\b`+other+`\b`).MatchString(r) {
						t.Errorf("%s reaches %s of %s", name, r, other)
					}
				}
				for _, action := range list(s.Action) {
					if action == "*" || r == "*" && !unnamed.MatchString(action) {
						t.Errorf("%s may %s on %s", name, action, r)
					}
				}
			}
		}
	}
}

// The longest name of a stack, where a region's is longest, with all that it can have.
func TestTheLongestNamesFitIntoPolicies(t *testing.T) {
	t.Parallel()
	name := "p"
	for (stack.Names{Account: account, Region: "ap-southeast-5", Stack: name + "r"}).Check() == nil {
		name += "r"
	}
	g := mustRecord(t, map[string]string{
		"sgraph-send-bootstrap:stacks": name, "aws:region": "ap-southeast-5", "sgraph-send-bootstrap:registry": "true",
		"sgraph-send-bootstrap:zones":  name + "=Z0123456789ABCDEFGHIJ",
		"sgraph-send-bootstrap:caches": name + "=" + strings.Repeat("a", 63),
	})
	for of, p := range g.made[policyType] {
		if n := len(p.text("policy")); n > 6144 {
			t.Errorf("%s has %d characters, over 6144", of, n)
		}
	}
}

// passed are the roles that are given to a service of AWS, by what says so.
var passed = map[string]*regexp.Regexp{
	passedTo("lambda"):    regexp.MustCompile(`:role/sgraph-send-(user|admin|canary)-(dev|qa|prod)$`),
	passedTo("ecs-tasks"): regexp.MustCompile(`:role/sgraph-send-((user|admin)-task|execution)-(dev|qa|prod)$`),
	passedTo("ec2"):       regexp.MustCompile(`:role/sgraph-send-host-(dev|qa|prod)$`),
}

func passedTo(service string) string {
	return `{"StringEquals":{"iam:PassedToService":"` + service + `.amazonaws.com"}}`
}

// A deploy makes roles for what runs. It must not be able to make itself, or
// what else there is in the account, more than it is.
func TestDeployCannotRaiseItself(t *testing.T) {
	t.Parallel()
	g := mustRecord(t, nil)
	for name, p := range g.made[policyType] {
		for _, s := range parse(t, p.text("policy")).Statement {
			for _, action := range list(s.Action) {
				if !strings.HasPrefix(action, "iam:") {
					continue
				}
				for _, r := range list(s.Resource) {
					if to := passed[mustJSON(t, s.Condition)]; action == "iam:PassRole" && (to == nil || !to.MatchString(r)) {
						t.Errorf("%s passes %s where %v", name, r, s.Condition)
					}
				}
				for _, r := range list(s.Resource) {
					for role := range g.made[roleType] {
						if matches(r, "arn:aws:iam::"+account+":role/"+role) {
							t.Errorf("%s may %s on the pipeline's own role %s", name, action, role)
						}
					}
				}
			}
			for _, forbidden := range []string{
				"iam:AttachRolePolicy", "iam:CreatePolicyVersion", "iam:CreateUser", "iam:*", "kms:*",
			} {
				if slices.Contains(list(s.Action), forbidden) {
					t.Errorf("%s may %s", name, forbidden)
				}
			}
		}
	}
}

// A role has all of its policies.
func TestEveryPolicyIsAttached(t *testing.T) {
	t.Parallel()
	g := mustRecord(t, nil)
	for name := range g.pipelines() {
		role := regexp.MustCompile("-(state|edge|domain|servers|tasks|hosts|registry)-").ReplaceAllString(name, "-")
		if got := g.made["aws:iam/rolePolicyAttachment:RolePolicyAttachment"][name].text("role"); got != role {
			t.Errorf("%s is attached to %q", name, got)
		}
	}
}

// images are the parameters in which AWS shows everybody the images of its own Linux.
const images = "arn:aws:ssm:eu-west-2::parameter/aws/service/ami-amazon-linux-latest/*"

// Of the account's parameters and what encrypts them, the functions and the smoke
// test of a deploy can reach those below the stack's own name, and previews none.
func TestParametersOfTheStackAlone(t *testing.T) {
	t.Parallel()
	for name, p := range mustRecord(t, nil).made[policyType] {
		stack := name[strings.LastIndex(name, "-")+1:]
		parameters := "arn:aws:ssm:eu-west-2:" + account + ":parameter/sgraph-send/" + stack + "/*"
		reads, decrypts := 0, 0
		for _, s := range parse(t, p.text("policy")).Statement {
			for _, action := range list(s.Action) {
				if slices.Equal(list(s.Resource), []string{images}) && action == "ssm:GetParameter" ||
					action == "ssm:UpdateInstanceInformation" {
					continue
				}
				if strings.HasPrefix(action, "ssm:") {
					reads++
					if action != "ssm:GetParameter" || !slices.Equal(list(s.Resource), []string{parameters}) {
						t.Errorf("%s may %s on %v", name, action, s.Resource)
					}
				}
				condition := mustJSON(t, s.Condition)
				if action == "kms:Decrypt" && strings.Contains(condition, "kms:ViaService") {
					decrypts++
					if condition != `{"StringEquals":{"kms:ViaService":"ssm.eu-west-2.amazonaws.com"},`+
						`"StringLike":{"kms:EncryptionContext:PARAMETER_ARN":["`+parameters+`"]}}` {
						t.Errorf("%s may decrypt where %s", name, condition)
					}
				}
			}
		}
		want := 0
		if name == "sgraph-send-boundary-"+stack || name == "sgraph-send-pipeline-deploy-"+stack {
			want = 1
		}
		if reads != want || decrypts != want {
			t.Errorf("%s may read parameters %d times and decrypt them %d times, want %d", name, reads, decrypts, want)
		}
	}
}

// What a deploy does to a role, and could raise it by, needs the stack's boundary
// on it; and the boundary is out of reach.
func TestDeployMakesBoundedRolesOnly(t *testing.T) {
	t.Parallel()
	g := mustRecord(t, map[string]string{"sgraph-send-bootstrap:caches": "prod=our-trail, prod=older-trail"})
	for _, stack := range []string{"dev", "qa", "prod"} {
		arn := "arn:aws:iam::" + account + ":policy/sgraph-send-boundary-" + stack
		boundary := g.made[policyType]["sgraph-send-boundary-"+stack]
		text := boundary.text("policy")
		if boundary.text("name") != "sgraph-send-boundary-"+stack || !boundary.protect {
			t.Errorf("%s: the boundary is %s", stack, boundary.json(t))
		}
		if got := strings.Contains(text, `"arn:aws:s3:::our-trail/*"`); got != (stack == "prod") {
			t.Errorf("%s: the bucket that was there before is within bounds: %v", stack, got)
		}
		for _, forbidden := range []string{`"iam:`, `"sts:`, `"kms:`, `"lambda:`, `"s3:*`, `"dynamodb:*`, "CreateTable"} {
			if forbidden == `"kms:` { // see TestParametersOfTheStackAlone
				for _, part := range []string{"Decrypt", "ViaService", "EncryptionContext:PARAMETER_ARN"} {
					text = strings.ReplaceAll(text, `"kms:`+part+`"`, "")
				}
			}
			if forbidden == `"lambda:` { // which says only what versions serve
				text = strings.ReplaceAll(text, `"lambda:GetAlias"`, "")
			}
			if strings.Contains(text, forbidden) {
				t.Errorf("%s: %s is within bounds", stack, forbidden)
			}
		}
		raising := map[string]bool{
			"iam:CreateRole": false, "iam:PutRolePolicy": false, "iam:PutRolePermissionsBoundary": false,
			"iam:UpdateAssumeRolePolicy": false,
		}
		for _, purpose := range []string{"deploy", "preview"} {
			name := "sgraph-send-pipeline-" + purpose + "-" + stack
			for _, s := range parse(t, g.made[policyType][name].text("policy")).Statement {
				bound := mustJSON(t, s.Condition) == `{"StringEquals":{"iam:PermissionsBoundary":"`+arn+`"}}`
				for _, action := range list(s.Action) {
					if _, raises := raising[action]; raises {
						raising[action] = true
						if !bound || purpose == "preview" {
							t.Errorf("%s may %s without the boundary: %v", name, action, s)
						}
					}
					if strings.Contains(action, "DeleteRolePermissionsBoundary") || strings.Contains(action, "iam:Attach") {
						t.Errorf("%s may %s", name, action)
					}
					reads := action == "iam:GetPolicy" || action == "iam:GetPolicyVersion"
					for _, r := range list(s.Resource) {
						if strings.HasPrefix(action, "iam:") && matches(r, arn) && !reads {
							t.Errorf("%s may %s on the boundary", name, action)
						}
					}
				}
			}
		}
		for action, seen := range raising {
			if !seen {
				t.Errorf("a deploy of %s may not %s", stack, action)
			}
		}
	}
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// matches reads "*" in an ARN as AWS does.
func matches(pattern, arn string) bool {
	re := "^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + "$"
	return regexp.MustCompile(re).MatchString(arn)
}

func TestPreviewOnlyReadsAndReadsNoPayload(t *testing.T) {
	t.Parallel()
	reading := regexp.MustCompile(`^[\w-]+:(Get|List|Describe|View|Decrypt$|Encrypt$)`)
	content := regexp.MustCompile(`^(s3:(\*|GetObject)|dynamodb:(\*|GetItem|Query|Scan|BatchGetItem))`)
	const payload = "arn:aws:s3:::" + account + "--sgraph-send-transfers--dev--eu-west-2/transfers/a"
	for name, p := range mustRecord(t, nil).pipelines() {
		for _, s := range parse(t, p.text("policy")).Statement {
			for _, action := range list(s.Action) {
				if strings.Contains(name, "-preview-") && !reading.MatchString(action) {
					t.Errorf("%s may %s", name, action)
				}
				for _, r := range list(s.Resource) {
					held := matches(r, payload) || strings.HasPrefix(r, "arn:aws:dynamodb")
					if held && content.MatchString(action) {
						t.Errorf("%s may %s on %s", name, action, r)
					}
				}
			}
		}
	}
}

// What a stack consists of, by the names that docs/settings.md gives, is
// within reach of its roles, and of no other stack's.
func TestGrantsReachWhatAStackConsistsOf(t *testing.T) {
	t.Parallel()
	policies := mustRecord(t, nil).pipelines()
	const balancing = "elasticloadbalancing:eu-west-2:123456789012"
	parts := []struct {
		where, what     string // an ARN in two halves
		deploy, preview string // what either role must be able to do to it; "" = whatever
	}{
		{"lambda:eu-west-2:123456789012", "function:sgraph-send-user-<stack>", "lambda:*", "lambda:Get*"},
		{"lambda:eu-west-2:123456789012", "function:sgraph-send-admin-<stack>:live", "lambda:*", "lambda:Get*"},
		{"iam::123456789012", "role/sgraph-send-user-<stack>", "iam:PassRole", "iam:Get*"},
		{"s3::", "123456789012--sgraph-send-transfers--<stack>--eu-west-2", "s3:*", "s3:GetBucket*"},
		{
			"s3::", "123456789012--sgraph-send-artifacts--<stack>--eu-west-2/send-user/ab.zip",
			"s3:PutObject*", "s3:GetObject*",
		},
		{"dynamodb:eu-west-2:123456789012", "table/sgraph-send-ledger-<stack>", "dynamodb:CreateTable", "dynamodb:Describe*"},
		{"logs:eu-west-2:123456789012", "log-group:/aws/lambda/sgraph-send-user-<stack>:*", "logs:*", "logs:List*"},
		{"logs:us-east-1:123456789012", "log-group:aws-waf-logs-sgraph-send-<stack>", "logs:*", "logs:List*"},
		{"sns:eu-west-2:123456789012", "sgraph-send-alarms-<stack>", "sns:*", "sns:Get*"},
		{"sns:us-east-1:123456789012", "sgraph-send-global-alarms-<stack>", "sns:*", "sns:Get*"},
		{"cloudwatch:eu-west-2:123456789012", "alarm:sgraph-send-<stack>-unhealthy", "cloudwatch:*", "cloudwatch:Describe*"},
		{"cloudwatch::123456789012", "dashboard/sgraph-send-<stack>", "cloudwatch:*", "cloudwatch:GetDashboard"},
		{
			"cloudformation:eu-west-2:123456789012", "stack/sgraph-send-user-<stack>-invoke-via-url/1b9d",
			"cloudformation:*", "cloudformation:Describe*",
		},
		{"lambda:eu-west-2:123456789012", "function:sgraph-send-canary-<stack>", "lambda:*", "lambda:Get*"},
		{"iam::123456789012", "role/sgraph-send-canary-<stack>", "iam:PassRole", "iam:Get*"},
		{"logs:eu-west-2:123456789012", "log-group:/aws/lambda/sgraph-send-canary-<stack>:*", "logs:*", "logs:List*"},
		{"events:eu-west-2:123456789012", "rule/sgraph-send-sweep-<stack>", "events:*", "events:Describe*"},
		{"events:eu-west-2:123456789012", "rule/sgraph-send-canary-<stack>", "events:*", "events:Describe*"},
		{"budgets::123456789012", "budget/sgraph-send-<stack>", "budgets:*", "budgets:ViewBudget"},
		{"iam::123456789012", "role/sgraph-send-user-task-<stack>", "iam:PassRole", "iam:Get*"},
		{"iam::123456789012", "role/sgraph-send-execution-<stack>", "iam:PutRolePolicy", "iam:Get*"},
		{"iam::123456789012", "role/sgraph-send-host-<stack>", "iam:PassRole", "iam:Get*"},
		{"iam::123456789012", "instance-profile/sgraph-send-host-<stack>", "iam:AddRoleToInstanceProfile", "iam:Get*"},
		{"ecs:eu-west-2:123456789012", "cluster/sgraph-send-<stack>", "ecs:CreateCluster", "ecs:DescribeClusters"},
		{
			"ecs:eu-west-2:123456789012", "service/sgraph-send-<stack>/sgraph-send-user-<stack>",
			"ecs:UpdateService", "ecs:DescribeServices",
		},
		{"ecr:eu-west-2:123456789012", "repository/sgraph-send-<stack>", "ecr:*", "ecr:Describe*"},
		{"logs:eu-west-2:123456789012", "log-group:aws-waf-logs-sgraph-send-balancer-<stack>", "logs:*", "logs:List*"},
		{"events:eu-west-2:123456789012", "rule/sgraph-send-failed-deployments-<stack>", "events:*", "events:Describe*"},
		{"ecs:eu-west-2:123456789012", "task-definition/sgraph-send-admin-<stack>:7", "ecs:RegisterTaskDefinition", ""},
		{balancing, "loadbalancer/app/send-task-<stack>/50dc6c495c0c9188", "elasticloadbalancing:*", ""},
		{balancing, "listener/app/send-host-<stack>/50dc6c495c0c9188/f2f7dc8efc522ab2", "elasticloadbalancing:*", ""},
		{balancing, "listener-rule/app/send-host-<stack>/50dc/f2f7/9683b2d02a6cabee", "elasticloadbalancing:*", ""},
		{balancing, "targetgroup/send-admin-task-<stack>/73e2d6bc24d8a067", "elasticloadbalancing:*", ""},
		{
			"autoscaling:eu-west-2:123456789012", "autoScalingGroup:1-2:autoScalingGroupName/sgraph-send-<stack>",
			"autoscaling:*", "",
		},
		{
			"cloudwatch:eu-west-2:123456789012", "alarm:TargetTracking-service/sgraph-send-<stack>/sgraph-send-user-<stack>-1",
			"cloudwatch:PutMetricAlarm", "",
		},
		{
			"cloudwatch:eu-west-2:123456789012", "alarm:TargetTracking-sgraph-send-<stack>-AlarmLow-1",
			"cloudwatch:DeleteAlarms", "",
		},
	}
	stacks := []string{"dev", "qa", "prod"}
	for _, stack := range stacks {
		for _, part := range parts {
			arn := "arn:aws:" + part.where + ":" + strings.ReplaceAll(part.what, "<stack>", stack)
			for purpose, action := range map[string]string{"deploy": part.deploy, "preview": part.preview} {
				for _, of := range stacks {
					role := grantedTo(t, policies, purpose, of)
					if role.reaches(arn) && of != stack {
						t.Errorf("the %s role of %s reaches %s", purpose, of, arn)
					}
					if may := role.may(action, arn); action != "" && may != (of == stack) {
						t.Errorf("the %s role of %s may %s on %s: %v", purpose, of, action, arn, may)
					}
				}
			}
		}
	}
}

// Networks have no names: whoever changes one shows that it is the stack's, by tags.
func TestNetworksAreTouchedByTheirTags(t *testing.T) {
	t.Parallel()
	kinds := regexp.MustCompile(`^arn:aws:(ec2|servicediscovery):`)
	reads := regexp.MustCompile(`:(Get|List|Describe)`)
	for name, p := range mustRecord(t, nil).pipelines() {
		stack := name[strings.LastIndex(name, "-")+1:]
		for _, s := range parse(t, p.text("policy")).Statement {
			condition := mustJSON(t, s.Condition)
			shown := strings.Contains(condition, `Tag/project":"sgraph-send"`) &&
				strings.Contains(condition, `Tag/stack":"`+stack+`"`)
			for _, action := range list(s.Action) {
				touches := strings.HasPrefix(action, "ec2:") || strings.HasPrefix(action, "servicediscovery:")
				if !touches || reads.MatchString(action) || shown {
					continue
				}
				// What is launched is by a template, and a rule is its group's.
				launched := action == "ec2:RunInstances" && strings.Contains(condition, `"ec2:LaunchTemplate":`)
				rule := slices.Equal(list(s.Resource), []string{"arn:aws:ec2:eu-west-2:" + account + ":security-group-rule/*"})
				if !launched && !rule {
					t.Errorf("%s may %s on %v where %s", name, action, s.Resource, condition)
				}
			}
			for _, r := range list(s.Resource) {
				if kinds.MatchString(r) && slices.Contains(list(s.Action), "ec2:*") {
					t.Errorf("%s may do anything to %s", name, r)
				}
			}
		}
	}
}

// An account grants what runs in it.
func TestWhatDoesNotRunIsNotGranted(t *testing.T) {
	t.Parallel()
	words := map[string][]string{
		"network":  {`"ec2:CreateVpc"`, `"elasticloadbalancing:`},
		"fargate":  {`"ecs:`, `"application-autoscaling:`, `"servicediscovery:`, `ecs-tasks.amazonaws.com`, "-execution-"},
		"ec2":      {`"autoscaling:`, `launch-template/`, `"ssmmessages:`, `"ec2.amazonaws.com"`, "instance-profile/"},
		"registry": {`"ecr:`},
	}
	for _, c := range []struct{ computes, registry, granted string }{
		{"", "", ""}, {"lambda", "false", ""}, {"", "true", "registry"},
		{"lambda,fargate", "", "network fargate registry"}, {"ec2", "", "network ec2"},
		{"lambda, fargate, ec2", "true", "network fargate ec2 registry"},
	} {
		g := mustRecord(t, map[string]string{
			"sgraph-send-bootstrap:computes": c.computes, "sgraph-send-bootstrap:registry": c.registry,
		})
		var all string
		for name, p := range g.made[policyType] {
			if strings.HasSuffix(name, "-dev") {
				all += p.text("policy")
			}
		}
		for what, of := range words {
			for _, word := range of {
				if has := strings.Contains(all, word); has != slices.Contains(strings.Fields(c.granted), what) {
					t.Errorf("computes %q, registry %q: %s is granted: %v", c.computes, c.registry, word, has)
				}
			}
		}
		// Each role can have ten policies.
		for _, purpose := range []string{"deploy", "preview"} {
			n := 0
			for name := range g.made[policyType] {
				if strings.HasPrefix(name, "sgraph-send-pipeline-") && strings.HasSuffix(name, "-"+purpose+"-dev") {
					n++
				}
			}
			if n > 9 { // and one of its domain
				t.Errorf("%d policies for the %s role", n, purpose)
			}
		}
	}
}

// granted are the policies of one role.
type granted []document

func grantedTo(t *testing.T, policies map[string]declared, purpose, stack string) (all granted) {
	t.Helper()
	for name, p := range policies {
		if strings.HasSuffix(name, "-"+purpose+"-"+stack) {
			all = append(all, parse(t, p.text("policy")))
		}
	}
	return all
}

// may says whether an action is granted on an ARN, in these words.
func (all granted) may(action, arn string) bool {
	return slices.ContainsFunc(all.on(arn), func(s statement) bool { return slices.Contains(list(s.Action), action) })
}

// reaches says whether anything is.
func (all granted) reaches(arn string) bool { return len(all.on(arn)) > 0 }

// on are the statements about an ARN, but for those about everything.
func (all granted) on(arn string) (found []statement) {
	for _, d := range all {
		for _, s := range d.Statement {
			if slices.ContainsFunc(list(s.Resource), func(r string) bool { return r != "*" && matches(r, arn) }) {
				found = append(found, s)
			}
		}
	}
	return found
}

// prefixes are those of actions, where the provider's package has another name.
var prefixes = map[string]string{
	"vpc": "ec2", "lb": "elasticloadbalancing", "alb": "elasticloadbalancing", "appautoscaling": "application-autoscaling",
}

// Every service that the program in infra/ uses, the deploy role may use.
func TestDeployCoversWhatTheProgramUses(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob(filepath.Join("..", "infra", "*.go"))
	if err != nil || len(names) == 0 {
		t.Fatal("the program is not there", err)
	}
	used := map[string]bool{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`pulumi-aws/sdk/v6/go/aws/(\w+)"`).FindAllStringSubmatch(string(text), -1) {
			used[m[1]] = true
		}
	}
	g := mustRecord(t, map[string]string{"sgraph-send-bootstrap:zones": "dev=Z0DEV"})
	for service := range used {
		service = cmp.Or(prefixes[service], service)
		for _, purpose := range []string{"deploy", "preview"} {
			if !strings.Contains(g.allOf(purpose, "dev"), `"`+service+":") {
				t.Errorf("infra uses %s, which the %s role may not", service, purpose)
			}
		}
	}
}

func TestStateIsKeptSafe(t *testing.T) {
	t.Parallel()
	g := mustRecord(t, nil)
	bucket := g.made[bucketType]["state"]
	if !bucket.protect || bucket.text("bucket") != account+"--sgraph-send-state--eu-west-2" ||
		strings.Contains(bucket.json(t), "forceDestroy") {
		t.Errorf("the bucket is %s, protected: %v", bucket.json(t), bucket.protect)
	}
	for kind, wanted := range map[string][]string{
		"bucketPublicAccessBlock:BucketPublicAccessBlock": {
			`"blockPublicAcls":true`, `"blockPublicPolicy":true`, `"ignorePublicAcls":true`, `"restrictPublicBuckets":true`,
		},
		"bucketOwnershipControls:BucketOwnershipControls":                                     {"BucketOwnerEnforced"},
		"bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2": {"AES256"},
		"bucketVersioningV2:BucketVersioningV2":                                               {"Enabled"},
		"bucketPolicy:BucketPolicy": {
			"Deny", "aws:SecureTransport",
		},
		"bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2": {`"noncurrentDays":90`},
	} {
		kind = "aws:s3/" + kind
		text := g.made[kind]["state"].json(t)
		for _, w := range wanted {
			if !strings.Contains(text, w) {
				t.Errorf("%s lacks %s: %s", kind, w, text)
			}
		}
	}
	for _, stack := range []string{"dev", "qa", "prod"} {
		key := g.made[keyType][stack]
		if !key.protect || !strings.Contains(key.json(t), `"enableKeyRotation":true`) {
			t.Errorf("the key of %s: %s, protected: %v", stack, key.json(t), key.protect)
		}
	}
}

func TestStackReachesItsOwnStateOnly(t *testing.T) {
	t.Parallel()
	g := mustRecord(t, nil)
	for purpose, write := range map[string]bool{"deploy": true, "preview": false} {
		text := g.made[policyType]["sgraph-send-pipeline-state-"+purpose+"-dev"].text("policy")
		for what, want := range map[string]bool{
			"/.pulumi/stacks/sgraph-send/dev.json*":         true,
			"/.pulumi/locks/organization/sgraph-send/dev/*": write,
			"arn:made:dev":  true,  // its key
			"arn:made:prod": false, // another's
			"s3:PutObject":  write,
		} {
			if strings.Contains(text, what) != want {
				t.Errorf("%s: %q is there: %v, want %v", purpose, what, !want, want)
			}
		}
	}
}

// What Pulumi's own backend asks of a bucket for one stack, by its source, and
// which of the roles' operations ask it: a deploy all, a preview only to read.
// https://github.com/pulumi/pulumi/tree/v3.232.0/pkg/backend/diy
func TestRolesReachWhatPulumiAsksOfTheState(t *testing.T) {
	t.Parallel()
	const read, write, remove = "s3:GetObject", "s3:PutObject", "s3:DeleteObject"
	asked := []struct {
		object           string // below .pulumi/
		deploy, previews []string
	}{
		{"meta.yaml", []string{read}, []string{read}}, // there from the start: see below
		{"stacks/sgraph-send/qa.json", []string{read, write, remove}, []string{read}},
		{"stacks/sgraph-send/qa.json.bak", []string{read, write, remove}, nil},
		{"stacks/sgraph-send/qa.json.gz", []string{read, write, remove}, []string{read}},
		{"stacks/sgraph-send/qa.json.gz.bak", []string{read, write, remove}, nil},
		{"stacks/sgraph-send/qa.json.zst", []string{read, write, remove}, []string{read}},
		{"stacks/sgraph-send/qa.pulumi-tags", []string{read, write, remove}, []string{read}},
		{"history/sgraph-send/qa/qa-1.history.json", []string{read, write, remove}, nil},
		{"history/sgraph-send/qa/qa-1.checkpoint.json.gz", []string{read, write, remove}, nil},
		{"backups/sgraph-send/qa/qa.1.json", []string{read, write, remove}, nil},
		{"locks/organization/sgraph-send/qa/5b0f.json", []string{read, write, remove}, nil},
	}
	g := mustRecord(t, nil)
	may := func(role, action, object string) bool {
		for _, s := range parse(t, g.made[policyType]["sgraph-send-pipeline-state-"+role].text("policy")).Statement {
			for _, r := range list(s.Resource) {
				if slices.Contains(list(s.Action), action) &&
					matches(r, "arn:aws:s3:::"+account+"--sgraph-send-state--eu-west-2/.pulumi/"+object) {
					return true
				}
			}
		}
		return false
	}
	for _, a := range asked {
		for _, action := range []string{read, write, remove} {
			for role, want := range map[string]bool{
				"deploy-qa":    slices.Contains(a.deploy, action),
				"preview-qa":   slices.Contains(a.previews, action) || action == read && strings.HasPrefix(a.object, "stacks/"),
				"deploy-prod":  a.object == "meta.yaml" && action == read,
				"preview-prod": a.object == "meta.yaml" && action == read,
			} {
				if got := may(role, action, a.object); got != want {
					t.Errorf("%s may %s %s: %v, want %v", role, action, a.object, got, want)
				}
			}
		}
	}
	// Pulumi would make it with whatever it is that comes first, be that a preview.
	meta := g.made["aws:s3/bucketObjectv2:BucketObjectv2"]["state"]
	if meta.text("key") != ".pulumi/meta.yaml" || meta.text("content") != "version: 1\n" || !meta.protect {
		t.Errorf("the state begins with %s", meta.json(t))
	}
}

func TestWhatTheAccountHasOrDoesNotWantIsNotMade(t *testing.T) {
	t.Parallel()
	g := mustRecord(t, map[string]string{
		"sgraph-send-bootstrap:provider": "false",
		"sgraph-send-bootstrap:state":    "false",
		"sgraph-send-bootstrap:stacks":   "prod",
	})
	if len(g.made[providerType])+len(g.made[bucketType])+len(g.made[keyType]) > 0 {
		t.Errorf("made %v", g.made)
	}
	if len(g.made[roleType]) != 2 {
		t.Errorf("%d roles, want those of prod", len(g.made[roleType]))
	}
	trust := g.made[roleType]["sgraph-send-pipeline-deploy-prod"].text("assumeRolePolicy")
	if !strings.Contains(trust, "arn:aws:iam::"+account+":oidc-provider/token.actions.githubusercontent.com") {
		t.Errorf("trust: %s", trust)
	}
	for name := range g.made[policyType] {
		if strings.Contains(name, "state") {
			t.Errorf("a state that is not there is granted by %s", name)
		}
	}
}

// The zone of a domain is named, and without one nothing of a domain is granted.
func TestAZoneIsGrantedToItsStack(t *testing.T) {
	t.Parallel()
	g := mustRecord(t, map[string]string{"sgraph-send-bootstrap:zones": "prod=Z0PROD"})
	for _, purpose := range []string{"deploy", "preview"} {
		for _, of := range []string{"dev", "qa", "prod"} {
			text := g.allOf(purpose, of)
			if has := of == "prod"; strings.Contains(text, "arn:aws:route53:::hostedzone/Z0PROD") != has ||
				strings.Contains(text, "acm:Describe") != has {
				t.Errorf("%s of %s looks at the domain: %v", purpose, of, !has)
			}
			if may := of == "prod" && purpose == "deploy"; strings.Contains(text, "ChangeResourceRecordSets") != may ||
				strings.Contains(text, "acm:RequestCertificate") != may {
				t.Errorf("%s of %s changes names: %v", purpose, of, !may)
			}
		}
	}
}

func TestProdHasAnAccountOfItsOwn(t *testing.T) {
	t.Parallel()
	for stacks, roles := range map[string]int{"": 4, "prod": 2, "qa,dev": 4} {
		g := mustRecord(t, map[string]string{
			"sgraph-send-bootstrap:stacks": stacks, "sgraph-send-bootstrap:oneAccount": "false",
		})
		_, prods := g.made[roleType]["sgraph-send-pipeline-deploy-prod"]
		if len(g.made[roleType]) != roles || prods != (stacks == "prod") {
			t.Errorf("%q makes %d roles, want %d", stacks, len(g.made[roleType]), roles)
		}
	}
}

func TestWrongSettingsAreRefused(t *testing.T) {
	t.Parallel()
	for key, values := range map[string][]string{
		"sgraph-send-bootstrap:repository": {
			"", "acme", "acme/send", "acme@12/send", "acme/send@345", "acme@12/*", "*/*", "acme@12/send@*", "acme@/send@345",
			"acme@12/send@345:environment:prod", "acme@12/send@345/x", "acme@0/send@345",
		},
		"sgraph-send-bootstrap:stacks":     {"dev,", "*", "Dev", "dev-preview"},
		"sgraph-send-bootstrap:oneAccount": {"", "false"}, // with prod among others
		"sgraph-send-bootstrap:zones":      {"Z1", "prod=", "other=Z1", "prod=z1", "prod=Z1/x", "prod=*"},
		"sgraph-send-bootstrap:computes":   {"docker", "lambda,", "Fargate"},
		"sgraph-send-bootstrap:caches":     {"bucket", "prod=", "other=bucket", "prod=a b", "prod=*"},
		"aws:region":                       {""},
	} {
		for _, value := range values {
			g, err := record(t, map[string]string{key: value})
			if err == nil || len(g.made[roleType]) > 0 {
				t.Errorf("%s = %q is taken", key, value)
			}
		}
	}
}
