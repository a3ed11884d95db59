package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/shared/stack"
)

// quota is what AWS takes of one kind of resource. A simulation takes more.
type quota struct {
	kind, of string
	most     int
	page     string // of AWS, that says so
	measure  func(declared) int
}

// form is how AWS wants a text: a name, a description.
type form struct {
	kind, key string
	least     int
	most      int // characters
	pattern   string
	page      string
}

// Where AWS says what it takes.
const (
	apiLambda         = "https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html"
	limitsLambda      = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"
	apiPermission     = "https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html"
	limitsIAM         = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"
	namesS3           = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"
	limitsS3          = "https://docs.aws.amazon.com/general/latest/gr/s3.html"
	apiMetrics        = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_MetricsConfiguration.html"
	limitsDynamo      = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html"
	apiLogGroup       = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html"
	apiQuery          = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html"
	apiRule           = "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html"
	apiTarget         = "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html"
	apiAlarm          = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"
	apiComposite      = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html"
	apiDashboard      = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html"
	limitsCloudWatch  = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html"
	apiTopic          = "https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html"
	limitsSNS         = "https://docs.aws.amazon.com/general/latest/gr/sns.html"
	apiBudget         = "https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Budget.html"
	limitsBudget      = "https://docs.aws.amazon.com/cost-management/latest/userguide/management-limits.html"
	limitsFormation   = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"
	limitsCloudFront  = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html"
	headersCloudFront = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/add-origin-custom-headers.html"
	apiForwarding     = "https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_OriginRequestPolicyConfig.html"
	apiAccess         = "https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_OriginAccessControlConfig.html"
	apiResponse       = "https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ResponseHeadersPolicyConfig.html"
	apiDelivery       = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliverySource.html"
	apiDestination    = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeliveryDestination.html"
	apiDistribution   = "https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DistributionConfig.html"
	apiACL            = "https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html"
	limitsWAF         = "https://docs.aws.amazon.com/waf/latest/developerguide/limits.html"
	apiHealthCheck    = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html"
	namesRoute53      = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html"
	domainACM         = "https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html"
	apiBalancer       = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html"
	apiTargetGroup    = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html"
	apiCondition      = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RuleCondition.html"
	limitsBalancer    = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html"
	apiSecurity       = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html"
	apiSecurityRule   = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html"
	apiRepository     = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html"
	apiLifecycle      = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutLifecyclePolicy.html"
	apiCluster        = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCluster.html"
	apiTaskService    = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html"
	apiTasks          = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html"
	limitsECS         = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html"
	apiContainer      = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html"
	apiHealth         = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html"
	apiScaling        = "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html"
	apiNamespace      = "https://docs.aws.amazon.com/cloud-map/latest/api/API_CreatePrivateDnsNamespace.html"
	apiFound          = "https://docs.aws.amazon.com/cloud-map/latest/api/API_CreateService.html"
	limitsTags        = "https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html"
)

// The kinds of resources, as the engine calls them.
const (
	kindFunction     = "aws:lambda/function:Function"
	kindRole         = "aws:iam/role:Role"
	kindRolePolicy   = "aws:iam/rolePolicy:RolePolicy"
	kindAlarm        = "aws:cloudwatch/metricAlarm:MetricAlarm"
	kindComposite    = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
	kindDashboard    = "aws:cloudwatch/dashboard:Dashboard"
	kindDistribution = "aws:cloudfront/distribution:Distribution"
	kindForwarding   = "aws:cloudfront/originRequestPolicy:OriginRequestPolicy"
	kindResponse     = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
	kindACL          = "aws:wafv2/webAcl:WebAcl"
	kindBudget       = "aws:budgets/budget:Budget"
	kindQuery        = "aws:cloudwatch/queryDefinition:QueryDefinition"
	kindRule         = "aws:cloudwatch/eventRule:EventRule"

	kindRecord         = "aws:route53/record:Record"
	kindLogGroup       = "aws:cloudwatch/logGroup:LogGroup"
	kindVPC            = "aws:ec2/vpc:Vpc"
	kindSubnet         = "aws:ec2/subnet:Subnet"
	kindEndpoint       = "aws:ec2/vpcEndpoint:VpcEndpoint"
	kindSecurity       = "aws:ec2/securityGroup:SecurityGroup"
	kindLetIn          = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
	kindLetOut         = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
	kindBalancer       = "aws:lb/loadBalancer:LoadBalancer"
	kindTarget         = "aws:lb/targetGroup:TargetGroup"
	kindListener       = "aws:lb/listener:Listener"
	kindListenerRule   = "aws:lb/listenerRule:ListenerRule"
	kindRepository     = "aws:ecr/repository:Repository"
	kindLifecycle      = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
	kindCluster        = "aws:ecs/cluster:Cluster"
	kindTaskDefinition = "aws:ecs/taskDefinition:TaskDefinition"
	kindTaskService    = "aws:ecs/service:Service"
	kindScalable       = "aws:appautoscaling/target:Target"
	kindScaling        = "aws:appautoscaling/policy:Policy"
	kindNamespace      = "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace"
	kindFound          = "aws:servicediscovery/service:Service"
)

