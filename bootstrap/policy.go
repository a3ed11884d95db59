package main

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// statement is one entry of a policy. Values may be outputs.
type statement map[string]any

// policy renders statements as the JSON that AWS wants.
func policy(statements ...statement) pulumi.StringOutput {
	list := make([]any, len(statements))
	for i, s := range statements {
		list[i] = map[string]any(s)
	}
	return pulumi.JSONMarshal(map[string]any{"Version": "2012-10-17", "Statement": list})
}

func allow(actions []string, resources ...any) statement {
	return statement{"Effect": "Allow", "Action": actions, "Resource": resources}
}
