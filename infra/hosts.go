package main

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/autoscaling"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/artifact"
	"sgraph.ai/send/infra/policy"
	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/shared/stack"
)

// Hosts run both services on EC2: a group of like instances, each of which installs
// the stack's package at its first start and is sent nobody before both services
// answer. There is no way into them but AWS's session manager.
type Hosts struct {
	pulumi.ResourceState

	// Version is the version of the launch template that all of them are of, and
	// Template its name. It is an error where they could not be replaced.
	Version, Template pulumi.StringOutput
	// Group keeps them running.
	Group *autoscaling.Group
	// Key is that of what they install.
	Key pulumi.StringOutput

	count settings.Span
}

// HostsArgs describe Hosts.
type HostsArgs struct {
	Common
	settings.Hosts
	Stage    string
	Image    string // the ID of the AMI
	Package  *artifact.Package
	Network  *Network
	Balancer *Balancer
	Services []*Hosted
	// Replaced waits until a group has replaced its hosts.
	Replaced replacing
}

const (
	// warmSeconds is how long a host that answers is looked at before another goes:
	// longer than the load balancer takes to see that it does.
	warmSeconds = 60
	// startSeconds is how long a host may take to answer.
	startSeconds = 900
	// diskGB is the size of a host's disk: of the image, and of what it writes.
	diskGB = 16
	// startTime is how long hosts are waited for where there were none.
	startTime = "20m"
)

// NewHosts makes the hosts, and waits until they answer; or, where there are some of
// another version, until they are replaced.
func NewHosts(ctx *pulumi.Context, name string, args *HostsArgs, opts ...pulumi.ResourceOption) (*Hosts, error) {
	c := &Hosts{count: args.Count}
	if err := ctx.RegisterComponentResource("send:infra:Hosts", name, c, opts...); err != nil {
		return nil, err
	}
	inside := pulumi.Parent(c)
	// Hosts that are started later, and those that go back to a version before, need
	// theirs, so it stays when another takes its place.
	key := stack.PackageKey(args.Package.SHA256)
	shipped, err := s3.NewBucketObjectv2(ctx, name+"-package", &s3.BucketObjectv2Args{
		Bucket:      args.Artifacts.Name,
		Key:         pulumi.String(key),
		Source:      pulumi.NewFileAsset(args.Package.Path),
		ContentType: pulumi.String("application/x-rpm"),
	}, inside, pulumi.RetainOnDelete(true))
	if err != nil {
		return nil, err
	}
	c.Key = shipped.Key
	identity, err := NewIdentity(ctx, name, &IdentityArgs{
		RoleName:   args.Names.HostRole(),
		RunBy:      byEC2,
		Boundary:   args.Boundary,
		Statements: args.grants(),
	}, inside)
	if err != nil {
		return nil, err
	}
	profile, err := iam.NewInstanceProfile(ctx, name, &iam.InstanceProfileArgs{
		Name: pulumi.String(args.Names.HostRole()),
		Role: identity.RoleName,
	}, inside)
	if err != nil {
		return nil, err
	}
	template, err := newTemplate(ctx, name, args, shipped, profile, inside)
	if err != nil {
		return nil, err
	}
	c.Template = template.Name
	// What it needs to start, and to be found.
	needs := slices.Concat([]pulumi.Resource{identity.Granted}, args.Network.Ready, args.Balancer.listening)
	if c.Group, err = newGroup(ctx, name, args, template, inside, after(needs...)); err != nil {
		return nil, err
	}
	if err := c.scale(ctx, name, args, inside); err != nil {
		return nil, err
	}
	c.Version = pulumi.All(c.Group.Name, template.LatestVersion).ApplyT(func(made []any) (string, error) {
		version := strconv.Itoa(made[1].(int))
		if ctx.DryRun() {
			return version, nil
		}
		return version, args.Replaced(ctx.Context(), made[0].(string))
	}).(pulumi.StringOutput)
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"version": c.Version})
}

