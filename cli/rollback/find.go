package rollback

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/smithy-go"
)

// often is how often something is asked how far it is.
const often = 5 * time.Second

// pause waits before the next look, by what is given, or for a while.
func pause(ctx context.Context, by func(context.Context) error) error {
	if by != nil {
		return by(ctx)
	}
	select {
	case <-time.After(often):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Target is what runs a stack's services, and can go back.
type Target interface {
	// Live answers which versions are live; none before the first deploy.
	Live(ctx context.Context) (Versions, error)
	// Plan says what going back takes: each service, or all hosts, to its version in
	// to, or, without one, to the one before that of the last deploy.
	Plan(ctx context.Context, services []string, to Versions) ([]Step, error)
	// Apply takes the steps of a plan.
	Apply(ctx context.Context, steps []Step) error
}

// Find returns what runs the services of a stack, or ran them: what the versions that
// are named are of, or, where none is, what there is.
func Find(ctx context.Context, name string, to Versions, account aws.Config) (Target, error) {
	hosts := Group{Stack: name, AWS: autoscaling.NewFromConfig(account)}
	functions := Stack{Name: name, Lambda: lambda.NewFromConfig(account)}
	tasks := Tasks{Stack: name, AWS: ecs.NewFromConfig(account)}
	all := []Target{functions, tasks, hosts}
	if len(to) > 0 {
		if _, named := to[Hosts]; named {
			return hosts, nil
		}
		all = []Target{functions, tasks} // whose versions are named alike
	}
	// While a stack goes from one to the other it has both, and functions until the
	// others do their work.
	for i, t := range all {
		live, err := t.Live(ctx)
		if i > 0 && denied(err) { // whose account was never set up for any
			continue
		}
		if err != nil {
			return nil, err
		}
		if len(live) > 0 {
			return t, nil
		}
	}
	return functions, nil
}

// denied says whether AWS refuses even to look.
func denied(err error) bool {
	refusal, is := errors.AsType[smithy.APIError](err)
	return is && strings.HasPrefix(refusal.ErrorCode(), "AccessDenied")
}
