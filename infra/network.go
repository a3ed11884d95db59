package main

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/shared/stack"
)

// Network is the stack's own network: two public subnets, each in a zone of its
// own, with ways to S3 and DynamoDB that cost nothing, and no NAT gateway, which
// would. What runs in it has public addresses, by which it reaches AWS; nobody but
// the load balancer reaches it.
type Network struct {
	pulumi.ResourceState

	ID      pulumi.StringOutput
	Subnets pulumi.StringArray
	// Balancer and Servers are the security groups of the load balancer, and of
	// what is behind it.
	Balancer, Servers pulumi.StringOutput
	// Ready is what has to be there for a server to be reached, and to reach AWS.
	Ready []pulumi.Resource
}

// NetworkArgs describe a Network.
type NetworkArgs struct {
	Names stack.Names
	// Zones are two of the region's.
	Zones []string
}

// The addresses of a network, which nothing outside it ever sees: it is connected
// with no other.
const (
	networkRange = "10.77.0.0/16"
	subnetRange  = "10.77.%d.0/20"
	subnetStep   = 16
)

// subnetRanges are those of the subnets, in which the load balancer is.
func subnetRanges() []string {
	return []string{fmt.Sprintf(subnetRange, 0), fmt.Sprintf(subnetRange, subnetStep)}
}

// Where the services listen, for the load balancer, and each other.
const (
	userPort  = 8080
	adminPort = 8081
)

// NewNetwork makes a Network.
func NewNetwork(
	ctx *pulumi.Context, name string, args *NetworkArgs, opts ...pulumi.ResourceOption,
) (*Network, error) {
	c := &Network{}
	if err := ctx.RegisterComponentResource("send:infra:Network", name, c, opts...); err != nil {
		return nil, err
	}
	inside := pulumi.Parent(c)
	tags := pulumi.StringMap{"Name": pulumi.String(args.Names.Network())}
	network, err := ec2.NewVpc(ctx, name, &ec2.VpcArgs{
		CidrBlock:          pulumi.String(networkRange),
		EnableDnsSupport:   pulumi.Bool(true),
		EnableDnsHostnames: pulumi.Bool(true),
		Tags:               tags,
	}, inside)
	if err != nil {
		return nil, err
	}
	c.ID = network.ID().ToStringOutput()
	// What says nothing of its group has this one, and reaches nobody.
	if _, err := ec2.NewDefaultSecurityGroup(ctx, name, &ec2.DefaultSecurityGroupArgs{
		VpcId: c.ID, Tags: tags,
	}, inside); err != nil {
		return nil, err
	}
	if err := c.lead(ctx, name, args, tags, inside); err != nil {
		return nil, err
	}
	if err := c.close(ctx, args.Names, inside); err != nil {
		return nil, err
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"id": c.ID})
}

// lead makes the subnets, and the ways out of them.
func (c *Network) lead(
	ctx *pulumi.Context, name string, args *NetworkArgs, tags pulumi.StringMap, inside pulumi.ResourceOption,
) error {
	gateway, err := ec2.NewInternetGateway(ctx, name, &ec2.InternetGatewayArgs{VpcId: c.ID, Tags: tags}, inside)
	if err != nil {
		return err
	}
	table, err := ec2.NewRouteTable(ctx, name, &ec2.RouteTableArgs{VpcId: c.ID, Tags: tags}, inside)
	if err != nil {
		return err
	}
	out, err := ec2.NewRoute(ctx, name, &ec2.RouteArgs{
		RouteTableId:         table.ID(),
		DestinationCidrBlock: pulumi.String("0.0.0.0/0"),
		GatewayId:            gateway.ID(),
	}, inside)
	if err != nil {
		return err
	}
	c.Ready = append(c.Ready, out)
	for i, part := range subnetRanges() {
		zone := fmt.Sprintf("%s-%d", name, i+1)
		subnet, err := ec2.NewSubnet(ctx, zone, &ec2.SubnetArgs{
			VpcId:            c.ID,
			CidrBlock:        pulumi.String(part),
			AvailabilityZone: pulumi.String(args.Zones[i]),
			Tags:             tags,
		}, inside)
		if err != nil {
			return err
		}
		c.Subnets = append(c.Subnets, subnet.ID().ToStringOutput())
		used, err := ec2.NewRouteTableAssociation(ctx, zone, &ec2.RouteTableAssociationArgs{
			SubnetId: subnet.ID(), RouteTableId: table.ID(),
		}, inside)
		if err != nil {
			return err
		}
		c.Ready = append(c.Ready, used)
	}
	for _, service := range []string{"s3", "dynamodb"} {
		if _, err := ec2.NewVpcEndpoint(ctx, service, &ec2.VpcEndpointArgs{
			VpcId:           c.ID,
			VpcEndpointType: pulumi.String("Gateway"),
			ServiceName:     pulumi.Sprintf("com.amazonaws.%s.%s", args.Names.Region, service),
			RouteTableIds:   pulumi.StringArray{table.ID()},
			Tags:            tags,
		}, inside); err != nil {
			return err
		}
	}
	return nil
}

