package lambdahttp

import (
	"context"
	"strings"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// Alias is the alias by which the function was invoked for the event of a context; ""
// where it was none, or no function runs. No client can say it.
func Alias(ctx context.Context) string {
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
