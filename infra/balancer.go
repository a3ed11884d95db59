package main

import (
	"net/netip"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lb"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/wafv2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/wire"
)

// Balancer is what the public meets of servers: a load balancer that ends TLS, with
// WAF on it, in the place of CloudFront. It takes both services by their names, and
// knows no others.
type Balancer struct {
	pulumi.ResourceState

	// UserURL and AdminURL are where people go, without a trailing slash.
	UserURL, AdminURL pulumi.StringOutput
	// Domain is what a DNS name has to point at.
	Domain pulumi.StringOutput
	// User and Admin are where servers are made known.
	User, Admin *target

	dimension pulumi.StringOutput // by which CloudWatch knows it
	firewall  *firewallWatch
	args      *BalancerArgs
	front     front
	records   pulumi.ResourceOption
	listening []pulumi.Resource
}

// BalancerArgs describe a Balancer.
type BalancerArgs struct {
	Names stack.Names
	settings.Edge
	Kind       string         // stack.Tasks or stack.Hosts
	Zone       string         // of Route 53, that has the names of the services; "" = none
	KeyName    string         // the header of the admin API key, a secret
	AdminAllow []netip.Prefix // from where operators may come; none is from anywhere
	Network    *Network
	// Global is the provider of stack.GlobalRegion, by which records are made
	// whatever they lead to.
	Global pulumi.ResourceOption
}

// newEntrance makes a network, and in it a balancer before servers of a kind.
func newEntrance(ctx *pulumi.Context, on Ground, kind string) (*Network, *Balancer, error) {
	zones, err := findZones(ctx, on.Region)
	if err != nil {
		return nil, nil, err
	}
	network, err := NewNetwork(ctx, "network", &NetworkArgs{Names: on.Names, Zones: zones})
	if err != nil {
		return nil, nil, err
	}
	balancer, err := NewBalancer(ctx, "edge", &BalancerArgs{
		Names:      on.Names,
		Edge:       on.Edge,
		Kind:       kind,
		Zone:       on.Zone,
		KeyName:    keyName(on.Settings),
		AdminAllow: on.AdminAllow,
		Network:    network,
		Global:     on.Global,
	})
	return network, balancer, err
}

// target is where the servers of a service are known to the balancer.
type target struct {
	Service   string
	Group     *lb.TargetGroup
	dimension pulumi.StringOutput // by which CloudWatch knows it
	balancer  pulumi.StringOutput // and the balancer
}

// label is by what scaling knows it.
func (t *target) label() pulumi.StringPtrOutput {
	return pulumi.Sprintf("%s/%s", t.balancer, t.dimension).ToStringPtrOutput()
}

// drainSeconds is how long a server that is to go is given to end what it is at,
// once nothing new comes to it. Fargate waits no longer.
const drainSeconds = 120

// idleSeconds is how long a connection may rest: longer than a service takes to
// answer, and shorter than it keeps connections itself.
const idleSeconds = 60

// tlsPolicy takes TLS 1.2 and 1.3, with forward secrecy alone.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
const tlsPolicy = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"

// NewBalancer makes a Balancer. Names do not lead to it before [Balancer.Open]. It is
// the same component as [Edge], so that what both have, the names and what proves
// them, goes from one to the other with a stack.
func NewBalancer(
	ctx *pulumi.Context, name string, args *BalancerArgs, opts ...pulumi.ResourceOption,
) (*Balancer, error) {
	c := &Balancer{args: args}
	if err := ctx.RegisterComponentResource("send:infra:Edge", name, c, opts...); err != nil {
		return nil, err
	}
	inside := pulumi.Parent(c)
	c.records = pulumi.Composite(inside, args.Global)
	made, err := lb.NewLoadBalancer(ctx, args.Kind, &lb.LoadBalancerArgs{
		Name:                    pulumi.String(args.Names.Balancer(args.Kind)),
		LoadBalancerType:        pulumi.String("application"),
		Subnets:                 args.Network.Subnets,
		SecurityGroups:          pulumi.StringArray{args.Network.Balancer},
		DropInvalidHeaderFields: pulumi.Bool(true),
		DesyncMitigationMode:    pulumi.String("strictest"),
		IdleTimeout:             pulumi.Int(idleSeconds),
		EnableHttp2:             pulumi.Bool(true),
		// Who reaches a server by this one, it says; what a client says of that it
		// only adds to.
		XffHeaderProcessingMode:  pulumi.String("append"),
		EnableDeletionProtection: pulumi.Bool(false),
	}, inside, after(args.Network.Ready...))
	if err != nil {
		return nil, err
	}
	c.dimension = made.ArnSuffix
	c.Domain = made.DnsName
	c.front = front{made.DnsName, made.ZoneId, []string{"A"}}
	c.UserURL = pulumi.String("https://" + args.UserDomain).ToStringOutput()
	c.AdminURL = pulumi.String("https://" + args.AdminDomain).ToStringOutput()
	if err := c.guard(ctx, made, inside); err != nil {
		return nil, err
	}
	if c.User, err = c.target(ctx, metric.User, userPort, inside); err != nil {
		return nil, err
	}
	if c.Admin, err = c.target(ctx, metric.Admin, adminPort, inside); err != nil {
		return nil, err
	}
	if err := c.listen(ctx, made, inside); err != nil {
		return nil, err
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"userUrl": c.UserURL, "adminUrl": c.AdminURL})
}