// newTemplate says what a host is. Each change of it is a version.
func newTemplate(
	ctx *pulumi.Context, name string, args *HostsArgs, shipped *s3.BucketObjectv2, profile *iam.InstanceProfile,
	inside pulumi.ResourceOption,
) (*ec2.LaunchTemplate, error) {
	tags := tagsOf(args.Names, args.Stage)
	tags["Name"] = pulumi.String(args.Names.HostTemplate())
	var tagged ec2.LaunchTemplateTagSpecificationArray
	for _, kind := range []string{"instance", "volume", "network-interface"} {
		tagged = append(tagged, &ec2.LaunchTemplateTagSpecificationArgs{ResourceType: pulumi.String(kind), Tags: tags})
	}
	return ec2.NewLaunchTemplate(ctx, name, &ec2.LaunchTemplateArgs{
		Name:                 pulumi.String(args.Names.HostTemplate()),
		Description:          pulumi.String("Hosts of SGraph Send " + args.Names.Stack),
		UpdateDefaultVersion: pulumi.Bool(true),
		ImageId:              pulumi.String(args.Image),
		InstanceType:         pulumi.String(args.Type(args.Architecture)),
		UserData:             args.start(shipped.Key),
		IamInstanceProfile:   &ec2.LaunchTemplateIamInstanceProfileArgs{Arn: profile.Arn},
		// Who makes a service ask for an address of its own choosing gets no
		// credentials from there, and neither does what the host forwards for.
		MetadataOptions: &ec2.LaunchTemplateMetadataOptionsArgs{
			HttpEndpoint:            pulumi.String("enabled"),
			HttpTokens:              pulumi.String("required"),
			HttpPutResponseHopLimit: pulumi.Int(1),
			InstanceMetadataTags:    pulumi.String("disabled"),
		},
		Monitoring: &ec2.LaunchTemplateMonitoringArgs{Enabled: pulumi.Bool(true)},
		NetworkInterfaces: ec2.LaunchTemplateNetworkInterfaceArray{&ec2.LaunchTemplateNetworkInterfaceArgs{
			DeviceIndex:              pulumi.Int(0),
			AssociatePublicIpAddress: pulumi.String("true"),
			DeleteOnTermination:      pulumi.String("true"),
			SecurityGroups:           pulumi.StringArray{args.Network.Servers},
		}},
		BlockDeviceMappings: ec2.LaunchTemplateBlockDeviceMappingArray{&ec2.LaunchTemplateBlockDeviceMappingArgs{
			DeviceName: pulumi.String("/dev/xvda"),
			Ebs: &ec2.LaunchTemplateBlockDeviceMappingEbsArgs{
				VolumeType:          pulumi.String("gp3"),
				VolumeSize:          pulumi.Int(diskGB),
				Encrypted:           pulumi.String("true"),
				DeleteOnTermination: pulumi.String("true"),
			},
		}},
		TagSpecifications: tagged,
	}, inside)
}

// newGroup keeps hosts of the template's newest version running, in both subnets. A
// new version has it launch hosts before it ends those that they are for: what ends
// is taken from the load balancer first, and ends what it is at.
func newGroup(
	ctx *pulumi.Context, name string, args *HostsArgs, template *ec2.LaunchTemplate,
	opts ...pulumi.ResourceOption,
) (*autoscaling.Group, error) {
	version := template.LatestVersion.ApplyT(strconv.Itoa).(pulumi.StringOutput)
	tags := autoscaling.GroupTagArray{&autoscaling.GroupTagArgs{
		Key: pulumi.String(stack.DeployedTag), Value: version, PropagateAtLaunch: pulumi.Bool(false),
	}}
	common := tagsOf(args.Names, args.Stage)
	for _, key := range slices.Sorted(maps.Keys(common)) {
		tags = append(tags, &autoscaling.GroupTagArgs{
			Key: pulumi.String(key), Value: common[key], PropagateAtLaunch: pulumi.Bool(false),
		})
	}
	var targets pulumi.StringArray
	for _, s := range args.Services {
		targets = append(targets, s.target.Group.Arn)
	}
	return autoscaling.NewGroup(ctx, name, &autoscaling.GroupArgs{
		Name:               pulumi.String(args.Names.HostGroup()),
		MinSize:            pulumi.Int(args.Count.Least),
		MaxSize:            pulumi.Int(args.Count.Most),
		VpcZoneIdentifiers: args.Network.Subnets,
		LaunchTemplate:     &autoscaling.GroupLaunchTemplateArgs{Id: template.ID(), Version: version},
		TargetGroupArns:    targets,

		HealthCheckType:        pulumi.String("ELB"),
		HealthCheckGracePeriod: pulumi.Int(warmSeconds),
		DefaultInstanceWarmup:  pulumi.Int(warmSeconds),
		InitialLifecycleHooks: autoscaling.GroupInitialLifecycleHookArray{&autoscaling.GroupInitialLifecycleHookArgs{
			Name:                pulumi.String(stack.AnswersHook),
			LifecycleTransition: pulumi.String("autoscaling:EC2_INSTANCE_LAUNCHING"),
			HeartbeatTimeout:    pulumi.Int(startSeconds),
			DefaultResult:       pulumi.String("ABANDON"),
		}},
		// Whatever replaces a host.
		InstanceMaintenancePolicy: &autoscaling.GroupInstanceMaintenancePolicyArgs{
			MinHealthyPercentage: pulumi.Int(100),
			MaxHealthyPercentage: pulumi.Int(200),
		},
		InstanceRefresh: &autoscaling.GroupInstanceRefreshArgs{
			Strategy: pulumi.String("Rolling"),
			Preferences: &autoscaling.GroupInstanceRefreshPreferencesArgs{
				MinHealthyPercentage: pulumi.Int(100),
				MaxHealthyPercentage: pulumi.Int(200),
				SkipMatching:         pulumi.Bool(true),
			},
		},
		TerminationPolicies:    pulumi.ToStringArray([]string{"OldestLaunchTemplate", "Default"}),
		CapacityRebalance:      pulumi.Bool(false),
		EnabledMetrics:         pulumi.ToStringArray(groupMetrics),
		MinElbCapacity:         pulumi.Int(args.Count.Least),
		WaitForCapacityTimeout: pulumi.String(startTime),
		Tags:                   tags,
	}, opts...)
}

