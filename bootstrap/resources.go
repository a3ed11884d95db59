package main

import (
	"fmt"
	"slices"

	"sgraph.ai/send/infra/policy"
	"sgraph.ai/send/shared/stack"
)

// resources are what one stack consists of, as far as names can say it.
type resources struct {
	stack.Names
	zones    []string // of Route 53, that have the stack's domain
	servers  []string // what may run beside functions: stack.Tasks, stack.Hosts
	registry bool     // images are kept, whatever runs
	pulls    bool     // of all stacks of pull requests, which have no edge: see pulls.go
}

// runs says whether something of a kind may run.
func (r resources) runs(kind string) bool { return slices.Contains(r.servers, kind) }

// arns are resources of one service in a region; "" where it has none.
func (r resources) arns(service, region string, forms ...string) []any {
	var all []any
	for _, form := range forms {
		all = append(all, fmt.Sprintf("arn:aws:%s:%s:%s:%s", service, region, r.Account, form))
	}
	return all
}

// named are the forms of several things, each by its name, before and after
// which something stands.
func named(before string, names []string, name func(string) string, after ...string) (forms []string) {
	for _, n := range names {
		for _, a := range after {
			forms = append(forms, before+name(n)+a)
		}
	}
	return forms
}

func (r resources) functions() []any {
	return r.arns("lambda", r.Region, named("function:", stack.Functions, r.Function, "", ":*")...)
}

func (r resources) roles() []any {
	return r.arns("iam", "", named("role/", stack.Functions, r.Role, "")...)
}

// schedules are the rules that call the sweep and the canary.
func (r resources) schedules() []any {
	return r.arns("events", r.Region, named("rule/", stack.Schedules, r.Schedule, "")...)
}

// bucket is a bucket, objects all that is in it.
func (r resources) bucket(purpose string) string  { return "arn:aws:s3:::" + r.Bucket(purpose) }
func (r resources) objects(purpose string) string { return r.bucket(purpose) + "/*" }

func (r resources) buckets() (all []any) {
	for _, purpose := range stack.Buckets {
		if purpose != stack.Assets || !r.pulls {
			all = append(all, r.bucket(purpose))
		}
	}
	return all
}

// shipped is what a deploy puts into buckets.
func (r resources) shipped() []any {
	if r.pulls {
		return []any{r.objects(stack.Artifacts)}
	}
	return []any{r.objects(stack.Artifacts), r.objects(stack.Assets)}
}

func (r resources) table() []any { return r.arns("dynamodb", r.Region, "table/"+r.Ledger()) }

func (r resources) logGroups() []any {
	global := []string{"log-group:" + stack.FirewallLogGroup(r.Firewall()) + "*", "log-group:" + r.AccessLogGroup() + "*"}
	return append(r.arns("logs", r.Region, named("log-group:", stack.Functions, r.LogGroup, "*")...),
		r.atEdge("logs", global...)...)
}

// atEdge are resources of the edge, and of what looks at it, for stacks that can have
// one.
func (r resources) atEdge(service string, forms ...string) []any {
	if r.pulls {
		return nil
	}
	return r.arns(service, stack.GlobalRegion, forms...)
}

// deliveries are the ways from CloudFront to its log of requests. What joins a
// source to a destination, AWS names itself.
func (r resources) deliveries() []any {
	return r.arns("logs", stack.GlobalRegion, append(named("delivery-source:", stack.Services, r.AccessLogOf, ""),
		"delivery-destination:"+r.AccessLog(), "delivery:*")...)
}

func (r resources) topics() []any {
	regional, global := r.Topic(stack.Alarms), r.Topic(stack.GlobalAlarms)
	return append(r.arns("sns", r.Region, regional, regional+":*"),
		r.atEdge("sns", global, global+":*")...)
}

func (r resources) alarms() []any {
	all := append(r.arns("cloudwatch", r.Region, "alarm:"+r.Alarm("*")),
		r.atEdge("cloudwatch", "alarm:"+r.Alarm("*"))...)
	return append(all, r.arns("cloudwatch", "", "dashboard/"+r.Dashboard())...)
}

func (r resources) formations() []any {
	return r.arns("cloudformation", r.Region, named("stack/", stack.Services, r.InvokeViaURL, "/*")...)
}

func (r resources) budget() []any { return r.arns("budgets", "", "budget/"+r.Budget()) }