// guard puts WAF on it, with the rules of CloudFront's.
func (c *Balancer) guard(ctx *pulumi.Context, balancer *lb.LoadBalancer, inside pulumi.ResourceOption) error {
	name := c.args.Names.BalancerFirewall()
	args := &firewallArgs{
		Names:   c.args.Names,
		Edge:    c.args.Edge,
		Scope:   regional,
		KeyName: c.args.KeyName,
		Allow:   c.args.AdminAllow,
	}
	var first []*wafv2.WebAclRuleArgs
	if len(args.Allow) > 0 {
		// It guards both services, of which only one is for operators alone.
		elsewhere, err := fromElsewhere(ctx, args, inside, askedFor(args.UserDomain))
		if err != nil {
			return err
		}
		first = append(first, elsewhere)
	}
	logs, err := newFirewallLog(ctx, "balancer", name, args.LogDays, inside)
	if err != nil {
		return err
	}
	acl, err := newFirewall(ctx, "balancer", name, firewallRules(args, first...), args, logs, inside)
	if err != nil {
		return err
	}
	guarded, err := wafv2.NewWebAclAssociation(ctx, c.args.Kind, &wafv2.WebAclAssociationArgs{
		ResourceArn: balancer.Arn,
		WebAclArn:   acl.Arn,
	}, inside)
	if err != nil {
		return err
	}
	c.listening = append(c.listening, guarded)
	c.firewall = &firewallWatch{acl: name, region: args.Names.Region}
	return nil
}

// target makes where the servers of a service are known. It asks them whether they
// live, and not whether they are ready: where storage is in trouble, which all of
// them would say, no other would do better, and a new one even less.
func (c *Balancer) target(
	ctx *pulumi.Context, service string, port int, inside pulumi.ResourceOption,
) (*target, error) {
	kind := "ip"
	if c.args.Kind == stack.Hosts {
		kind = "instance"
	}
	group, err := lb.NewTargetGroup(ctx, service+"-"+c.args.Kind, &lb.TargetGroupArgs{
		Name:                pulumi.String(c.args.Names.TargetGroup(service, c.args.Kind)),
		TargetType:          pulumi.String(kind),
		Protocol:            pulumi.String("HTTP"),
		Port:                pulumi.Int(port),
		VpcId:               c.args.Network.ID,
		DeregistrationDelay: pulumi.Int(drainSeconds),
		HealthCheck: &lb.TargetGroupHealthCheckArgs{
			Path:               pulumi.String(wire.Health.Path()),
			Matcher:            pulumi.String("200"),
			Interval:           pulumi.Int(10),
			Timeout:            pulumi.Int(5),
			HealthyThreshold:   pulumi.Int(2),
			UnhealthyThreshold: pulumi.Int(3),
		},
	}, inside)
	if err != nil {
		return nil, err
	}
	return &target{Service: service, Group: group, dimension: group.ArnSuffix, balancer: c.dimension}, nil
}

