// Package stack names what a stack consists of on AWS.
//
// The program that makes a stack, the roles that may touch it and the commands
// that look at it call things by these names. Every name carries the stack, so
// that the stacks of one account share nothing. A changed name is another
// resource: a deployed stack would be built anew.
package stack

import (
	"fmt"

	"sgraph.ai/send/shared/internal/lazyregexp"
	"sgraph.ai/send/shared/metric"
)

// Project begins every name; it is the tag "project", and the namespace of the
// settings in a stack file.
const Project = "sgraph-send"

// LiveAlias is the alias of a function that its URL and its schedules call.
// Pointing it at an earlier version is a rollback.
const LiveAlias = "live"

// GlobalRegion is the only region that keeps CloudFront's firewall, the metrics
// of CloudFront, WAF and Route 53, and what an account costs.
const GlobalRegion = "us-east-1"

// Services are the functions that answer at a URL, Functions all of them.
var (
	Services  = []string{metric.User, metric.Admin}
	Functions = []string{metric.User, metric.Admin, metric.Canary}
)

// The buckets: ciphertext, the audit trail, the zips of the functions, and, where
// there is an edge, what the pages are made of.
const (
	Transfers = "transfers"
	Cache     = "cache"
	Artifacts = "artifacts"
	Assets    = "assets"
)

// Buckets are all of them.
var Buckets = []string{Transfers, Cache, Artifacts, Assets}

// The schedules: of the user function's sweep, and of the admin function, which
// puts into the trail what waits for it. The canary's is named as the canary.
const (
	Sweep = "sweep"
	Trail = "trail"
)

// Schedules are all of them.
var Schedules = []string{Sweep, Trail, metric.Canary}

// The topics: alarms go to the one of the stack's region, or, where their
// metrics are in GlobalRegion, to the one there.
const (
	Alarms       = "alarms"
	GlobalAlarms = "global-alarms"
)

// Names are the names of one stack.
type Names struct {
	Account string // 12 digits
	Region  string // as in eu-west-2
	Stack   string // as in dev
}

