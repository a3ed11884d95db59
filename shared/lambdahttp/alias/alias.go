// Package alias says by which alias a function was invoked. It stands apart from what
// answers Lambda, which is half as large again as the command line, and has no part in it.
package alias

import (
	"context"
	"strings"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// Of is the alias by which the function was invoked for the event of a context; ""
// where it was none, or no function runs. No client can say it.
func Of(ctx context.Context) string {
	in, ok := lambdacontext.FromContext(ctx)
	if !ok {
		return ""
	}
	// arn:aws:lambda:REGION:ACCOUNT:function:NAME:ALIAS
	parts := strings.Split(in.InvokedFunctionArn, ":")
	if len(parts) != 8 {
		return ""
	}
	return parts[7]
}
