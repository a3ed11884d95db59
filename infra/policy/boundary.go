package policy

import (
	"fmt"
	"slices"

	"sgraph.ai/send/shared/stack"
)

// Boundary is the most that the roles of a stack's functions, tasks and hosts can do,
// whatever their own policies come to say. The program that sets an account up makes
// it, as the policy of the name [stack.Names.Boundary]; who deploys can make and
// change roles only within it, and cannot change it. servers are what may run beside
// functions, [stack.Tasks] and [stack.Hosts]; caches are buckets that keep audit
// trails in the place of the stack's own.
func Boundary(n stack.Names, servers []string, caches ...string) []Statement {
	in := func(service, form string) string {
		return fmt.Sprintf("arn:aws:%s:%s:%s:%s", service, n.Region, n.Account, form)
	}
	var logs, buckets, objects []any
	for _, function := range stack.Functions {
		logs = append(logs, in("logs", "log-group:"+n.LogGroup(function)+":log-stream:*"))
	}
	for _, bucket := range append([]string{n.Bucket(stack.Transfers), n.Bucket(stack.Cache)}, caches...) {
		buckets = append(buckets, "arn:aws:s3:::"+bucket)
		objects = append(objects, "arn:aws:s3:::"+bucket+"/*")
	}
	bounds := []Statement{
		Allow([]string{"logs:CreateLogStream", "logs:PutLogEvents"}, logs...),
		Allow([]string{
			"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:Query",
		}, in("dynamodb", "table/"+n.Ledger())),
		Allow([]string{
			"s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts",
		}, objects...),
		Allow([]string{"s3:ListBucket"}, buckets...),
		Allow([]string{"xray:PutTraceSegments", "xray:PutTelemetryRecords"}, "*"),
		Allow([]string{"cloudwatch:DescribeAlarms"}, "*"),
		Allow([]string{"lambda:GetAlias"}, Services(n)...),
		Allow([]string{"ssm:GetParameter"}, n.ParameterARN(n.Parameters()+"*")),
		DecryptParameters(n, n.ParameterARN(n.Parameters()+"*")),
	}
	if slices.Contains(servers, stack.Tasks) {
		// Who starts tasks pulls their image.
		bounds = append(bounds, Allow([]string{"ecr:GetAuthorizationToken"}, "*"),
			Allow([]string{"ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"},
				in("ecr", "repository/"+n.Registry())))
	}
	if slices.Contains(servers, stack.Hosts) {
		bounds = append(bounds, hostBounds(n)...)
	}
	return bounds
}

// Services are the functions that answer people.
func Services(n stack.Names) (functions []any) {
	for _, service := range stack.Services {
		functions = append(functions, n.FunctionARN(service))
	}
	return functions
}

// hostBounds is what a host does beside serving: it fetches its package, tells its
// group that it answers, and lets operators in.
func hostBounds(n stack.Names) []Statement {
	return []Statement{
		Allow([]string{"s3:GetObject"}, "arn:aws:s3:::"+n.Bucket(stack.Artifacts)+"/"+stack.PackagePrefix+"*"),
		Allow([]string{"autoscaling:CompleteLifecycleAction"}, n.HostGroupARN()),
		SessionManager(),
	}
}