var forms = []form{
	{kindFunction, "name", 1, 64, `[a-zA-Z0-9-_]+`, apiLambda},
	{kindFunction, "description", 0, 256, `.*`, apiLambda},
	{"aws:lambda/alias:Alias", "name", 1, 128, `[a-zA-Z0-9-_]*[a-zA-Z-_][a-zA-Z0-9-_]*`, apiLambda},
	{"aws:lambda/permission:Permission", "statementId", 1, 100, `[a-zA-Z0-9-_]+`, apiPermission},
	{kindRole, "name", 1, 64, `[\w+=,.@-]+`, limitsIAM},
	{kindRole, "assumeRolePolicy", 1, 2048, `(?s).*`, limitsIAM},
	{kindRolePolicy, "name", 1, 128, `[\w+=,.@-]+`, limitsIAM},
	{"aws:s3/bucketV2:BucketV2", "bucket", 3, 63, `[a-z0-9][a-z0-9.-]*[a-z0-9]`, namesS3},
	{"aws:s3/bucketObjectv2:BucketObjectv2", "key", 1, 1024, `[\w!.*'()/-]+`, namesS3},
	{"aws:s3/bucketPolicy:BucketPolicy", "policy", 1, 20 << 10, `(?s).*`, limitsS3},
	{"aws:s3/bucketMetric:BucketMetric", "name", 1, 64, `[\w.-]+`, apiMetrics},
	{"aws:dynamodb/table:Table", "name", 3, 255, `[a-zA-Z0-9_.-]+`, limitsDynamo},
	{"aws:cloudwatch/logGroup:LogGroup", "name", 1, 512, `[.\-_/#A-Za-z0-9]+`, apiLogGroup},
	{kindQuery, "name", 1, 255, `[^:*?"<>|]+`, apiQuery},
	{kindQuery, "queryString", 1, 10_000, `(?s).*`, apiQuery},
	{kindRule, "name", 1, 64, `[.\-_A-Za-z0-9]+`, apiRule},
	{kindRule, "description", 0, 512, `.*`, apiRule},
	{"aws:cloudwatch/eventTarget:EventTarget", "targetId", 1, 64, `[.\-_A-Za-z0-9]+`, apiTarget},
	{kindAlarm, "name", 1, 255, `[ -~]+`, apiAlarm},
	{kindAlarm, "alarmDescription", 0, 1024, `.*`, apiAlarm},
	{kindComposite, "alarmName", 1, 255, `[ -~]+`, apiComposite},
	{kindComposite, "alarmRule", 1, 10_240, `.*`, apiComposite},
	{kindComposite, "alarmDescription", 0, 1024, `.*`, apiComposite},
	{kindDashboard, "dashboardName", 1, 255, `[A-Za-z0-9_-]+`, apiDashboard},
	{"aws:sns/topic:Topic", "name", 1, 256, `[A-Za-z0-9_-]+`, apiTopic},
	{"aws:sns/topicPolicy:TopicPolicy", "policy", 1, 30 << 10, `(?s).*`, limitsSNS},
	{kindBudget, "name", 1, 100, `[^:\\]+`, apiBudget},
	{"aws:cloudformation/stack:Stack", "name", 1, 128, `[a-zA-Z][-a-zA-Z0-9]*`, limitsFormation},
	{"aws:cloudformation/stack:Stack", "templateBody", 1, 51_200, `(?s).*`, limitsFormation},
	{kindDistribution, "comment", 0, 128, `.*`, apiDistribution},
	{kindForwarding, "name", 1, 128, `[A-Za-z0-9_-]+`, apiForwarding},
	{kindForwarding, "comment", 0, 128, `.*`, apiForwarding},
	{"aws:cloudfront/originAccessControl:OriginAccessControl", "name", 1, 64, `[A-Za-z0-9_.-]+`, apiAccess},
	{"aws:cloudfront/originAccessControl:OriginAccessControl", "description", 0, 256, `.*`, apiAccess},
	{kindResponse, "name", 1, 128, `[A-Za-z0-9_-]+`, apiResponse},
	{kindResponse, "comment", 0, 128, `.*`, apiResponse},
	{"aws:cloudwatch/logDeliverySource:LogDeliverySource", "name", 1, 60, `[\w-]+`, apiDelivery},
	{"aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination", "name", 1, 60, `[\w-]+`, apiDestination},
	{"aws:wafv2/ipSet:IpSet", "name", 1, 128, `[\w-]+`, apiACL},
	{kindACL, "name", 1, 128, `[\w-]+`, apiACL},
	{kindACL, "description", 1, 256, `[\w+=:#@/,.-][\w+=:#@/,.\s-]+[\w+=:#@/,.-]`, apiACL},
	{"aws:route53/healthCheck:HealthCheck", "fqdn", 1, 255, `[a-z0-9.-]+`, apiHealthCheck},
	{"aws:route53/healthCheck:HealthCheck", "resourcePath", 1, 255, `/.*`, apiHealthCheck},
	{"aws:route53/record:Record", "name", 1, 255, `[a-z0-9_.-]+`, namesRoute53},
	{"aws:acm/certificate:Certificate", "domainName", 1, 64, `[a-z0-9.-]+`, domainACM},
}

