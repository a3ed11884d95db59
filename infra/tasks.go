package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/appautoscaling"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ecs"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/servicediscovery"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/settings"
	service "sgraph.ai/send/shared/settings"
)

// Tasks are what Fargate runs of one service, with everything they need to answer
// behind a load balancer. It is the same component as [Service], whose log it goes on
// with.
type Tasks struct {
	pulumi.ResourceState

	Name     string
	Service  *ecs.Service
	LogGroup *cloudwatch.LogGroup
	// Deployed is the definition that the tasks run by. It is an error where a
	// deploy was given up, and put back, because its tasks did not answer.
	Deployed pulumi.StringOutput

	target  *target
	cluster pulumi.StringOutput
	tasks   settings.Tasks
}

// TasksArgs describe Tasks.
type TasksArgs struct {
	Common
	program
	settings.Tasks
	Cluster *Cluster
	Target  *target
	Port    int
	Listens service.Entry             // by which it is told the port
	Found   *servicediscovery.Service // under what name others in the network find them; nil = none
	After   []pulumi.Resource
}

// graceSeconds is how long a task may take until it answers: it pulls the image, and
// the admin service does what the deploy asks.
const graceSeconds = 60

// NewTasks makes the tasks of a service.
func NewTasks(ctx *pulumi.Context, name string, args *TasksArgs, opts ...pulumi.ResourceOption) (*Tasks, error) {
	c := &Tasks{Name: name, target: args.Target, cluster: args.Cluster.Name, tasks: args.Tasks}
	if err := ctx.RegisterComponentResource("send:infra:Service", name, c, opts...); err != nil {
		return nil, err
	}
	inside := pulumi.Parent(c)
	var err error
	if c.LogGroup, err = newLogGroup(ctx, name, &args.Common, inside); err != nil {
		return nil, err
	}
	identity, err := NewIdentity(ctx, name+"-task", &IdentityArgs{
		RoleName:   args.Names.TaskRole(name),
		RunBy:      byTasks,
		Boundary:   args.Boundary,
		Statements: args.Grants,
	}, inside)
	if err != nil {
		return nil, err
	}
	definition, err := ecs.NewTaskDefinition(ctx, name, &ecs.TaskDefinitionArgs{
		Family:                  pulumi.String(args.Names.TaskService(name)),
		RequiresCompatibilities: pulumi.ToStringArray([]string{"FARGATE"}),
		NetworkMode:             pulumi.String("awsvpc"),
		Cpu:                     pulumi.Sprintf("%d", args.Size.CPU),
		Memory:                  pulumi.Sprintf("%d", args.Size.MemoryMB),
		RuntimePlatform: &ecs.TaskDefinitionRuntimePlatformArgs{
			OperatingSystemFamily: pulumi.String("LINUX"),
			CpuArchitecture:       pulumi.String(processors[args.Architecture]),
		},
		ExecutionRoleArn:     args.Cluster.execution.RoleARN,
		TaskRoleArn:          identity.RoleARN,
		ContainerDefinitions: pulumi.JSONMarshal([]any{c.container(args)}),
	}, inside)
	if err != nil {
		return nil, err
	}
	if err := c.serve(ctx, args, definition, identity, inside); err != nil {
		return nil, err
	}
	if err := c.scale(ctx, args, inside); err != nil {
		return nil, err
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"service": c.Service.Name})
}

// container is the one container of a task: the program as nobody in particular, who
// can write nothing.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
func (c *Tasks) container(args *TasksArgs) map[string]any {
	told := maps.Clone(args.Environment)
	told[args.Listens.Env] = pulumi.Sprintf(":%d", args.Port)
	var environment []any
	for _, name := range slices.Sorted(maps.Keys(told)) {
		environment = append(environment, map[string]any{"name": name, "value": told[name]})
	}
	command := []string{"serve", "--service", c.Name}
	return map[string]any{
		"name":                   c.Name,
		"image":                  args.Cluster.Image,
		"essential":              true,
		"command":                command,
		"environment":            environment,
		"user":                   "65532:65532",
		"readonlyRootFilesystem": true,
		"linuxParameters": map[string]any{
			"capabilities": map[string]any{"drop": []string{"ALL"}},
		},
		"portMappings": []any{map[string]any{
			"containerPort": args.Port, "hostPort": args.Port, "protocol": "tcp",
		}},
		"stopTimeout": drainSeconds,
		"healthCheck": map[string]any{
			"command":  []string{"CMD", "/sgsend", "health", "--service", c.Name},
			"interval": 10, "timeout": 6, "retries": 3, "startPeriod": graceSeconds,
		},
		"logConfiguration": map[string]any{
			"logDriver": "awslogs",
			"options": map[string]any{
				"awslogs-group":         c.LogGroup.Name,
				"awslogs-region":        args.Names.Region,
				"awslogs-stream-prefix": "task",
				// Who cannot write a line must not stop answering.
				"mode": "non-blocking", "max-buffer-size": "25m",
			},
		},
	}
}