// scale has as many hosts as there is to do, within bounds.
func (c *Hosts) scale(ctx *pulumi.Context, name string, args *HostsArgs, inside pulumi.ResourceOption) error {
	track := func(by, metric string, label pulumi.StringPtrInput, target float64) error {
		_, err := autoscaling.NewPolicy(ctx, name+"-"+by, &autoscaling.PolicyArgs{
			Name:                 pulumi.String(args.Names.Scaling(stack.Hosts, by)),
			AutoscalingGroupName: c.Group.Name,
			PolicyType:           pulumi.String("TargetTrackingScaling"),
			TargetTrackingConfiguration: &autoscaling.PolicyTargetTrackingConfigurationArgs{
				PredefinedMetricSpecification: &autoscaling.PolicyTargetTrackingConfigurationPredefinedMetricSpecificationArgs{
					PredefinedMetricType: pulumi.String(metric),
					ResourceLabel:        label,
				},
				TargetValue: pulumi.Float64(target),
			},
		}, inside)
		return err
	}
	if err := track("cpu", "ASGAverageCPUUtilization", nil, busyPercent); err != nil {
		return err
	}
	return track("requests", "ALBRequestCountPerTarget", args.Balancer.User.label(), busyRequests)
}

// groupMetrics are what the group counts, at no cost.
var groupMetrics = []string{"GroupDesiredCapacity", "GroupInServiceInstances", "GroupPendingInstances"}

// start is the script of a host's first start, as EC2 takes it. It is a secret as
// far as something that a service is told is.
func (args *HostsArgs) start(key pulumi.StringOutput) pulumi.StringOutput {
	told := pulumi.StringMapArray{}
	logs := pulumi.StringArray{}
	for _, s := range args.Services {
		told = append(told, s.Environment)
		logs = append(logs, s.LogGroup.Name)
	}
	return pulumi.All(args.Artifacts.Name, key, told.ToStringMapArrayOutput(), logs.ToStringArrayOutput()).ApplyT(
		func(known []any) (string, error) {
			text, err := args.boot(
				known[0].(string), known[1].(string), known[2].([]map[string]string), known[3].([]string)).Script()
			if err != nil {
				return "", fmt.Errorf("hosts of stack %q: %w", args.Names.Stack, err)
			}
			return base64.StdEncoding.EncodeToString([]byte(text)), nil
		}).(pulumi.StringOutput)
}

// grants are what a host may do: what the services may that it runs, and what it
// takes to start and to be looked at.
func (args *HostsArgs) grants() (all []policy.Statement) {
	all = append(all,
		logAccess(args.Names),
		policy.Allow([]string{"s3:GetObject"}, objects(args.Artifacts.Name, stack.PackagePrefix)),
		policy.Allow([]string{"autoscaling:CompleteLifecycleAction"}, args.Names.HostGroupARN()),
		policy.SessionManager())
	for _, s := range args.Services {
		all = append(all, s.Grants...)
	}
	return all
}
