package main

import (
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/policy"
	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/stack"
)

// Identity is the role that one program runs as, with what it may do and
// nothing else.
type Identity struct {
	pulumi.ResourceState

	RoleARN pulumi.StringOutput
	// RoleName is its name.
	RoleName pulumi.StringOutput
	// Granted is the policy; a program waits for it, or its first request
	// might be refused.
	Granted pulumi.Resource
}

// Who runs programs, and so assumes their roles.
const (
	byLambda = "lambda.amazonaws.com"
	byTasks  = "ecs-tasks.amazonaws.com"
	byEC2    = "ec2.amazonaws.com"
)

// IdentityArgs describe an Identity.
type IdentityArgs struct {
	RoleName   string
	RunBy      string // the service of AWS that assumes the role
	Boundary   string // ARN of the policy that bounds the role; "" = none
	Statements []policy.Statement
}

// NewIdentity makes a role that nobody but who runs the program can assume.
func NewIdentity(
	ctx *pulumi.Context, name string, args *IdentityArgs, opts ...pulumi.ResourceOption,
) (*Identity, error) {
	c := &Identity{}
	if err := ctx.RegisterComponentResource("send:infra:Identity", name, c, opts...); err != nil {
		return nil, err
	}
	inside := pulumi.Parent(c)

	var boundary pulumi.StringPtrInput
	if args.Boundary != "" {
		boundary = pulumi.String(args.Boundary)
	}
	role, err := iam.NewRole(ctx, name, &iam.RoleArgs{
		Name:                pulumi.String(args.RoleName),
		PermissionsBoundary: boundary,
		AssumeRolePolicy: policy.Document(policy.Statement{
			"Effect":    "Allow",
			"Action":    "sts:AssumeRole",
			"Principal": map[string]any{"Service": args.RunBy},
		}),
	}, inside)
	if err != nil {
		return nil, err
	}
	grants, err := iam.NewRolePolicy(ctx, name, &iam.RolePolicyArgs{
		Name:   pulumi.String("service"),
		Role:   role.Name,
		Policy: policy.Document(args.Statements...),
	}, inside)
	if err != nil {
		return nil, err
	}
	c.RoleARN, c.RoleName, c.Granted = role.Arn, role.Name, grants
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"roleArn": c.RoleARN})
}

// ledgerAccess grants the item actions on the named sets of the ledger only: a
// set is a partition key, and a name that ends in a slash stands for all sets
// that begin with it.
func ledgerAccess(table pulumi.StringOutput, sets ...string) policy.Statement {
	return onSets(policy.Allow([]string{
		"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:Query",
	}, table), sets...)
}

// rootAccess grants reading and making the root of a service's keys, which
// nothing deletes.
func rootAccess(table pulumi.StringOutput, service string) policy.Statement {
	return onSets(policy.Allow([]string{"dynamodb:GetItem", "dynamodb:PutItem"}, table), send.RootSets+service)
}

// readAccess grants reading what another service, or a deploy, keeps in the named sets:
// which tokens' requests are over, or the secrets that a machine shows or is shown.
func readAccess(table pulumi.StringOutput, sets ...string) policy.Statement {
	return onSets(policy.Allow([]string{"dynamodb:GetItem"}, table), sets...)
}

// overviewAccess grants reading what the ledger has of transfers, and taking one down, of
// which the user service's sweep is left a note.
func overviewAccess(table pulumi.StringOutput) []policy.Statement {
	return []policy.Statement{
		onSets(policy.Allow([]string{"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"}, table), send.TransferSets),
		onSets(policy.Allow([]string{"dynamodb:UpdateItem"}, table), send.DueSets),
	}
}

// keepingAccess grants making and changing the secrets of machines, as a deploy
// asks, and forgetting the canary's.
func keepingAccess(table pulumi.StringOutput) []policy.Statement {
	all := []send.Shared{send.SharedOrigin, send.SharedService, send.SharedCanary}
	return []policy.Statement{
		onSets(policy.Allow([]string{"dynamodb:GetItem", "dynamodb:PutItem"}, table), setsOf(all)...),
		onSets(policy.Allow([]string{"dynamodb:DeleteItem"}, table), send.SharedCanary.Set()),
	}
}

