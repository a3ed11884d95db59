// Package policy writes IAM and resource policies.
package policy

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

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
