package rollback

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"sgraph.ai/send/shared/stack"
)

// Tasks are a stack's services on Fargate. A deploy makes a revision of the
// definition of each whose tasks changed, has them replaced, and retires the revision
// before. ECS starts nothing by a retired one, but still shows it: going back is
// registering a copy of it, and having the tasks replaced by ones of that, of which
// each answers before one goes. It takes minutes.
type Tasks struct {
	Stack string
	AWS   *ecs.Client
	// Pause waits between two looks at how far a service is; nil waits for seconds.
	Pause func(context.Context) error
}

func (s Tasks) names() stack.Names { return stack.Names{Stack: s.Stack} }

// revision is a definition of tasks, as far as going back looks at it.
type revision struct {
	of  int // the one that it is a copy of, or its own number
	arn string
}

// Live answers of which revisions the tasks are. A copy counts as what it is a copy
// of. Nothing is live before the first deploy.
func (s Tasks) Live(ctx context.Context) (Versions, error) {
	live := Versions{}
	for _, service := range Services {
		now, err := s.running(ctx, service)
		if err != nil {
			return nil, err
		}
		if now != nil {
			live[service] = now.of
		}
	}
	return live, nil
}

// Plan says what going back takes: to revisions that are named, or for each of the
// services to the one before that of the last deploy. What is at another than that
// has been put back already.
func (s Tasks) Plan(ctx context.Context, services []string, to Versions) ([]Step, error) {
	if _, hosts := to[Hosts]; hosts {
		return nil, fmt.Errorf("stack %q has tasks: name their revisions as in user=7,admin=3", s.Stack)
	}
	return planEach(services, to, func(service string, to int) (Step, error) { return s.plan(ctx, service, to) })
}

func (s Tasks) plan(ctx context.Context, service string, to int) (Step, error) {
	now, err := s.running(ctx, service)
	if err != nil {
		return Step{}, err
	}
	if now == nil {
		return Step{}, fmt.Errorf("there are no tasks of the %s service of stack %q", service, s.Stack)
	}
	step := Step{Service: service, From: now.of, To: to, revision: aws.String(now.arn)}
	newest, before := now.of, 0
	if to != 0 {
		if _, err := s.describe(ctx, s.arn(service, to)); err != nil {
			return Step{}, fmt.Errorf("%s has no revision %d: %w", service, to, err)
		}
	} else {
		deployed, err := s.deployed(ctx, service)
		if err != nil {
			return Step{}, err
		}
		if len(deployed) > 0 {
			newest = deployed[0]
		}
		if len(deployed) > 1 {
			before = deployed[1]
		}
	}
	return step.back(newest, before), nil
}

// Apply takes the steps of a plan, and returns when all tasks are of the revisions
// that are wanted. A deploy that changed a service since the plan was made is not
// undone: the step fails.
func (s Tasks) Apply(ctx context.Context, steps []Step) error {
	for _, step := range steps {
		if !step.Moves() {
			continue
		}
		if err := s.move(ctx, step); err != nil {
			return fmt.Errorf("putting %s back to %d: %w", step.Service, step.To, err)
		}
	}
	return nil
}

func (s Tasks) move(ctx context.Context, step Step) error {
	before, err := s.AWS.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{
		TaskDefinition: s.arn(step.Service, step.To), Include: []types.TaskDefinitionField{types.TaskDefinitionFieldTags},
	})
	if err != nil {
		return err
	}
	to, copied := before.TaskDefinition.TaskDefinitionArn, false
	if before.TaskDefinition.Status != types.TaskDefinitionStatusActive {
		if to, err = s.register(ctx, before, step.To); err != nil {
			return err
		}
		copied = true
	}
	err = s.replace(ctx, step, to)
	if copied {
		// The tasks go on with it, as with any that is retired, and nothing is left to
		// clean up.
		_, retired := s.AWS.DeregisterTaskDefinition(ctx, &ecs.DeregisterTaskDefinitionInput{TaskDefinition: to})
		err = errors.Join(err, retired)
	}
	return err
}

// copyOf is the label by which a copy says of which revision it is one.
const copyOf = stack.Project + ".copy-of"

// register makes a copy of a revision.
func (s Tasks) register(ctx context.Context, before *ecs.DescribeTaskDefinitionOutput, number int) (*string, error) {
	d := before.TaskDefinition
	for i := range d.ContainerDefinitions {
		labels := map[string]string{copyOf: strconv.Itoa(number)}
		d.ContainerDefinitions[i].DockerLabels = labels
	}
	made, err := s.AWS.RegisterTaskDefinition(ctx, &ecs.RegisterTaskDefinitionInput{
		Family:                  d.Family,
		ContainerDefinitions:    d.ContainerDefinitions,
		Cpu:                     d.Cpu,
		Memory:                  d.Memory,
		ExecutionRoleArn:        d.ExecutionRoleArn,
		TaskRoleArn:             d.TaskRoleArn,
		NetworkMode:             d.NetworkMode,
		RequiresCompatibilities: d.RequiresCompatibilities,
		RuntimePlatform:         d.RuntimePlatform,
		Tags:                    before.Tags,
	})
	if err != nil {
		return nil, err
	}
	return made.TaskDefinition.TaskDefinitionArn, nil
}