// bill is what looking at a budget takes beside the budget.
func (r resources) bill() policy.Statement {
	return policy.Allow([]string{"billing:GetBillingViewData"}, r.arns("billing", "", "billingview/primary")...)
}

// everything is for what AWS names itself: distributions, firewalls, health
// checks. Their identifiers cannot be known beforehand.
const everything = "*"

// deploy is what it takes to make, change and remove a stack. Payloads can be
// deleted with their bucket, but not read.
func (r resources) deploy() []policy.Statement {
	return append(r.givenTo("lambda.amazonaws.com", r.roles()...),
		policy.Allow([]string{"lambda:*"}, r.functions()...),
		r.readBoundary(),
		policy.Allow([]string{"s3:*"}, r.buckets()...),
		policy.Allow([]string{"s3:GetObject*", "s3:PutObject*", "s3:DeleteObject*"}, r.shipped()...),
		policy.Allow([]string{"s3:DeleteObject*", "s3:AbortMultipartUpload"},
			r.objects(stack.Transfers), r.objects(stack.Cache)),
		policy.Allow([]string{
			"dynamodb:CreateTable", "dynamodb:DeleteTable", "dynamodb:UpdateTable", "dynamodb:Describe*",
			"dynamodb:List*", "dynamodb:UpdateTimeToLive", "dynamodb:UpdateContinuousBackups",
			"dynamodb:TagResource", "dynamodb:UntagResource",
		}, r.table()...),
		policy.Allow([]string{"logs:*"}, r.logGroups()...),
		policy.Allow([]string{"events:*"}, r.schedules()...),
		policy.Allow([]string{"sns:*"}, r.topics()...),
		policy.Allow([]string{"cloudwatch:*"}, r.alarms()...),
		policy.Allow([]string{"cloudformation:*"}, r.formations()...),
		policy.Allow([]string{"budgets:*"}, r.budget()...),
		r.bill(),
		policy.Allow(lists, everything),
		// For the smoke test, where the API key is a reference. Who deploys the admin
		// function could have it say the key.
		policy.Allow([]string{"ssm:GetParameter"}, r.ParameterARN(r.Parameters()+"*")),
		policy.DecryptParameters(r.Names, r.ParameterARN(r.Parameters()+"*")),
	)
}

// givenTo is what it takes to make roles, and to give them to a service of AWS.
func (r resources) givenTo(service string, roles ...any) []policy.Statement {
	// Whoever may write a role's policy is what that role may become, so no role is
	// made or granted anything but within the boundary, which is not the deploy's.
	bounded := where(policy.Allow([]string{
		"iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary", "iam:UpdateAssumeRolePolicy",
	}, roles...), "iam:PermissionsBoundary", r.BoundaryARN())
	return []policy.Statement{
		bounded,
		policy.Allow([]string{
			"iam:DeleteRole", "iam:GetRole*", "iam:UpdateRole*", "iam:TagRole", "iam:UntagRole", "iam:ListRole*",
			"iam:DeleteRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole",
		}, roles...),
		where(policy.Allow([]string{"iam:PassRole"}, roles...), "iam:PassedToService", service),
	}
}

// where holds a grant to the values of a key, one of which it has to have.
func where(grant policy.Statement, key string, values ...any) policy.Statement {
	var is any = values
	if len(values) == 1 {
		is = values[0]
	}
	grant["Condition"] = map[string]any{"StringEquals": map[string]any{key: is}}
	return grant
}

// edge is what it takes to make, change and remove what stands in front of a stack,
// and what asks it from outside.
func (r resources) edge() []policy.Statement {
	linked := fmt.Sprintf("arn:aws:iam::%s:role/aws-service-role/wafv2.amazonaws.com/*", r.Account)
	return []policy.Statement{
		policy.Allow([]string{
			"cloudfront:*", "wafv2:*", "route53:*HealthCheck*", "route53:*TagsForResource*",
		}, everything),
		policy.Allow([]string{"logs:*"}, r.deliveries()...),
		// What putting the logs of both into their groups takes.
		policy.Allow([]string{
			"logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies",
		}, everything),
		policy.Allow([]string{"iam:CreateServiceLinkedRole"}, linked),
	}
}

