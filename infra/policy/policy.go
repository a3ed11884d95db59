// Package policy writes IAM and resource policies.
package policy

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/shared/stack"
)

// Statement is one entry of a policy. Values may be outputs.
type Statement map[string]any

// Document renders statements as the JSON that AWS wants.
func Document(statements ...Statement) pulumi.StringOutput {
	list := make([]any, len(statements))
	for i, s := range statements {
		list[i] = map[string]any(s)
	}
	return pulumi.JSONMarshal(map[string]any{"Version": "2012-10-17", "Statement": list})
}

// Allow grants actions on exact resources.
func Allow(actions []string, resources ...any) Statement {
	return Statement{"Effect": "Allow", "Action": actions, "Resource": resources}
}

// DecryptParameters grants what reading encrypted parameters takes, by whichever
// key of the account, and nothing else that such a key could open. A resource is
// the ARN of a parameter, in which stars may stand.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html
func DecryptParameters(n stack.Names, parameters ...any) Statement {
	grant := Allow([]string{"kms:Decrypt"}, fmt.Sprintf("arn:aws:kms:%s:%s:key/*", n.Region, n.Account))
	grant["Condition"] = map[string]any{
		"StringEquals": map[string]any{"kms:ViaService": fmt.Sprintf("ssm.%s.amazonaws.com", n.Region)},
		"StringLike":   map[string]any{"kms:EncryptionContext:PARAMETER_ARN": parameters},
	}
	return grant
}

// TLSOnly refuses whoever asks a bucket without TLS, under the statement's id.
func TLSOnly(id string, bucket pulumi.StringOutput) Statement {
	return Statement{
		"Sid":       id,
		"Effect":    "Deny",
		"Principal": "*",
		"Action":    "s3:*",
		"Resource":  []any{bucket, pulumi.Sprintf("%s/*", bucket)},
		"Condition": map[string]any{"Bool": map[string]any{"aws:SecureTransport": "false"}},
	}
}

// SessionManager grants what it takes to open a session on a host, or to have it run
// a command, by AWS's session manager, without a key or a port: to say that it is
// there, and to be spoken with. AWS's own policy for it would let a host read every
// parameter of the account.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
func SessionManager() Statement {
	return Allow([]string{
		"ssm:UpdateInstanceInformation", "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
		"ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
	}, "*")
}