// stackAccess grants asking what alarms say, which AWS allows for all of them or, of those
// that sum others up, not at all; and which versions functions serve.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
func stackAccess(s settings.Settings) []policy.Statement {
	grants := []policy.Statement{policy.Allow([]string{"cloudwatch:DescribeAlarms"}, "*")}
	if s.Compute == settings.Lambda {
		grants = append(grants, policy.Allow([]string{"lambda:GetAlias"}, policy.Services(s.Names)...))
	}
	return grants
}

func setsOf(secrets []send.Shared) (sets []string) {
	for _, s := range secrets {
		sets = append(sets, s.Set())
	}
	return sets
}

// parameterAccess grants reading the named parameters of the stack, which are
// encrypted: by AWS's own key, whose policy lets the whole account use it through
// the Parameter Store, or by one of the account's.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/ps-restrict-decryption.html
func parameterAccess(n stack.Names, names []string) (grants []policy.Statement) {
	if len(names) == 0 {
		return nil
	}
	var parameters []any
	for _, name := range names {
		parameters = append(parameters, n.ParameterARN(name))
	}
	return []policy.Statement{
		policy.Allow([]string{"ssm:GetParameter"}, parameters...), policy.DecryptParameters(n, parameters...),
	}
}

// onSets narrows a grant on the ledger to the named sets.
func onSets(grant policy.Statement, sets ...string) policy.Statement {
	keys := make([]string, len(sets))
	for i, set := range sets {
		keys[i] = set
		if strings.HasSuffix(set, "/") {
			keys[i] += "*"
		}
	}
	grant["Condition"] = map[string]any{"ForAllValues:StringLike": map[string]any{"dynamodb:LeadingKeys": keys}}
	return grant
}

// transfersAccess grants what sending and receiving needs, on payloads only.
// The right to list is there for its side effect: without it S3 answers 403 for
// an object that is gone, and the service could not tell that from a missing
// right. It has no condition, because a request for one object names no prefix.
func transfersAccess(bucket pulumi.StringOutput) []policy.Statement {
	return []policy.Statement{
		policy.Allow([]string{
			"s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts",
		}, objects(bucket, send.PayloadPrefix)),
		policy.Allow([]string{"s3:ListBucket"}, objects(bucket, "")),
	}
}

// auditAccess grants reading, listing and adding to the audit trail. Nothing
// grants deleting: the trail only grows, until the bucket's rule ends it.
func auditAccess(bucket pulumi.StringOutput) []policy.Statement {
	return []policy.Statement{
		policy.Allow([]string{"s3:GetObject", "s3:PutObject"}, objects(bucket, audit.Prefix)),
		policy.Allow([]string{"s3:ListBucket"}, objects(bucket, "")),
	}
}

// objects are the objects of a bucket under a prefix, or, without one, the
// bucket itself.
func objects(bucket pulumi.StringOutput, prefix string) pulumi.StringOutput {
	if prefix == "" {
		return pulumi.Sprintf("arn:aws:s3:::%s", bucket)
	}
	return pulumi.Sprintf("arn:aws:s3:::%s/%s*", bucket, prefix)
}

// logAccess grants writing the logs of both services, for what runs both.
func logAccess(n stack.Names) policy.Statement {
	var logs []any
	for _, service := range stack.Services {
		logs = append(logs, n.LogStreamsARN(service))
	}
	return policy.Allow([]string{"logs:CreateLogStream", "logs:PutLogEvents"}, logs...)
}

// tracingAccess grants handing traces to X-Ray, whose two actions know no
// resources.
func tracingAccess() policy.Statement {
	return policy.Allow([]string{"xray:PutTraceSegments", "xray:PutTelemetryRecords"}, "*")
}
