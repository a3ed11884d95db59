package rollback

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

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
	if len(to) > 0 {
		if _, named := to[Hosts]; named {
			return hosts, nil
		}
		return functions, nil
	}
	// While a stack goes from one to the other it has both, and functions until the
	// others do their work.
	for _, t := range []Target{functions, hosts} {
		live, err := t.Live(ctx)
		if err != nil {
			return nil, err
		}
		if len(live) > 0 {
			return t, nil
		}
	}
	return functions, nil
}