var form = lazyregexp.New(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// maxBucketName is what S3 allows.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
const maxBucketName = 63

// Check says whether the stack can have these names.
func (n Names) Check() error {
	if !form.MatchString(n.Stack) {
		return fmt.Errorf("%q becomes part of bucket names: use lower-case letters, digits and single hyphens", n.Stack)
	}
	if err := n.checkKin(); err != nil {
		return err
	}
	for _, purpose := range Buckets {
		if length := len(n.Bucket(purpose)); length > maxBucketName {
			return fmt.Errorf("bucket names would have %d characters, of which S3 allows %d: use a shorter stack name",
				length, maxBucketName)
		}
	}
	return nil
}

// whole is the name of what a stack has one of.
func (n Names) whole() string { return Project + "-" + n.Stack }

// part is the name of one of several things of a kind.
func (n Names) part(what string) string { return Project + "-" + what + "-" + n.Stack }

// Function is a function's name, and its role's.
func (n Names) Function(name string) string { return n.part(name) }

// Role is the role that a function runs as.
func (n Names) Role(function string) string { return n.Function(function) }

// LogGroup is where a function logs.
func (n Names) LogGroup(function string) string { return "/aws/lambda/" + n.Function(function) }

// LogStreamsARN are the streams of that log, as policies refer to them.
func (n Names) LogStreamsARN(function string) string {
	return fmt.Sprintf("arn:aws:logs:%s:%s:log-group:%s:log-stream:*", n.Region, n.Account, n.LogGroup(function))
}

// InvokeViaURL is the CloudFormation stack that lets a service's URL call it.
func (n Names) InvokeViaURL(service string) string { return n.Function(service) + "-invoke-via-url" }

// Zip is the name of a function's zip; it carries no stack, because the same
// zip goes from one to the next.
func Zip(function string) string { return "send-" + function }

// ZipKey is the key of a zip in the artifacts bucket.
func ZipKey(zip, sha256 string) string { return zip + "/" + sha256 + ".zip" }

// Bucket follows the pattern of the account's other buckets, with the stack in
// it.
func (n Names) Bucket(purpose string) string {
	return fmt.Sprintf("%s--%s-%s--%s--%s", n.Account, Project, purpose, n.Stack, n.Region)
}

// Ledger is the ledger's table.
func (n Names) Ledger() string { return n.part("ledger") }

// Schedule is the rule that calls a function from time to time.
func (n Names) Schedule(name string) string { return n.part(name) }

// Topic is a topic of alarms.
func (n Names) Topic(name string) string { return n.part(name) }

// TopicARN is that topic in a region, as alarms refer to it.
func (n Names) TopicARN(region, name string) string {
	return fmt.Sprintf("arn:aws:sns:%s:%s:%s", region, n.Account, n.Topic(name))
}

// Alarm carries the stack, because CloudWatch silently overwrites an alarm whose
// name another stack uses.
func (n Names) Alarm(name string) string { return n.whole() + "-" + name }

// Dashboard is the stack's dashboard.
func (n Names) Dashboard() string { return n.whole() }

// Budget is the stack's budget.
func (n Names) Budget() string { return n.whole() }

// Query is a saved query of the logs.
func (n Names) Query(question string) string { return n.whole() + "/" + question }

// HealthCheck is what a service's uptime check is called.
func (n Names) HealthCheck(service string) string { return n.part(service) }

// OriginRequestPolicy says what CloudFront passes on to a service.
func (n Names) OriginRequestPolicy(service string) string { return n.part(service) }

// AssetHeaders is what CloudFront adds to what a service's pages are made of.
func (n Names) AssetHeaders(service string) string { return n.part(service + "-assets") }

// OriginAccessControl is how CloudFront shows the assets' bucket who it is.
func (n Names) OriginAccessControl() string { return n.part("assets") }

// Firewall is WAF's access control list, and its metric.
func (n Names) Firewall() string { return n.whole() }

// AdminFirewall is the admin service's own list, where operators come from some
// addresses only.
func (n Names) AdminFirewall() string { return n.part("admin") }

// BalancerFirewall is the list before a load balancer.
func (n Names) BalancerFirewall() string { return n.part("balancer") }

// FirewallLogGroup is where WAF logs for a list; it accepts only groups with this
// prefix.
func FirewallLogGroup(acl string) string { return "aws-waf-logs-" + acl }

// What a load balancer has behind it: the tasks of Fargate, or the hosts of EC2.
const (
	Tasks = "task"
	Hosts = "host"
)

// Balancer is the load balancer before tasks or hosts. Names of these have room for
// 32 characters, and both are there while a stack goes from one to the other.
func (n Names) Balancer(kind string) string { return "send-" + kind + "-" + n.Stack }

// TargetGroup is where a service's tasks or hosts are known to the balancer.
func (n Names) TargetGroup(service, kind string) string {
	return "send-" + service + "-" + kind + "-" + n.Stack
}

// Network is the stack's own network.
func (n Names) Network() string { return n.whole() }

// SecurityGroup is who may be reached by whom in it: "balancer" or "servers".
func (n Names) SecurityGroup(name string) string { return n.part(name) }

// AccessLogGroup is where CloudFront logs requests, under the prefix that AWS
// wants for such groups.
func (n Names) AccessLogGroup() string { return "/aws/vendedlogs/" + n.part("access") }

// AccessLog is the destination of CloudFront's log.
func (n Names) AccessLog() string { return n.part("access") }

// AccessLogOf is the source of CloudFront's log of a service.
func (n Names) AccessLogOf(service string) string { return n.part(service + "-access") }

// PipelineRole is the role by which a pipeline reaches the stack, for the
// purpose "deploy" or "preview", and that role's policy.
func (n Names) PipelineRole(purpose string) string { return n.setUp("pipeline-" + purpose) }

// PipelineEdge is the policy by which that role reaches what stands in front of the
// stack.
func (n Names) PipelineEdge(purpose string) string { return n.setUp("pipeline-edge-" + purpose) }

// PipelineState is the policy by which that role reaches the stack's state.
func (n Names) PipelineState(purpose string) string { return n.setUp("pipeline-state-" + purpose) }

// PipelineDomain is the policy by which that role reaches the stack's domain.
func (n Names) PipelineDomain(purpose string) string { return n.setUp("pipeline-domain-" + purpose) }

// PipelineServers is the policy by which that role reaches the network and the load
// balancer of what is no function.
func (n Names) PipelineServers(purpose string) string { return n.setUp("pipeline-servers-" + purpose) }

// PipelineTasks is the policy by which that role reaches what runs on Fargate.
func (n Names) PipelineTasks(purpose string) string { return n.setUp("pipeline-tasks-" + purpose) }

// PipelineHosts is the policy by which that role reaches what runs on EC2.
func (n Names) PipelineHosts(purpose string) string { return n.setUp("pipeline-hosts-" + purpose) }

// PipelineRegistry is the policy by which that role reaches the stack's images.
func (n Names) PipelineRegistry(purpose string) string {
	return n.setUp("pipeline-registry-" + purpose)
}

// Boundary is the policy that bounds what the roles of the functions can do, and
// BoundaryARN the whole of its name.
func (n Names) Boundary() string { return n.setUp("boundary") }

// BoundaryARN is the boundary as roles refer to it.
func (n Names) BoundaryARN() string {
	return fmt.Sprintf("arn:aws:iam::%s:policy/%s", n.Account, n.Boundary())
}

// Parameters begins the name of each parameter, a secret that the stack is told by
// reference.
func (n Names) Parameters() string { return "/" + Project + "/" + n.kin() + "/" }

// ParameterARN is a parameter as policies refer to it.
func (n Names) ParameterARN(name string) string {
	return fmt.Sprintf("arn:aws:ssm:%s:%s:parameter%s", n.Region, n.Account, name)
}

// StateBucket is where Pulumi keeps the state of all stacks of the account, but for
// those of pull requests, which have one to themselves.
func (n Names) StateBucket() string {
	if n.kin() == Pulls {
		return fmt.Sprintf("%s--%s-state-%s--%s", n.Account, Project, Pulls, n.Region)
	}
	return fmt.Sprintf("%s--%s-state--%s", n.Account, Project, n.Region)
}

// StateKey is the alias of the key that encrypts the secrets in the stack's
// state.
func (n Names) StateKey() string { return "alias/" + Project + "-" + n.kin() }

// SecretsProvider is that key as Pulumi is told of it.
// https://www.pulumi.com/docs/iac/concepts/secrets/#aws-key-management-service-kms
func (n Names) SecretsProvider() string {
	return fmt.Sprintf("awskms:///%s?region=%s&awssdk=v2", n.StateKey(), n.Region)
}
