package main

import (
	"fmt"
	"strings"
)

// resources are what one stack consists of, as far as names can say it: the
// program in infra/ puts the stack's name into every name it gives.
type resources struct{ account, region, stack string }

// functionNames are the stack's functions; their roles have the same names.
var functionNames = []string{"sgraph-send-user-<stack>", "sgraph-send-admin-<stack>", "sgraph-send-canary-<stack>"}

func prefixed(prefix string, names []string, suffix string) (all []string) {
	for _, name := range names {
		all = append(all, prefix+name+suffix)
	}
	return all
}

// schedules are the rules that call the sweep and the canary.
func (r resources) schedules() []any {
	return r.arns("events", r.region, "rule/sgraph-send-sweep-<stack>", "rule/sgraph-send-canary-<stack>")
}

func (r resources) functions() []any {
	var forms []string
	for _, name := range functionNames {
		forms = append(forms, "function:"+name, "function:"+name+":*")
	}
	return r.arns("lambda", r.region, forms...)
}

func (r resources) roles() []any {
	return r.arns("iam", "", prefixed("role/", functionNames, "")...)
}

func (r resources) bucket(purpose string) string {
	return fmt.Sprintf("arn:aws:s3:::%s--sgraph-send-%s--%s--%s", r.account, purpose, r.stack, r.region)
}

func (r resources) buckets() []any {
	return []any{r.bucket("transfers"), r.bucket("cache"), r.bucket("artifacts")}
}

func (r resources) table() []any {
	return r.arns("dynamodb", r.region, "table/sgraph-send-ledger-<stack>")
}

func (r resources) logGroups() []any {
	return append(r.arns("logs", r.region, prefixed("log-group:/aws/lambda/", functionNames, "*")...),
		r.arns("logs", edgeRegion, "log-group:aws-waf-logs-sgraph-send-<stack>*")...)
}

func (r resources) topics() []any {
	return append(r.arns("sns", r.region, "sgraph-send-alarms-<stack>", "sgraph-send-alarms-<stack>:*"),
		r.arns("sns", edgeRegion, "sgraph-send-global-alarms-<stack>", "sgraph-send-global-alarms-<stack>:*")...)
}

func (r resources) alarms() []any {
	all := append(r.arns("cloudwatch", r.region, "alarm:sgraph-send-<stack>-*"), r.arns("cloudwatch", edgeRegion, "alarm:sgraph-send-<stack>-*")...)
	return append(all, r.arns("cloudwatch", "", "dashboard/sgraph-send-<stack>")...)
}

func (r resources) formations() []any {
	return r.arns("cloudformation", r.region, "stack/sgraph-send-user-<stack>-invoke-via-url/*", "stack/sgraph-send-admin-<stack>-invoke-via-url/*")
}

func (r resources) budget() []any { return r.arns("budgets", "", "budget/sgraph-send-<stack>") }

// edgeRegion is where CloudFront's firewall and metrics are.
const edgeRegion = "us-east-1"

// arns are names of one service's resources in a region; "" where it has none.
func (r resources) arns(service, region string, forms ...string) []any {
	var all []any
	for _, form := range forms {
		all = append(all, fmt.Sprintf("arn:aws:%s:%s:%s:%s", service, region, r.account, strings.ReplaceAll(form, "<stack>", r.stack)))
	}
	return all
}

// everything is for what AWS names itself: distributions, firewalls, health
// checks. Their identifiers cannot be known beforehand.
const everything = "*"