// domain is what the names of a stack take, and their certificates, which
// CloudFront wants in one region, and load balancers in their own: to make them, or
// only to look at them.
func (r resources) domain(change bool) []policy.Statement {
	if len(r.zones) == 0 {
		return nil
	}
	inZone := []string{"route53:GetHostedZone", "route53:ListResourceRecordSets"}
	certificate := []string{"acm:DescribeCertificate", "acm:GetCertificate", "acm:ListTagsForCertificate"}
	all := []string{"route53:ListHostedZones", "route53:ListHostedZonesByName", "route53:ListTagsForResource"}
	if change {
		inZone = append(inZone, "route53:ChangeResourceRecordSets")
		certificate = append(certificate, "acm:DeleteCertificate", "acm:RemoveTagsFromCertificate")
		all = append(all, "route53:GetChange", "acm:RequestCertificate", "acm:AddTagsToCertificate")
	}
	var zones []any
	for _, id := range r.zones {
		zones = append(zones, "arn:aws:route53:::hostedzone/"+id)
	}
	certificates := r.arns("acm", stack.GlobalRegion, "certificate/*")
	if len(r.servers) > 0 && r.Region != stack.GlobalRegion {
		certificates = append(certificates, r.arns("acm", r.Region, "certificate/*")...)
	}
	return []policy.Statement{
		policy.Allow(inZone, zones...),
		policy.Allow(certificate, certificates...),
		policy.Allow(all, everything),
	}
}

// readBoundary is how the program learns that the boundary is there.
func (r resources) readBoundary() policy.Statement {
	return policy.Allow([]string{"iam:GetPolicy", "iam:GetPolicyVersion"}, r.BoundaryARN())
}

// lists are reads that AWS grants for all or not at all; moreLists those that the stacks
// of pull requests do without.
var (
	lists = []string{
		"sts:GetCallerIdentity", "lambda:GetAccountSettings", "logs:DescribeLogGroups", "cloudwatch:DescribeAlarms",
		"cloudwatch:ListTagsForResource", "cloudformation:DescribeStacks",
	}
	moreLists = []string{
		"lambda:ListFunctions", "cloudwatch:ListDashboards", "s3:ListAllMyBuckets", "sns:GetSubscriptionAttributes",
		"logs:DescribeQueryDefinitions",
	}
)

// tells is what it takes to keep queries, which have no names of their own, and to
// subscribe whom alarms are told, of which AWS knows only the topics by name.
func (r resources) tells() []policy.Statement {
	return []policy.Statement{policy.Allow(append([]string{
		"logs:PutQueryDefinition", "logs:DeleteQueryDefinition", "sns:SetSubscriptionAttributes", "sns:Unsubscribe",
	}, moreLists...), everything)}
}

// preview is what comparing a stack with its program takes: reading how things
// are set up, and nothing of what is in them.
func (r resources) preview() []policy.Statement {
	return []policy.Statement{
		policy.Allow([]string{"lambda:Get*", "lambda:List*"}, r.functions()...),
		policy.Allow([]string{"iam:Get*", "iam:List*"}, r.roles()...),
		r.readBoundary(),
		policy.Allow([]string{
			"s3:GetBucket*", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration",
			"s3:GetAccelerateConfiguration", "s3:GetReplicationConfiguration", "s3:GetMetricsConfiguration",
			"s3:ListBucket", "s3:ListTagsForResource",
		}, r.buckets()...),
		policy.Allow([]string{"s3:GetObject*"}, r.objects(stack.Artifacts), r.objects(stack.Assets)),
		policy.Allow([]string{"dynamodb:Describe*", "dynamodb:ListTagsOfResource"}, r.table()...),
		policy.Allow([]string{"logs:Describe*", "logs:List*"}, r.logGroups()...),
		policy.Allow([]string{"logs:GetDelivery*", "logs:ListTagsForResource"}, r.deliveries()...),
		policy.Allow([]string{"events:Describe*", "events:List*"}, r.schedules()...),
		policy.Allow([]string{"sns:Get*", "sns:List*"}, r.topics()...),
		policy.Allow([]string{"cloudwatch:GetDashboard", "cloudwatch:Describe*", "cloudwatch:List*"}, r.alarms()...),
		policy.Allow([]string{"cloudformation:Describe*", "cloudformation:GetTemplate"}, r.formations()...),
		policy.Allow([]string{
			"budgets:ViewBudget", "budgets:DescribeBudget*", "budgets:ListTagsForResource",
		}, r.budget()...),
		r.bill(),
		policy.Allow([]string{
			"cloudfront:Get*", "cloudfront:List*", "wafv2:Get*", "wafv2:List*",
			"route53:GetHealthCheck", "route53:ListTagsForResource",
		}, everything),
		policy.Allow(slices.Concat(lists, moreLists), everything),
	}
}