// serverForms are of the kinds that only stacks with servers have.
var serverForms = []form{
	{kindBalancer, "name", 1, 32, `[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]`, apiBalancer},
	{kindTarget, "name", 1, 32, `[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]`, apiTargetGroup},
	{kindSecurity, "name", 1, 255, `[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]+`, apiSecurity},
	{kindSecurity, "description", 1, 255, `[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]+`, apiSecurity},
	{kindLetIn, "description", 0, 255, `[a-zA-Z0-9 ._\-:/()#,@\[\]+=;{}!$*]*`, apiSecurityRule},
	{kindLetOut, "description", 0, 255, `[a-zA-Z0-9 ._\-:/()#,@\[\]+=;{}!$*]*`, apiSecurityRule},
}

// taskForms are of the kinds that only stacks with tasks have.
var taskForms = []form{
	{kindRepository, "name", 2, 256, `(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*`, apiRepository},
	{kindLifecycle, "policy", 100, 30_720, `(?s).*`, apiLifecycle},
	{kindCluster, "name", 1, 255, `[a-zA-Z0-9_-]+`, apiCluster},
	{kindTaskService, "name", 1, 255, `[a-zA-Z0-9_-]+`, apiTaskService},
	{kindTaskDefinition, "family", 1, 255, `[a-zA-Z0-9_-]+`, apiTasks},
	{kindTaskDefinition, "containerDefinitions", 1, 64 << 10, `(?s).*`, limitsECS},
	{kindScaling, "name", 1, 256, `[\x20-\x7e]+`, apiScaling},
	{kindNamespace, "name", 1, 253, `[!-~]{1,253}`, apiNamespace},
	{kindNamespace, "description", 0, 1024, `.*`, apiNamespace},
	{kindFound, "name", 1, 127, `[a-z0-9_.-]+`, apiFound},
}

// named are the inputs that become names. Each kind that has one needs a form.
var named = []string{"name", "bucket", "alarmName", "dashboardName", "statementId", "domainName"}

// belong are kinds that have such an input for what they belong to.
var belong = regexp.MustCompile(`^aws:s3/bucket[A-Z]|^aws:lambda/functionEventInvokeConfig`)