// deploy is what it takes to make, change and remove a stack. Payloads can be
// deleted with their bucket, but not read.
func (r resources) deploy() []statement {
	passed := allow([]string{"iam:PassRole"}, r.roles()...)
	passed["Condition"] = map[string]any{"StringEquals": map[string]any{"iam:PassedToService": "lambda.amazonaws.com"}}
	return []statement{
		allow([]string{"lambda:*"}, r.functions()...),
		allow([]string{
			"iam:CreateRole", "iam:DeleteRole", "iam:GetRole", "iam:UpdateRole", "iam:UpdateRoleDescription", "iam:UpdateAssumeRolePolicy",
			"iam:TagRole", "iam:UntagRole", "iam:ListRoleTags", "iam:PutRolePolicy", "iam:GetRolePolicy", "iam:DeleteRolePolicy",
			"iam:ListRolePolicies", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole",
		}, r.roles()...),
		passed,
		allow([]string{"s3:*"}, r.buckets()...),
		allow([]string{"s3:GetObject*", "s3:PutObject*", "s3:DeleteObject*"}, r.bucket("artifacts")+"/*"),
		allow([]string{"s3:DeleteObject*", "s3:AbortMultipartUpload"}, r.bucket("transfers")+"/*", r.bucket("cache")+"/*"),
		allow([]string{
			"dynamodb:CreateTable", "dynamodb:DeleteTable", "dynamodb:UpdateTable", "dynamodb:Describe*", "dynamodb:List*",
			"dynamodb:UpdateTimeToLive", "dynamodb:UpdateContinuousBackups", "dynamodb:TagResource", "dynamodb:UntagResource",
		}, r.table()...),
		allow([]string{"logs:*"}, r.logGroups()...),
		allow([]string{"events:*"}, r.schedules()...),
		allow([]string{"sns:*"}, r.topics()...),
		allow([]string{"cloudwatch:*"}, r.alarms()...),
		allow([]string{"cloudformation:*"}, r.formations()...),
		allow([]string{"budgets:*"}, r.budget()...),
		allow([]string{"cloudfront:*", "wafv2:*", "route53:*HealthCheck*", "route53:*TagsForResource*"}, everything),
		r.lists(),
		allow([]string{"logs:PutQueryDefinition", "logs:DeleteQueryDefinition"}, everything), // which have no names of their own
		// What putting the firewall's log into its group takes.
		allow([]string{
			"logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies",
		}, everything),
		allow([]string{"iam:CreateServiceLinkedRole"}, fmt.Sprintf("arn:aws:iam::%s:role/aws-service-role/wafv2.amazonaws.com/*", r.account)),
	}
}

// lists are reads that AWS grants for all or not at all.
func (r resources) lists() statement {
	return allow([]string{
		"sts:GetCallerIdentity", "lambda:GetAccountSettings", "lambda:ListFunctions", "logs:DescribeLogGroups", "logs:DescribeQueryDefinitions", "cloudwatch:DescribeAlarms",
		"cloudwatch:ListDashboards", "cloudwatch:ListTagsForResource", "sns:GetSubscriptionAttributes", "cloudformation:DescribeStacks",
		"s3:ListAllMyBuckets",
	}, everything)
}

// preview is what comparing a stack with its program takes: reading how things
// are set up, and nothing of what is in them.
func (r resources) preview() []statement {
	return []statement{
		allow([]string{"lambda:Get*", "lambda:List*"}, r.functions()...),
		allow([]string{"iam:Get*", "iam:List*"}, r.roles()...),
		allow([]string{
			"s3:GetBucket*", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration", "s3:GetAccelerateConfiguration",
			"s3:GetReplicationConfiguration", "s3:GetMetricsConfiguration", "s3:ListBucket", "s3:ListTagsForResource",
		}, r.buckets()...),
		allow([]string{"s3:GetObject*"}, r.bucket("artifacts")+"/*"),
		allow([]string{"dynamodb:Describe*", "dynamodb:ListTagsOfResource"}, r.table()...),
		allow([]string{"logs:Describe*", "logs:List*"}, r.logGroups()...),
		allow([]string{"events:Describe*", "events:List*"}, r.schedules()...),
		allow([]string{"sns:Get*", "sns:List*"}, r.topics()...),
		allow([]string{"cloudwatch:GetDashboard", "cloudwatch:Describe*", "cloudwatch:List*"}, r.alarms()...),
		allow([]string{"cloudformation:Describe*", "cloudformation:GetTemplate"}, r.formations()...),
		allow([]string{"budgets:ViewBudget", "budgets:DescribeBudget*", "budgets:ListTagsForResource"}, r.budget()...),
		allow([]string{
			"cloudfront:Get*", "cloudfront:List*", "wafv2:Get*", "wafv2:List*", "route53:GetHealthCheck", "route53:ListTagsForResource",
		}, everything),
		r.lists(),
	}
}
