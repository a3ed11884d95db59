package main

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/server"
	"sgraph.ai/send/infra/settings"
	service "sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/stack"
)

// onEC2 has hosts answer, behind a load balancer.
func onEC2(ctx *pulumi.Context, on Ground) (*Site, error) {
	s := on.Settings
	image, err := findImage(ctx, s)
	if err != nil {
		return nil, err
	}
	network, balancer, err := newEntrance(ctx, on, stack.Hosts)
	if err != nil {
		return nil, err
	}
	// Both are on each host, so that no request leaves it for the other.
	ask := pulumi.String(fmt.Sprintf("http://127.0.0.1:%d", adminPort))
	user, err := newHosted(ctx, on, balancer.User, userProgram(s, on.Storage, ask))
	if err != nil {
		return nil, err
	}
	admin, err := newHosted(ctx, on, balancer.Admin, adminProgram(s, on.Storage))
	if err != nil {
		return nil, err
	}
	hosts, err := NewHosts(ctx, stack.Hosts, &HostsArgs{
		Common:   on.Common,
		Hosts:    s.Hosts,
		Stage:    s.Stage,
		Image:    image,
		Package:  on.Built.Package,
		Network:  network,
		Balancer: balancer,
		Services: []*Hosted{user, admin},
		Replaced: on.Built.Replaced,
	})
	if err != nil {
		return nil, err
	}
	user.hosts, admin.hosts = hosts, hosts
	if err := balancer.Open(ctx, hosts.Group); err != nil {
		return nil, err
	}
	site := balancer.site([]Watched{user, admin}, []pulumi.Resource{hosts.Group}, pulumi.StringMap{
		"hostGroup":    hosts.Group.Name,
		"hostVersion":  hosts.Version,
		"hostPackage":  hosts.Key,
		"hostTemplate": hosts.Template,
	})
	site.Alarms = append(site.Alarms, hosts.alarms()...)
	return site, nil
}

// Hosted is a service as hosts run it. It is the same component as [Service], whose
// log it goes on with.
type Hosted struct {
	pulumi.ResourceState
	program

	Name     string
	LogGroup *cloudwatch.LogGroup

	target *target
	hosts  *Hosts // that run it
}

// newHosted makes the log of a service, and says what it is told on a host: nothing
// that is a secret and that it does not read. Where it listens is the sockets' matter,
// which the package has.
func newHosted(ctx *pulumi.Context, on Ground, to *target, p program) (*Hosted, error) {
	c := &Hosted{Name: to.Service, program: onServer(on.Settings, to.Service, p), target: to}
	if err := ctx.RegisterComponentResource("send:infra:Service", c.Name, c); err != nil {
		return nil, err
	}
	for _, e := range service.Table() {
		if e.Secret && !e.ReadBy(c.Name) {
			delete(c.Environment, e.Env)
		}
	}
	var err error
	if c.LogGroup, err = newLogGroup(ctx, c.Name, &on.Common, pulumi.Parent(c)); err != nil {
		return nil, err
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{})
}

// findImage returns the ID of the hosts' image: the one that is set, or the newest of
// Amazon Linux 2023. A group can go back only to images that are named like this.
// https://docs.aws.amazon.com/linux/al2023/ug/ec2.html
func findImage(ctx *pulumi.Context, s settings.Settings) (string, error) {
	if s.Hosts.AMI != "" {
		return s.Hosts.AMI, nil
	}
	name := "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-" + s.Architecture
	found, err := ssm.LookupParameter(ctx, &ssm.LookupParameterArgs{Name: name})
	if err != nil {
		return "", fmt.Errorf("asking AWS for its newest image of Amazon Linux 2023; nothing was touched. "+
			"Set ami to the ID of one: %w", err)
	}
	return found.Value, nil
}

// boot is the first start of a host.
func (args *HostsArgs) boot(bucket, key string, told []map[string]string, logs []string) server.Boot {
	b := server.Boot{
		Region:  args.Names.Region,
		Group:   args.Names.HostGroup(),
		Hook:    stack.AnswersHook,
		Package: server.Package{Bucket: bucket, Key: key, SHA256: args.Package.SHA256},
	}
	for i, s := range args.Services {
		b.Services = append(b.Services, server.Service{Name: s.Name, LogGroup: logs[i], Tells: told[i]})
	}
	return b
}