// listen takes requests, by TLS alone, of the names of the services alone.
func (c *Balancer) listen(ctx *pulumi.Context, balancer *lb.LoadBalancer, inside pulumi.ResourceOption) error {
	if _, err := lb.NewListener(ctx, c.args.Kind+"-http", &lb.ListenerArgs{
		LoadBalancerArn: balancer.Arn,
		Port:            pulumi.Int(80),
		Protocol:        pulumi.String("HTTP"),
		DefaultActions: lb.ListenerDefaultActionArray{&lb.ListenerDefaultActionArgs{
			Type: pulumi.String("redirect"),
			Redirect: &lb.ListenerDefaultActionRedirectArgs{
				Protocol: pulumi.String("HTTPS"), Port: pulumi.String("443"), StatusCode: pulumi.String("HTTP_301"),
			},
		}},
	}, inside); err != nil {
		return err
	}
	user, admin, err := c.certificates(ctx, inside)
	if err != nil {
		return err
	}
	listener, err := lb.NewListener(ctx, c.args.Kind+"-https", &lb.ListenerArgs{
		LoadBalancerArn: balancer.Arn,
		Port:            pulumi.Int(443),
		Protocol:        pulumi.String("HTTPS"),
		SslPolicy:       pulumi.String(tlsPolicy),
		CertificateArn:  user,
		DefaultActions: lb.ListenerDefaultActionArray{&lb.ListenerDefaultActionArgs{
			Type: pulumi.String("fixed-response"),
			FixedResponse: &lb.ListenerDefaultActionFixedResponseArgs{
				ContentType: pulumi.String("text/plain"),
				MessageBody: pulumi.String("not found"),
				StatusCode:  pulumi.String("404"),
			},
		}},
	}, inside)
	if err != nil {
		return err
	}
	if admin != nil {
		shown, err := lb.NewListenerCertificate(ctx, c.args.Kind+"-admin", &lb.ListenerCertificateArgs{
			ListenerArn: listener.Arn, CertificateArn: admin,
		}, inside)
		if err != nil {
			return err
		}
		c.listening = append(c.listening, shown)
	}
	for i, to := range []*target{c.User, c.Admin} {
		rule, err := lb.NewListenerRule(ctx, to.Service+"-"+c.args.Kind, &lb.ListenerRuleArgs{
			ListenerArn: listener.Arn,
			Priority:    pulumi.Int(i + 1),
			Conditions: lb.ListenerRuleConditionArray{&lb.ListenerRuleConditionArgs{
				HostHeader: &lb.ListenerRuleConditionHostHeaderArgs{
					Values: pulumi.ToStringArray([]string{c.host(to.Service)}),
				},
			}},
			Actions: lb.ListenerRuleActionArray{&lb.ListenerRuleActionArgs{
				Type: pulumi.String("forward"), TargetGroupArn: to.Group.Arn,
			}},
		}, inside)
		if err != nil {
			return err
		}
		c.listening = append(c.listening, rule)
	}
	return nil
}

// host is the name of a service.
func (c *Balancer) host(service string) string {
	if service == metric.Admin {
		return c.args.AdminDomain
	}
	return c.args.UserDomain
}

// certificates are those of the services: of the user service, and of the admin
// service if it has another.
func (c *Balancer) certificates(
	ctx *pulumi.Context, inside pulumi.ResourceOption,
) (user, admin pulumi.StringInput, err error) {
	if c.args.Zone == "" {
		return pulumi.String(c.args.CertificateARN), nil, nil
	}
	made := func(service string) (pulumi.StringInput, error) {
		return newCertificate(ctx, service+"-regional", service, c.host(service), c.args.Zone, inside, c.records)
	}
	if user, err = made(metric.User); err != nil {
		return nil, nil, err
	}
	admin, err = made(metric.Admin)
	return user, admin, err
}

// Open has the names of the services lead to it, once what they have behind it is
// up.
func (c *Balancer) Open(ctx *pulumi.Context, up ...pulumi.Resource) error {
	if c.args.Zone == "" {
		return nil
	}
	for _, service := range stack.Services {
		if err := pointAt(ctx, service, c.host(service), c.args.Zone, c.front,
			pulumi.Composite(c.records, after(up...))); err != nil {
			return err
		}
	}
	return nil
}

// site is what answers behind it: services, once up, with outputs of their own.
func (c *Balancer) site(services []Watched, up []pulumi.Resource, outputs pulumi.StringMap) *Site {
	outputs["userEdgeDomain"], outputs["adminEdgeDomain"] = c.Domain, c.Domain
	return &Site{
		UserURL:  c.UserURL,
		AdminURL: c.AdminURL,
		Pages:    []pulumi.StringOutput{c.UserURL},
		Up:       up,
		Services: services,
		Alarms:   c.alarms(),
		Firewall: c.firewall,
		Outputs:  outputs,
	}
}