// replace has the tasks of a service replaced, and waits until they are.
func (s Tasks) replace(ctx context.Context, step Step, to *string) error {
	service, err := s.service(ctx, step.Service)
	if err != nil {
		return err
	}
	if service == nil || aws.ToString(service.TaskDefinition) != aws.ToString(step.revision) {
		return errors.New("a deploy changed it meanwhile")
	}
	if _, err := s.AWS.UpdateService(ctx, &ecs.UpdateServiceInput{
		Cluster: aws.String(s.names().Cluster()), Service: service.ServiceName, TaskDefinition: to,
	}); err != nil {
		return err
	}
	for {
		if service, err = s.service(ctx, step.Service); err != nil {
			return err
		}
		switch done, err := replaced(service, to); {
		case err != nil:
			return err
		case done:
			return nil
		}
		if err := s.pause(ctx); err != nil {
			return err
		}
	}
}

// replaced says whether all tasks of a service are of a definition. It is an error
// where the service gave them up.
func replaced(service *types.Service, to *string) (bool, error) {
	if service == nil {
		return false, errors.New("the service is gone")
	}
	if aws.ToString(service.TaskDefinition) != aws.ToString(to) {
		return false, errors.New("its tasks do not answer either, and ECS put it back to what there was; look at its log")
	}
	for _, d := range service.Deployments {
		if aws.ToString(d.Status) != "PRIMARY" {
			return false, nil // some of before are there still
		}
		switch d.RolloutState {
		case types.DeploymentRolloutStateFailed:
			return false, fmt.Errorf("ECS says %s", aws.ToString(d.RolloutStateReason))
		case types.DeploymentRolloutStateInProgress:
			return false, nil
		}
	}
	return service.RunningCount == service.DesiredCount, nil
}

// running is what the tasks of a service are of; nothing where there is no service.
func (s Tasks) running(ctx context.Context, service string) (*revision, error) {
	found, err := s.service(ctx, service)
	if err != nil || found == nil {
		return nil, err
	}
	return s.describe(ctx, found.TaskDefinition)
}

// service asks for a service; nothing where there is none.
func (s Tasks) service(ctx context.Context, name string) (*types.Service, error) {
	out, err := s.AWS.DescribeServices(ctx, &ecs.DescribeServicesInput{
		Cluster: aws.String(s.names().Cluster()), Services: []string{s.names().TaskService(name)},
	})
	if _, none := errors.AsType[*types.ClusterNotFoundException](err); none {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("asking of which revision the tasks of %s are: %w", s.names().TaskService(name), err)
	}
	if len(out.Services) == 0 || aws.ToString(out.Services[0].Status) == "INACTIVE" {
		return nil, nil
	}
	return &out.Services[0], nil
}

// arn names a revision, as far as ECS needs it.
func (s Tasks) arn(service string, number int) *string {
	return aws.String(fmt.Sprintf("%s:%d", s.names().TaskService(service), number))
}

// describe asks what a revision is.
func (s Tasks) describe(ctx context.Context, name *string) (*revision, error) {
	out, err := s.AWS.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: name})
	if err != nil {
		return nil, err
	}
	d := out.TaskDefinition
	r := &revision{of: int(d.Revision), arn: aws.ToString(d.TaskDefinitionArn)}
	for _, c := range d.ContainerDefinitions {
		if n, err := strconv.Atoi(c.DockerLabels[copyOf]); err == nil {
			r.of = n
		}
	}
	return r, nil
}

// deployed answers the last two revisions that deploys made, the newest first.
func (s Tasks) deployed(ctx context.Context, service string) (numbers []int, err error) {
	var all []int
	for _, status := range []types.TaskDefinitionStatus{
		types.TaskDefinitionStatusActive, types.TaskDefinitionStatusInactive,
	} {
		pages := ecs.NewListTaskDefinitionsPaginator(s.AWS, &ecs.ListTaskDefinitionsInput{
			FamilyPrefix: aws.String(s.names().TaskService(service)), Status: status,
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, fmt.Errorf("asking for the revisions of %s: %w", s.names().TaskService(service), err)
			}
			for _, arn := range page.TaskDefinitionArns {
				n, err := strconv.Atoi(arn[strings.LastIndex(arn, ":")+1:])
				if err != nil {
					return nil, fmt.Errorf("ECS names a revision %q", arn)
				}
				all = append(all, n)
			}
		}
	}
	slices.SortFunc(all, func(a, b int) int { return cmp.Compare(b, a) })
	for _, n := range all {
		r, err := s.describe(ctx, s.arn(service, n))
		if err != nil {
			return nil, err
		}
		if r.of == n {
			numbers = append(numbers, n)
		}
		if len(numbers) == 2 {
			break
		}
	}
	return numbers, nil
}

// pause waits before the next look.
func (s Tasks) pause(ctx context.Context) error { return pause(ctx, s.Pause) }
