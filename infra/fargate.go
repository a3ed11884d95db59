package main

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ecs"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/servicediscovery"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/policy"
	"sgraph.ai/send/shared/metric"
	service "sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/stack"
)

// onFargate has tasks answer, behind a load balancer.
func onFargate(ctx *pulumi.Context, on Ground) (*Site, error) {
	s := on.Settings
	network, balancer, err := newEntrance(ctx, on, stack.Tasks)
	if err != nil {
		return nil, err
	}
	cluster, err := NewCluster(ctx, "cluster", &ClusterArgs{
		Names:    s.Names,
		Boundary: on.Common.Boundary,
		Network:  network,
		Registry: on.Registry,
	})
	if err != nil {
		return nil, err
	}
	admin, err := NewTasks(ctx, metric.Admin, &TasksArgs{
		Common:  on.Common,
		program: onServer(s, metric.Admin, adminProgram(s, on.Storage)),
		Tasks:   s.AdminTasks,
		Cluster: cluster,
		Target:  balancer.Admin,
		Port:    adminPort,
		Listens: service.AdminAddr.Entry,
		Found:   cluster.admin,
		After:   balancer.listening,
	})
	if err != nil {
		return nil, err
	}
	// Not by the balancer, whose firewall would take all that the user service asks
	// for one client's.
	ask := pulumi.String(fmt.Sprintf("http://%s:%d", s.AdminHost(), adminPort))
	user, err := NewTasks(ctx, metric.User, &TasksArgs{
		Common:  on.Common,
		program: onServer(s, metric.User, userProgram(s, on.Storage, ask)),
		Tasks:   s.UserTasks,
		Cluster: cluster,
		Target:  balancer.User,
		Port:    userPort,
		Listens: service.UserAddr.Entry,
		After:   append(balancer.listening, admin.Service),
	})
	if err != nil {
		return nil, err
	}
	if err := balancer.Open(ctx, user.Service, admin.Service); err != nil {
		return nil, err
	}
	site := balancer.site([]Watched{user, admin}, []pulumi.Resource{user.Service, admin.Service}, pulumi.StringMap{
		"cluster":      cluster.Name,
		"userService":  user.Service.Name,
		"userTask":     user.Deployed,
		"adminService": admin.Service.Name,
		"adminTask":    admin.Deployed,
	})
	site.Events = []event{failedDeployments(s.Names)}
	return site, nil
}

// failedDeployments are what the circuit breaker tells of.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html
func failedDeployments(names stack.Names) event {
	var services []string
	for _, service := range stack.Services {
		services = append(services, names.TaskServiceARN(service))
	}
	return event{
		name: "deployment-failed", rule: names.FailedDeployments(), playbook: "deployment-failed",
		why: "a service was put back to the tasks of before, because new ones did not answer",
		pattern: map[string]any{
			"source":      []string{"aws.ecs"},
			"detail-type": []string{"ECS Deployment State Change"},
			"resources":   services,
			"detail":      map[string]any{"eventName": []string{"SERVICE_DEPLOYMENT_FAILED"}},
		},
	}
}

// Cluster is where tasks run, with what they have in common.
type Cluster struct {
	pulumi.ResourceState

	Name, ARN pulumi.StringOutput
	Network   *Network
	Image     pulumi.StringOutput

	admin     *servicediscovery.Service
	execution *Identity // what starts tasks
}

// ClusterArgs describe a Cluster.
type ClusterArgs struct {
	Names    stack.Names
	Boundary string // ARN of the policy that bounds the roles; "" = none
	Network  *Network
	Registry *Registry
}

// nameSeconds is how long a name in the network may be gone by: shorter than a task
// that is to go still answers.
const nameSeconds = 10

// NewCluster makes a Cluster.
func NewCluster(
	ctx *pulumi.Context, name string, args *ClusterArgs, opts ...pulumi.ResourceOption,
) (*Cluster, error) {
	c := &Cluster{Network: args.Network, Image: args.Registry.Image}
	if err := ctx.RegisterComponentResource("send:infra:Cluster", name, c, opts...); err != nil {
		return nil, err
	}
	inside := pulumi.Parent(c)
	cluster, err := ecs.NewCluster(ctx, name, &ecs.ClusterArgs{
		Name: pulumi.String(args.Names.Cluster()),
		Settings: ecs.ClusterSettingArray{&ecs.ClusterSettingArgs{
			Name: pulumi.String("containerInsights"), Value: pulumi.String("enabled"),
		}},
	}, inside)
	if err != nil {
		return nil, err
	}
	c.Name, c.ARN = cluster.Name, cluster.Arn
	namespace, err := servicediscovery.NewPrivateDnsNamespace(ctx, name, &servicediscovery.PrivateDnsNamespaceArgs{
		Name:        pulumi.String(args.Names.Namespace()),
		Description: pulumi.String("Where tasks of SGraph Send " + args.Names.Stack + " find each other"),
		Vpc:         args.Network.ID,
	}, inside)
	if err != nil {
		return nil, err
	}
	if c.admin, err = servicediscovery.NewService(ctx, metric.Admin, &servicediscovery.ServiceArgs{
		Name: pulumi.String(metric.Admin),
		DnsConfig: &servicediscovery.ServiceDnsConfigArgs{
			NamespaceId:   namespace.ID(),
			RoutingPolicy: pulumi.String("MULTIVALUE"),
			DnsRecords: servicediscovery.ServiceDnsConfigDnsRecordArray{
				&servicediscovery.ServiceDnsConfigDnsRecordArgs{Type: pulumi.String("A"), Ttl: pulumi.Int(nameSeconds)},
			},
		},
		// ECS says who is healthy; AWS still asks for how long to wait, and takes 1.
		HealthCheckCustomConfig: &servicediscovery.ServiceHealthCheckCustomConfigArgs{FailureThreshold: pulumi.Int(1)},
		ForceDestroy:            pulumi.Bool(true),
	}, inside); err != nil {
		return nil, err
	}
	c.execution, err = NewIdentity(ctx, "execution", &IdentityArgs{
		RoleName: args.Names.ExecutionRole(),
		RunBy:    byTasks,
		Boundary: args.Boundary,
		Statements: []policy.Statement{
			logAccess(args.Names),
			policy.Allow([]string{
				"ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage",
			}, args.Registry.ARN),
			// It knows no resources.
			policy.Allow([]string{"ecr:GetAuthorizationToken"}, "*"),
		},
	}, inside)
	if err != nil {
		return nil, err
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"name": c.Name})
}

// processors translates Lambda's words into those of ECS.
var processors = map[string]string{"arm64": "ARM64", "x86_64": "X86_64"}