var quotas = []quota{
	{kindFunction, "bytes of environment", 4 << 10, limitsLambda, func(d declared) (n int) {
		for name, value := range d.object("environment", "variables") {
			// What is known only later is an address or a name, at most as long as this.
			n += len(name) + cmp.Or(len(plain(value).String()), 128)
		}
		return n
	}},
	{kindFunction, "seconds", 900, limitsLambda, number("timeout")},
	{kindFunction, "megabytes", 10_240, limitsLambda, number("memorySize")},
	{kindRolePolicy, "characters of a role's policies", 10_240, limitsIAM, func(d declared) int {
		return len(regexp.MustCompile(`\s`).ReplaceAllString(d.text("policy"), ""))
	}},
	{"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", "rules", 1000, limitsS3, entries("rules")},
	{"aws:s3/bucketCorsConfigurationV2:BucketCorsConfigurationV2", "rules", 100, limitsS3, entries("corsRules")},
	{"aws:s3/bucketObjectv2:BucketObjectv2", "tags", 10, limitsS3, fields("tags")},
	{kindAlarm, "metrics of an alarm's math", 10, limitsCloudWatch, func(d declared) (n int) {
		for i := range d.list("metricQueries") {
			if len(d.object("metricQueries", fmt.Sprint(i), "metric")) > 0 {
				n++
			}
		}
		return n
	}},
	{kindAlarm, "actions", 5, limitsCloudWatch, entries("alarmActions")},
	// An alarm looks back a day at most.
	{kindAlarm, "seconds that are looked at", 86_400, apiAlarm, func(d declared) int {
		period := max(number("period")(d), 0)
		for i := range d.list("metricQueries") {
			period = max(period, number("metricQueries", fmt.Sprint(i), "metric", "period")(d))
		}
		return period * number("evaluationPeriods")(d)
	}},
	{kindComposite, "alarms under it", 100, apiComposite, func(d declared) int {
		return strings.Count(d.text("alarmRule"), "ALARM(")
	}},
	{kindDashboard, "widgets", 500, limitsCloudWatch, func(d declared) int { return len(widgets(d)) }},
	{kindDashboard, "metrics of a widget", 500, limitsCloudWatch, func(d declared) (most int) {
		for _, w := range widgets(d) {
			most = max(most, len(w.Properties.Metrics))
		}
		return most
	}},
	{kindDashboard, "metrics", 2500, limitsCloudWatch, func(d declared) (n int) {
		for _, w := range widgets(d) {
			n += len(w.Properties.Metrics)
		}
		return n
	}},
	{kindQuery, "log groups", 50, apiQuery, entries("logGroupNames")},
	{kindBudget, "notifications", 5, limitsBudget, entries("notifications")},
	{kindDistribution, "cache behaviours", 25, limitsCloudFront, entries("orderedCacheBehaviors")},
	{kindDistribution, "origins", 25, limitsCloudFront, entries("origins")},
	{kindDistribution, "names", 100, limitsCloudFront, entries("aliases")},
	{kindDistribution, "headers for an origin", 10, limitsCloudFront, func(d declared) (most int) {
		for i := range d.list("origins") {
			most = max(most, len(d.list("origins", fmt.Sprint(i), "customHeaders")))
		}
		return most
	}},
	{kindDistribution, "characters of a header's value", 1783, limitsCloudFront, func(d declared) (most int) {
		for i := range d.list("origins") {
			for j := range d.list("origins", fmt.Sprint(i), "customHeaders") {
				value := d.text("origins", fmt.Sprint(i), "customHeaders", fmt.Sprint(j), "value")
				most = max(most, cmp.Or(len(value), 64))
			}
		}
		return most
	}},
	{kindDistribution, "seconds that an origin may take", 60, limitsCloudFront, func(d declared) (most int) {
		for i := range d.list("origins") {
			most = max(most, number("origins", fmt.Sprint(i), "customOriginConfig", "originReadTimeout")(d))
		}
		return most
	}},
	{kindForwarding, "headers", 10, limitsCloudFront, entries("headersConfig", "headers", "items")},
	{kindResponse, "headers of its own", 10, limitsCloudFront, entries("customHeadersConfig", "items")},
	{kindResponse, "characters of a policy for pages", 1783, limitsCloudFront, func(d declared) int {
		return len(d.text("securityHeadersConfig", "contentSecurityPolicy", "contentSecurityPolicy"))
	}},
	{"aws:wafv2/ipSet:IpSet", "addresses", 10_000, limitsWAF, entries("addresses")},
	// Beyond that each request costs more.
	{kindACL, "units of capacity", 1500, limitsWAF, capacity},
	{kindACL, "characters of an expression", 512, limitsWAF, func(d declared) (most int) {
		for _, m := range expression.FindAllStringSubmatch(bare(d, "rules"), -1) {
			var text string
			if json.Unmarshal([]byte(m[1]), &text) != nil {
				return 1 << 20
			}
			most = max(most, len(text))
		}
		return most
	}},
	{kindACL, "expressions", 10, limitsWAF, func(d declared) int {
		return strings.Count(bare(d, "rules"), `"regexMatchStatement"`)
	}},
	{kindACL, "rules by rate", 10, limitsWAF, func(d declared) int {
		return strings.Count(bare(d, "rules"), `"rateBasedStatement"`)
	}},
}

// serverQuotas are of the kinds that only stacks with servers have.
var serverQuotas = []quota{
	{kindListenerRule, "names of a rule", 5, limitsBalancer, entries("conditions", "0", "hostHeader", "values")},
	{kindListenerRule, "characters of a name", 128, apiCondition, func(d declared) int {
		return len(d.text("conditions", "0", "hostHeader", "values", "0"))
	}},
	{kindBalancer, "security groups", 5, limitsBalancer, entries("securityGroups")},
	{kindTarget, "seconds that a target drains", 3600, apiTargetGroup, number("deregistrationDelay")},
}

// taskQuotas are of the kinds that only stacks with tasks have.
var taskQuotas = []quota{
	{kindTaskDefinition, "seconds that Fargate waits for the end", 120, apiContainer, func(d declared) int {
		var all []struct{ StopTimeout int }
		_ = json.Unmarshal([]byte(d.text("containerDefinitions")), &all)
		return all[0].StopTimeout
	}},
	{kindTaskDefinition, "seconds that a health check may take", 60, apiHealth, func(d declared) int {
		var all []struct{ HealthCheck struct{ Timeout int } }
		_ = json.Unmarshal([]byte(d.text("containerDefinitions")), &all)
		return all[0].HealthCheck.Timeout
	}},
	{kindScalable, "tasks", 5000, limitsECS, number("maxCapacity")},
}

// expression is a regular expression in a rule, as JSON has it.
var expression = regexp.MustCompile(`"regexString":("(?:[^"\\]|\\.)*")`)

// notToOrigins are headers that CloudFront adds to no request, nor forwards by name.
var notToOrigins = regexp.MustCompile(`(?i)^(accept-encoding|cache-control|connection|content-length|cookie|host|` +
	`if-match|if-modified-since|if-none-match|if-range|if-unmodified-since|max-forwards|pragma|proxy-.*|range|` +
	`request-range|te|trailer|transfer-encoding|upgrade|via|x-amz-.*|x-edge-.*|x-real-ip)$`)

func number(path ...string) func(declared) int {
	return func(d declared) int {
		if v := plain(d.at(path...)); v.IsNumber() {
			return int(v.NumberValue())
		}
		return 0
	}
}

func entries(path ...string) func(declared) int {
	return func(d declared) int { return len(d.list(path...)) }
}

func fields(path ...string) func(declared) int {
	return func(d declared) int { return len(d.object(path...)) }
}

// bare is a part of the inputs as JSON.
func bare(d declared, key resource.PropertyKey) string {
	text, err := json.Marshal(bareValue(d.Inputs[key]))
	if err != nil {
		panic(err) // only for what no JSON has
	}
	return string(text)
}

func widgets(d declared) []struct {
	Properties struct{ Metrics []any }
} {
	var body struct {
		Widgets []struct {
			Properties struct{ Metrics []any }
		}
	}
	if json.Unmarshal([]byte(d.text("dashboardBody")), &body) != nil {
		return nil
	}
	return body.Widgets
}

// groupCapacity is what AWS's groups take of an ACL's capacity.
// https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
var groupCapacity = map[string]int{
	"AWSManagedRulesAmazonIpReputationList": 25,
	"AWSManagedRulesKnownBadInputsRuleSet":  200,
	"AWSManagedRulesCommonRuleSet":          700,
	"AWSManagedRulesBotControlRuleSet":      50,
}

// capacity sums up what the statements of an ACL take, as AWS counts it: some base
// each, twice that for a body of JSON, and ten for each form that is looked at, one
// that changes nothing included, to be on the safe side.
// https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statements-list.html
func capacity(d declared) int {
	var rules any
	if json.Unmarshal([]byte(bare(d, "rules")), &rules) != nil {
		return 1 << 20
	}
	base := map[string]int{
		"labelMatchStatement": 1, "regexMatchStatement": 3, "xssMatchStatement": 40, "sqliMatchStatement": 20,
		"rateBasedStatement": 2, "ipSetReferenceStatement": 1, "byteMatchStatement": 10, "sizeConstraintStatement": 1,
		"geoMatchStatement": 1,
	}
	var sum func(v any) int
	sum = func(v any) (n int) {
		switch v := v.(type) {
		case []any:
			for _, each := range v {
				n += sum(each)
			}
		case map[string]any:
			for key, inner := range v {
				units, counted := base[key]
				of, _ := inner.(map[string]any)
				if field, _ := of["fieldToMatch"].(map[string]any); field["jsonBody"] != nil {
					units *= 2
				}
				forms, _ := of["textTransformations"].([]any)
				units += 10 * len(forms)
				if key == "managedRuleGroupStatement" {
					name, _ := of["name"].(string)
					units, counted = groupCapacity[name]
				}
				if !counted && strings.HasSuffix(key, "Statement") &&
					!slices.Contains([]string{"andStatement", "orStatement", "notStatement", "scopeDownStatement"}, key) {
					return 1 << 20 // what it takes is not known here
				}
				n += units + sum(inner)
			}
		}
		return n
	}
	return sum(rules)
}

// faults names what AWS would not take of a recorded stack.
func (g *graph) faults(forms []form, quotas []quota) (all []string) {
	fault := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	for _, d := range g.resources {
		has := map[string]bool{}
		for _, f := range forms {
			if f.kind != d.Type {
				continue
			}
			has[f.key] = true
			v := plain(d.at(f.key))
			if v.IsComputed() || !v.HasValue() && f.least == 0 {
				continue
			}
			text := d.text(f.key)
			n := utf8.RuneCountInString(text)
			if n < f.least || n > f.most || !regexp.MustCompile("^(?:"+f.pattern+")$").MatchString(text) {
				fault("%s %s: %s is %q, with %d characters, and AWS takes %d to %d of the form %s: %s",
					d.Type, d.Name, f.key, text, n, f.least, f.most, f.pattern, f.page)
			}
		}
		for _, key := range named {
			if d.Inputs.HasValue(resource.PropertyKey(key)) && strings.HasPrefix(d.Type, "aws:") &&
				!has[key] && !belong.MatchString(d.Type) {
				fault("%s %s: nothing says what AWS takes for its %s", d.Type, d.Name, key)
			}
		}
		for _, q := range quotas {
			if q.kind != d.Type {
				continue
			}
			if n := q.measure(d); n > q.most {
				fault("%s %s has %d %s, and AWS takes %d: %s", d.Type, d.Name, n, q.of, q.most, q.page)
			}
		}
		if tags := d.object("tags"); len(tags) > 50 {
			fault("%s %s has %d tags, and AWS takes 50: %s", d.Type, d.Name, len(tags), limitsTags)
		}
		for key, value := range d.object("tags") {
			text := plain(value)
			if !tagForm.MatchString(string(key)) || len(key) > 128 || strings.HasPrefix(string(key), "aws:") ||
				!text.IsString() || len(text.StringValue()) > 256 || !tagForm.MatchString(text.StringValue()) {
				fault("%s %s has the tag %s=%v: %s", d.Type, d.Name, key, text, limitsTags)
			}
		}
		for _, v := range d.list("headersConfig", "headers", "items") {
			if name := plain(v).StringValue(); notToOrigins.MatchString(name) {
				fault("%s %s forwards %s by name: %s", d.Type, d.Name, name, headersCloudFront)
			}
		}
		for i := range d.list("origins") {
			for j := range d.list("origins", fmt.Sprint(i), "customHeaders") {
				name := d.text("origins", fmt.Sprint(i), "customHeaders", fmt.Sprint(j), "name")
				if notToOrigins.MatchString(name) {
					fault("%s %s adds %s: %s", d.Type, d.Name, name, headersCloudFront)
				}
			}
		}
	}
	return all
}

var tagForm = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