// serve keeps the tasks running, and replaces them by those of a deploy: new ones are
// started beside the old ones, and those go when these answer. Where they do not, the
// old ones stay, and the deploy fails.
func (c *Tasks) serve(
	ctx *pulumi.Context, args *TasksArgs, definition *ecs.TaskDefinition, identity *Identity,
	inside pulumi.ResourceOption,
) error {
	var found ecs.ServiceServiceRegistriesPtrInput
	if args.Found != nil {
		found = &ecs.ServiceServiceRegistriesArgs{RegistryArn: args.Found.Arn}
	}
	network := args.Cluster.Network
	waits := slices.Concat([]pulumi.Resource{identity.Granted, args.Cluster.execution.Granted}, network.Ready, args.After)
	service, err := ecs.NewService(ctx, c.Name, &ecs.ServiceArgs{
		Name:                            pulumi.String(args.Names.TaskService(c.Name)),
		Cluster:                         args.Cluster.ARN,
		LaunchType:                      pulumi.String("FARGATE"),
		TaskDefinition:                  definition.Arn,
		DesiredCount:                    pulumi.Int(args.Count.Least),
		DeploymentMinimumHealthyPercent: pulumi.Int(100),
		DeploymentMaximumPercent:        pulumi.Int(200),
		DeploymentCircuitBreaker: &ecs.ServiceDeploymentCircuitBreakerArgs{
			Enable: pulumi.Bool(true), Rollback: pulumi.Bool(true),
		},
		AvailabilityZoneRebalancing:   pulumi.String("ENABLED"),
		HealthCheckGracePeriodSeconds: pulumi.Int(graceSeconds),
		WaitForSteadyState:            pulumi.Bool(true),
		EnableExecuteCommand:          pulumi.Bool(false),
		EnableEcsManagedTags:          pulumi.Bool(true),
		PropagateTags:                 pulumi.String("SERVICE"),
		LoadBalancers: ecs.ServiceLoadBalancerArray{&ecs.ServiceLoadBalancerArgs{
			TargetGroupArn: args.Target.Group.Arn,
			ContainerName:  pulumi.String(c.Name),
			ContainerPort:  pulumi.Int(args.Port),
		}},
		NetworkConfiguration: &ecs.ServiceNetworkConfigurationArgs{
			Subnets:        network.Subnets,
			SecurityGroups: pulumi.StringArray{network.Servers},
			AssignPublicIp: pulumi.Bool(true),
		},
		ServiceRegistries: found,
	}, inside, after(waits...), pulumi.IgnoreChanges([]string{"desiredCount"})) // which scaling moves
	if err != nil {
		return err
	}
	c.Service = service
	c.Deployed = pulumi.All(definition.Arn, service.TaskDefinition).ApplyT(func(arns []any) (string, error) {
		wanted, runs := arns[0].(string), arns[1].(*string)
		if runs != nil && revisionOf(*runs) != revisionOf(wanted) {
			return "", fmt.Errorf("the %s service was put back to %s, because tasks of %s did not answer: look at its log, and "+
				"docs/playbooks/deployment-failed.md", c.Name, revisionOf(*runs), revisionOf(wanted))
		}
		return revisionOf(wanted), nil
	}).(pulumi.StringOutput)
	return nil
}

// revisionOf is the family and the revision of a definition, of its ARN or of these.
func revisionOf(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }

// What a task should come to have to do: there are more where they have more.
const (
	busyPercent  = 60   // of its processor
	busyRequests = 1000 // a minute
)

// scale has as many tasks as there is to do, within bounds.
func (c *Tasks) scale(ctx *pulumi.Context, args *TasksArgs, inside pulumi.ResourceOption) error {
	target, err := appautoscaling.NewTarget(ctx, c.Name, &appautoscaling.TargetArgs{
		ServiceNamespace:  pulumi.String("ecs"),
		ScalableDimension: pulumi.String("ecs:service:DesiredCount"),
		ResourceId:        pulumi.Sprintf("service/%s/%s", args.Cluster.Name, c.Service.Name),
		MinCapacity:       pulumi.Int(args.Count.Least),
		MaxCapacity:       pulumi.Int(args.Count.Most),
	}, inside)
	if err != nil {
		return err
	}
	track := func(by, metric string, label pulumi.StringPtrInput, most float64) error {
		_, err := appautoscaling.NewPolicy(ctx, c.Name+"-"+by, &appautoscaling.PolicyArgs{
			Name:              pulumi.String(args.Names.Scaling(c.Name, by)),
			PolicyType:        pulumi.String("TargetTrackingScaling"),
			ServiceNamespace:  target.ServiceNamespace,
			ScalableDimension: target.ScalableDimension,
			ResourceId:        target.ResourceId,
			TargetTrackingScalingPolicyConfiguration: &appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationArgs{
				TargetValue: pulumi.Float64(most),
				PredefinedMetricSpecification: &predefinedMetric{
					PredefinedMetricType: pulumi.String(metric), ResourceLabel: label,
				},
			},
		}, inside)
		return err
	}
	if err := track("cpu", "ECSServiceAverageCPUUtilization", nil, busyPercent); err != nil {
		return err
	}
	return track("requests", "ALBRequestCountPerTarget", args.Target.label(), busyRequests)
}

// predefinedMetric is short for what the SDK calls at length.
type predefinedMetric = appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecificationArgs
