package alias

import (
	"testing"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

func TestAliasOfAnInvocation(t *testing.T) {
	t.Parallel()
	for arn, want := range map[string]string{
		"arn:aws:lambda:eu-west-2:123456789012:function:f:next": "next",
		"arn:aws:lambda:eu-west-2:123456789012:function:f":      "",
		"": "",
	} {
		ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{InvokedFunctionArn: arn})
		if got := Of(ctx); got != want {
			t.Errorf("%s: %q", arn, got)
		}
	}
	if got := Of(t.Context()); got != "" {
		t.Errorf("where no function runs: %q", got)
	}
}