// everything turns on what a stack can have.
var everything = map[string]string{
	"sgraph-send:edge": "true", "sgraph-send:domain": "send.example.org", "sgraph-send:botControl": "true",
	"sgraph-send:tracing": "true", "sgraph-send:uptime": "true", "sgraph-send:canaryMinutes": "5",
	"sgraph-send:accessLogDays": "7", "sgraph-send:adminAllow": "192.0.2.0/24,2001:db8::/32",
	"sgraph-send:monthlyBudget": "10", "sgraph-send:alarmEmail": "ops@example.org",
	"sgraph-send:rateLimits":  "create=60/1m,info=600/1m,download=600/1m,login=5/1m,token=60/1m",
	"sgraph-send:corsOrigins": "https://one.example.org,https://two.example.org,https://three.example.org",
}

// everythingOn turns on what a stack can have that runs on something.
func everythingOn(compute, stack string) map[string]string {
	all := maps.Clone(everything)
	if compute != settings.Lambda {
		delete(all, "sgraph-send:tracing")
		delete(all, "sgraph-send:accessLogDays")
	}
	all["sgraph-send:registry"] = "true"
	maps.Copy(all, changesOn(compute, stack))
	return all
}

func TestAWSTakesWhatTheStacksAre(t *testing.T) {
	eachOnAll(t, func(t *testing.T, _, _ string, g *graph) {
		for _, fault := range g.faults(allForms, allQuotas) {
			t.Error(fault)
		}
	})
}

// What AWS takes of anything.
var (
	allForms  = slices.Concat(forms, serverForms, taskForms, hostForms)
	allQuotas = slices.Concat(quotas, serverQuotas, taskQuotas)
)

// The longest name of a stack that is allowed, where a region's own is longest,
// with everything on.
func TestAWSTakesTheLongestNames(t *testing.T) {
	t.Parallel()
	for _, region := range []string{"eu-west-2", "ap-northeast-1", "ap-southeast-5"} {
		name := "p"
		for (stack.Names{Account: testAccount, Region: region, Stack: name + "r"}).Check() == nil {
			name += "r"
		}
		for _, compute := range computes {
			changes := everythingOn(compute, name)
			changes["aws:region"], changes["sgraph-send:stage"] = region, "dev"
			g := accountOf(name)
			s, err := parseStackAs(t, "dev", name, changes)
			if err != nil {
				t.Fatal(err)
			}
			if err := run(t, s, g); err != nil {
				t.Fatal(err)
			}
			for _, fault := range g.faults(allForms, allQuotas) {
				t.Errorf("%s in %s on %s: %s", name, region, compute, fault)
			}
		}
	}
}

// Each quota measures something, and says so where there is more of it; each form
// refuses what is longer.
func TestQuotasCanBeExceeded(t *testing.T) {
	t.Parallel()
	for compute, own := range map[string]struct {
		forms  []form
		quotas []quota
	}{
		settings.Lambda:  {forms, quotas},
		settings.Fargate: {slices.Concat(serverForms, taskForms), slices.Concat(serverQuotas, taskQuotas)},
		settings.EC2:     {slices.Concat(serverForms, hostForms), serverQuotas},
	} {
		g := record(t, "prod", everythingOn(compute, "prod"))
		for _, q := range own.quotas {
			most := 0
			for _, d := range g.some(t, q.kind) {
				most = max(most, q.measure(d))
			}
			if most == 0 {
				t.Errorf("there are no %s of any %s", q.of, q.kind)
			}
			q.most = most - 1
			if len(g.faults(allForms, []quota{q})) == 0 {
				t.Errorf("more %s of a %s than AWS takes are no fault", q.of, q.kind)
			}
		}
		for _, f := range own.forms {
			longest := ""
			for _, d := range g.some(t, f.kind) {
				if text := d.text(f.key); len(text) > len(longest) {
					longest = text
				}
			}
			shorter := f
			shorter.most = utf8.RuneCountInString(longest) - 1
			if longest == "" || len(g.faults(slices.Concat(allForms, []form{shorter}), nil)) == 0 {
				t.Errorf("a %s of a %s that is longer than AWS takes is no fault", f.key, f.kind)
			}
		}
		if len(g.faults(allForms[1:], nil)) == 0 {
			t.Error("a name of which nothing is said is no fault")
		}
	}
}