// close says who reaches whom: everybody the load balancer; it, and the servers
// each other, the services; and the servers AWS.
func (c *Network) close(ctx *pulumi.Context, names stack.Names, inside pulumi.ResourceOption) error {
	group := func(name, about string) (pulumi.StringOutput, error) {
		made, err := ec2.NewSecurityGroup(ctx, name, &ec2.SecurityGroupArgs{
			Name:        pulumi.String(names.SecurityGroup(name)),
			Description: pulumi.String(about),
			VpcId:       c.ID,
		}, inside)
		if err != nil {
			return pulumi.StringOutput{}, err
		}
		return made.ID().ToStringOutput(), nil
	}
	var err error
	if c.Balancer, err = group("balancer", "The load balancer, which everybody reaches"); err != nil {
		return err
	}
	if c.Servers, err = group("servers", "What the load balancer, and nobody else, reaches"); err != nil {
		return err
	}
	everybody := pulumi.String("0.0.0.0/0")
	for _, port := range []int{80, 443} {
		if err := c.letIn(ctx, fmt.Sprintf("balancer-%d", port), c.Balancer, port, &vpc.SecurityGroupIngressRuleArgs{
			CidrIpv4: everybody, Description: pulumi.String("Everybody, by HTTP and HTTPS"),
		}, inside); err != nil {
			return err
		}
	}
	for _, port := range []int{userPort, adminPort} {
		if err := c.letOut(ctx, fmt.Sprintf("balancer-%d", port), c.Balancer, port, &vpc.SecurityGroupEgressRuleArgs{
			ReferencedSecurityGroupId: c.Servers, Description: pulumi.String("The services"),
		}, inside); err != nil {
			return err
		}
		if err := c.letIn(ctx, fmt.Sprintf("servers-%d", port), c.Servers, port, &vpc.SecurityGroupIngressRuleArgs{
			ReferencedSecurityGroupId: c.Balancer, Description: pulumi.String("The load balancer"),
		}, inside); err != nil {
			return err
		}
	}
	// The user service asks the admin service, and both ask AWS.
	if err := c.letIn(ctx, "servers-each-other", c.Servers, adminPort, &vpc.SecurityGroupIngressRuleArgs{
		ReferencedSecurityGroupId: c.Servers, Description: pulumi.String("The user service"),
	}, inside); err != nil {
		return err
	}
	if err := c.letOut(ctx, "servers-each-other", c.Servers, adminPort, &vpc.SecurityGroupEgressRuleArgs{
		ReferencedSecurityGroupId: c.Servers, Description: pulumi.String("The admin service"),
	}, inside); err != nil {
		return err
	}
	return c.letOut(ctx, "servers-443", c.Servers, 443, &vpc.SecurityGroupEgressRuleArgs{
		CidrIpv4: everybody, Description: pulumi.String("AWS"),
	}, inside)
}

// letIn lets somebody reach a port of who is in a group.
func (c *Network) letIn(
	ctx *pulumi.Context, name string, group pulumi.StringOutput, port int, from *vpc.SecurityGroupIngressRuleArgs,
	inside pulumi.ResourceOption,
) error {
	from.SecurityGroupId, from.IpProtocol = group, pulumi.String("tcp")
	from.FromPort, from.ToPort = pulumi.Int(port), pulumi.Int(port)
	made, err := vpc.NewSecurityGroupIngressRule(ctx, name, from, inside)
	if err == nil {
		c.Ready = append(c.Ready, made)
	}
	return err
}

// letOut lets who is in a group reach a port of somebody.
func (c *Network) letOut(
	ctx *pulumi.Context, name string, group pulumi.StringOutput, port int, to *vpc.SecurityGroupEgressRuleArgs,
	inside pulumi.ResourceOption,
) error {
	to.SecurityGroupId, to.IpProtocol = group, pulumi.String("tcp")
	to.FromPort, to.ToPort = pulumi.Int(port), pulumi.Int(port)
	made, err := vpc.NewSecurityGroupEgressRule(ctx, name, to, inside)
	if err == nil {
		c.Ready = append(c.Ready, made)
	}
	return err
}

// findZones returns two zones of the region that everybody in it can use.
func findZones(ctx *pulumi.Context, region string) ([]string, error) {
	available := "available"
	found, err := aws.GetAvailabilityZones(ctx, &aws.GetAvailabilityZonesArgs{
		State:   &available,
		Filters: []aws.GetAvailabilityZonesFilter{{Name: "zone-type", Values: []string{"availability-zone"}}},
	})
	if err != nil {
		return nil, fmt.Errorf("asking AWS for the zones of %s: %w", region, err)
	}
	if len(found.Names) < 2 {
		return nil, fmt.Errorf("AWS names %d zones of %s, and a load balancer has to be in two; nothing was touched",
			len(found.Names), region)
	}
	return found.Names[:2], nil
}
