package call

import (
	"errors"
	"maps"
	"strings"

	"sgraph.ai/send/test/e2e/iam"
)

// What networks consist of has no names, so that conditions are about tags: those that
// something has, and those that a request gives it.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_ec2.html
var networks = service{
	prefix: "ec2", protocol: byAction, form: "arn:aws:ec2:REGION:ACCOUNT:",
	keys: []string{
		"aws:ResourceTag/project", "aws:ResourceTag/stack", "ec2:CreateAction", "ec2:LaunchTemplate",
		"ec2:IsLaunchTemplateResource",
	},
	rules: map[string]rule{
		"CreateVpc":             create("vpc"),
		"CreateSubnet":          create("subnet", "vpc/{VpcId}"),
		"CreateRouteTable":      create("route-table", "vpc/{VpcId}"),
		"CreateInternetGateway": create("internet-gateway"),
		"CreateSecurityGroup":   create("security-group", "vpc/{VpcId}"),
		"CreateVpcEndpoint":     create("vpc-endpoint", "vpc/{VpcId}", "route-table/{RouteTableId}"),
		"CreateLaunchTemplate":  create("launch-template"),

		"ModifyVpcAttribute":    have("vpc/{VpcId}"),
		"DeleteVpc":             have("vpc/{VpcId}"),
		"ModifySubnetAttribute": have("subnet/{SubnetId}"),
		"DeleteSubnet":          have("subnet/{SubnetId}"),
		"AttachInternetGateway": have("internet-gateway/{InternetGatewayId}", "vpc/{VpcId}"),
		"DetachInternetGateway": have("internet-gateway/{InternetGatewayId}", "vpc/{VpcId}"),
		"DeleteInternetGateway": have("internet-gateway/{InternetGatewayId}"),
		"CreateRoute":           have("route-table/{RouteTableId}"),
		"ReplaceRoute":          have("route-table/{RouteTableId}"),
		"DeleteRoute":           have("route-table/{RouteTableId}"),
		"AssociateRouteTable":   have("route-table/{RouteTableId}", "subnet/{SubnetId}"),
		// It is told by the association alone, which has no tags of its own.
		"DisassociateRouteTable": on("route-table/{AssociationId}").with(ofAssociation),
		"DeleteRouteTable":       have("route-table/{RouteTableId}"),
		"ModifyVpcEndpoint":      have("vpc-endpoint/{VpcEndpointId}"),
		"DeleteVpcEndpoints":     have("vpc-endpoint/{VpcEndpointId}"),
		"DeleteSecurityGroup":    have("security-group/{GroupId}"),

		"AuthorizeSecurityGroupIngress": have("security-group/{GroupId}").and("security-group-rule/made"),
		"AuthorizeSecurityGroupEgress":  have("security-group/{GroupId}").and("security-group-rule/made"),
		"RevokeSecurityGroupIngress":    have("security-group/{GroupId}"),
		"RevokeSecurityGroupEgress":     have("security-group/{GroupId}"),
		"ModifySecurityGroupRules":      have("security-group/{GroupId}"),

		"CreateLaunchTemplateVersion": have("launch-template/{LaunchTemplateId}").with(launched),
		"ModifyLaunchTemplate":        have("launch-template/{LaunchTemplateId}"),
		"DeleteLaunchTemplate":        have("launch-template/{LaunchTemplateId}"),

		"CreateTags": on("KIND/{ResourceId}").tagged("Tag").itself().with(kinds),
		"DeleteTags": on("KIND/{ResourceId}").with(kinds),
	},
}

func init() {
	for _, operation := range []string{
		"AccountAttributes", "AvailabilityZones", "Images", "Instances", "InstanceAttribute", "InstanceTypes",
		"InternetGateways", "LaunchTemplates", "LaunchTemplateVersions", "NetworkAcls", "NetworkInterfaces",
		"PrefixLists", "Regions", "RouteTables", "SecurityGroups", "SecurityGroupRules", "Subnets", "Tags", "Vpcs",
		"VpcAttribute", "VpcEndpoints", "VpcEndpointServices",
	} {
		networks.rules["Describe"+operation] = forAll()
	}
	for _, operation := range []string{
		"LoadBalancers", "LoadBalancerAttributes", "CapacityReservation", "TargetGroups", "TargetGroupAttributes",
		"TargetHealth", "Listeners", "ListenerAttributes", "ListenerCertificates", "Rules", "Tags", "SSLPolicies",
		"AccountLimits",
	} {
		balancers.rules["Describe"+operation] = forAll()
	}
	for _, operation := range []string{
		"AutoScalingGroups", "InstanceRefreshes", "Policies", "ScalingActivities", "Tags", "LifecycleHooks",
		"TrafficSources", "WarmPool", "LoadBalancers", "LoadBalancerTargetGroups", "NotificationConfigurations",
	} {
		groups.rules["Describe"+operation] = forAll()
	}
}

// create is what making something takes, with its tags, in or along what is there.
func create(kind string, within ...string) rule {
	return on(kind + "/made").tagged("TagSpecification.1.Tag").taggedBy("CreateTags").with(
		func(r *reading, need *iam.Request) error {
			need.Keys["ec2:CreateAction"] = []string{r.call.Operation}
			if kind == "launch-template" {
				if err := givesProfile(r, need); err != nil {
					return err
				}
			}
			return touches(within...)(r, need)
		})
}

// have is what changing things takes that are there.
func have(things ...string) rule {
	return on(things[0]).with(func(r *reading, need *iam.Request) error {
		if err := ofTags(r, need); err != nil {
			return err
		}
		return touches(things[1:]...)(r, need)
	})
}

// and is of what is made by the way.
func (r rule) and(made string) rule {
	more := r.more
	return r.with(func(r *reading, need *iam.Request) error {
		action := need.Action
		if err := more(r, need); err != nil {
			return err
		}
		other := r.also(action, "arn:aws:ec2:"+r.call.Region+":"+AccountID+":"+made)
		other.Keys["aws:ResourceTag/project"], other.Keys["aws:ResourceTag/stack"] = nil, nil
		return nil
	})
}

// touches is what an action takes of other things that are there.
func touches(things ...string) func(*reading, *iam.Request) error {
	return func(r *reading, need *iam.Request) error {
		action, keys := need.Action, need.Keys
		for _, thing := range things {
			resources, err := r.fill(service{form: "arn:aws:ec2:REGION:ACCOUNT:"}, thing)
			if err != nil {
				return err
			}
			for _, resource := range resources {
				other := r.also(action, resource)
				maps.Copy(other.Keys, keys)
				if err := ofTags(r, other); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

// ofTags notes which tags something has.
func ofTags(r *reading, need *iam.Request) error {
	id := need.Resource[strings.LastIndex(need.Resource, "/")+1:]
	tags, err := r.account.Tags(r.call.Region, id)
	if err != nil {
		return err
	}
	has(need, tags)
	return nil
}

// has notes what of its tags conditions compare.
func has(need *iam.Request, tags map[string]string) {
	for _, key := range []string{"project", "stack"} {
		need.Keys["aws:ResourceTag/"+key] = nil
		if value, is := tags[key]; is {
			need.Keys["aws:ResourceTag/"+key] = []string{value}
		}
	}
}

// prefixes are those of IDs, by what they are of.
var prefixes = map[string]string{
	"vpc": "vpc", "subnet": "subnet", "rtb": "route-table", "igw": "internet-gateway", "sg": "security-group",
	"sgr": "security-group-rule", "vpce": "vpc-endpoint", "lt": "launch-template",
}

// kinds finds out of an ID what it is of.
func kinds(r *reading, need *iam.Request) error {
	id := need.Resource[strings.LastIndex(need.Resource, "/")+1:]
	prefix, _, _ := strings.Cut(id, "-")
	kind := prefixes[prefix]
	if kind == "" {
		return errors.New("it is no kind that is known: " + id)
	}
	need.Resource = strings.Replace(need.Resource, "KIND", kind, 1)
	return ofTags(r, need)
}

// ofAssociation finds the table that an association is of.
func ofAssociation(r *reading, need *iam.Request) error {
	table, err := r.account.RouteTable(r.call.Region, r.params["AssociationId"])
	if err != nil {
		return err
	}
	need.Resource = strings.Replace(need.Resource, r.params["AssociationId"], table, 1)
	return ofTags(r, need)
}

// givesProfile is what a template takes that gives hosts a role.
func givesProfile(r *reading, _ *iam.Request) error {
	name := r.params["LaunchTemplateData.IamInstanceProfile.Name"]
	if arn := r.params["LaunchTemplateData.IamInstanceProfile.Arn"]; arn != "" {
		name = arn[strings.LastIndex(arn, "/")+1:]
	}
	if name == "" {
		return nil
	}
	role, err := r.account.ProfileRole(name)
	if err == nil {
		r.passRole(role, "ec2.amazonaws.com")
	}
	return err
}

func launched(r *reading, need *iam.Request) error {
	if err := ofTags(r, need); err != nil {
		return err
	}
	return givesProfile(r, need)
}

var balancers = service{
	prefix: "elasticloadbalancing", protocol: byAction, form: "arn:aws:elasticloadbalancing:REGION:ACCOUNT:",
	rules: map[string]rule{
		"CreateLoadBalancer":           on("loadbalancer/app/{Name}/made").tagged("Tags").taggedBy("AddTags").with(linked),
		"DeleteLoadBalancer":           on("{LoadBalancerArn}"),
		"ModifyLoadBalancerAttributes": on("{LoadBalancerArn}"),
		"SetSecurityGroups":            on("{LoadBalancerArn}"),
		"SetSubnets":                   on("{LoadBalancerArn}"),
		"SetIpAddressType":             on("{LoadBalancerArn}"),
		"CreateTargetGroup":            on("targetgroup/{Name}/made").tagged("Tags").taggedBy("AddTags"),
		"DeleteTargetGroup":            on("{TargetGroupArn}"),
		"ModifyTargetGroup":            on("{TargetGroupArn}"),
		"ModifyTargetGroupAttributes":  on("{TargetGroupArn}"),
		"CreateListener":               on("{LoadBalancerArn}").tagged("Tags").taggedBy("AddTags"),
		"ModifyListener":               on("{ListenerArn}"),
		"ModifyListenerAttributes":     on("{ListenerArn}"),
		"DeleteListener":               on("{ListenerArn}"),
		"AddListenerCertificates":      on("{ListenerArn}"),
		"RemoveListenerCertificates":   on("{ListenerArn}"),
		"CreateRule":                   on("{ListenerArn}").tagged("Tags").taggedBy("AddTags"),
		"ModifyRule":                   on("{RuleArn}"),
		"DeleteRule":                   on("{RuleArn}"),
		"SetRulePriorities":            on("{RulePriorities.1.RuleArn}"),
		"AddTags":                      on("{ResourceArns}").tagged("Tags").itself(),
		"RemoveTags":                   on("{ResourceArns}"),
	},
}

// linked is of what the service that is asked does by a role of its own.
func linked(r *reading, _ *iam.Request) error {
	r.linksRole(r.call.Service+".amazonaws.com", "made")
	return nil
}

// What is described of clusters and services is held to what they are, and of task
// definitions to nothing.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
var clusters = service{
	prefix: "ecs", protocol: byTarget, target: "AmazonEC2ContainerServiceV20141113", form: "arn:aws:ecs:REGION:ACCOUNT:",
	rules: map[string]rule{
		"CreateCluster":               on("cluster/{clusterName}").tagged("tags").with(linked),
		"UpdateCluster":               on("cluster/{cluster}"),
		"UpdateClusterSettings":       on("cluster/{cluster}"),
		"PutClusterCapacityProviders": on("cluster/{cluster}"),
		"DeleteCluster":               on("cluster/{cluster}"),
		"DescribeClusters":            on("cluster/{clusters}"),
		"CreateService":               on("service/CLUSTER/{serviceName}").tagged("tags").with(inCluster),
		"UpdateService":               on("service/CLUSTER/{service}").with(inCluster),
		"DeleteService":               on("service/CLUSTER/{service}").with(inCluster),
		"DescribeServices":            on("service/CLUSTER/{services}").with(inCluster),
		"RegisterTaskDefinition":      on("task-definition/{family}:1").tagged("tags").with(runsAs),
		"DeregisterTaskDefinition":    forAll(),
		"DescribeTaskDefinition":      forAll(),
		"ListTaskDefinitions":         forAll(),
		"ListTagsForResource":         on("{resourceArn}"),
		"TagResource":                 on("{resourceArn}").tagged("tags").itself(),
		"UntagResource":               on("{resourceArn}"),
	},
}

// inCluster is of services, which are called within their cluster.
func inCluster(r *reading, need *iam.Request) error {
	cluster := r.params["cluster"]
	need.Resource = strings.Replace(need.Resource, "CLUSTER", cluster[strings.LastIndex(cluster, "/")+1:], 1)
	if r.params["role"] != "" {
		return errors.New("it has a role")
	}
	return nil
}

func runsAs(r *reading, _ *iam.Request) error {
	for _, role := range []string{"taskRoleArn", "executionRoleArn"} {
		r.passRole(r.params[role], "ecs-tasks.amazonaws.com")
	}
	return nil
}

const repository = "repository/{repositoryName}"

var images = service{
	prefix: "ecr", protocol: byTarget, target: "AmazonEC2ContainerRegistry_V20150921", form: "arn:aws:ecr:REGION:ACCOUNT:",
	rules: map[string]rule{
		"CreateRepository":              on(repository).tagged("tags"),
		"DeleteRepository":              on(repository),
		"DescribeRepositories":          on("repository/{repositoryNames}"),
		"PutLifecyclePolicy":            on(repository),
		"GetLifecyclePolicy":            on(repository),
		"DeleteLifecyclePolicy":         on(repository),
		"PutImageTagMutability":         on(repository),
		"PutImageScanningConfiguration": on(repository),
		"ListTagsForResource":           on("{resourceArn}"),
		"TagResource":                   on("{resourceArn}").tagged("tags").itself(),
		"UntagResource":                 on("{resourceArn}"),
		"BatchGetImage":                 on(repository),
		"BatchCheckLayerAvailability":   on(repository),
		"GetDownloadUrlForLayer":        on(repository),
		"GetAuthorizationToken":         forAll(),
	},
}

const group = "autoScalingGroup:made:autoScalingGroupName/{AutoScalingGroupName}"

var groups = service{
	prefix: "autoscaling", protocol: byAction, form: "arn:aws:autoscaling:REGION:ACCOUNT:",
	rules: map[string]rule{
		"CreateAutoScalingGroup":              on(group).with(launches).tagged("Tags").taggedBy("CreateOrUpdateTags"),
		"UpdateAutoScalingGroup":              on(group).with(launches),
		"DeleteAutoScalingGroup":              on(group),
		"StartInstanceRefresh":                on(group),
		"CancelInstanceRefresh":               on(group),
		"EnableMetricsCollection":             on(group),
		"DisableMetricsCollection":            on(group),
		"PutScalingPolicy":                    on(group),
		"DeletePolicy":                        on(group),
		"SetDesiredCapacity":                  on(group),
		"PutLifecycleHook":                    on(group).with(noRole),
		"DeleteLifecycleHook":                 on(group),
		"AttachLoadBalancerTargetGroups":      on(group),
		"DetachLoadBalancerTargetGroups":      on(group),
		"SuspendProcesses":                    on(group),
		"ResumeProcesses":                     on(group),
		"CompleteLifecycleAction":             on(group),
		"TerminateInstanceInAutoScalingGroup": forAll(),
		"CreateOrUpdateTags":                  on("autoScalingGroup:made:autoScalingGroupName/{Tags.1.ResourceId}"),
		"DeleteTags":                          on("autoScalingGroup:made:autoScalingGroupName/{Tags.1.ResourceId}"),
	},
}

// noRole refuses hooks that tell somebody, as a role.
func noRole(r *reading, _ *iam.Request) error {
	if r.params["RoleARN"] != "" {
		return errors.New("it has a role")
	}
	return nil
}

// launches is what having a group launch takes: to be allowed to launch so.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html
func launches(r *reading, need *iam.Request) error {
	template := r.params["LaunchTemplate.LaunchTemplateId"]
	if r.call.Operation == "CreateAutoScalingGroup" {
		if err := linked(r, need); err != nil {
			return err
		}
	}
	if template == "" {
		return nil
	}
	at := "arn:aws:ec2:" + r.call.Region + ":" + AccountID + ":"
	resources := []string{
		at + "launch-template/" + template, at + "instance/made", at + "volume/made", at + "network-interface/made",
		"arn:aws:ec2:" + r.call.Region + "::image/ami",
	}
	for subnet := range strings.SplitSeq(r.params["VPCZoneIdentifier"], ",") {
		if subnet != "" {
			resources = append(resources, at+"subnet/"+subnet)
		}
	}
	for _, resource := range resources {
		run := r.also("ec2:RunInstances", resource)
		run.Keys["ec2:LaunchTemplate"] = []string{at + "launch-template/" + template}
		run.Keys["ec2:IsLaunchTemplateResource"] = []string{"true"}
		run.Keys["ec2:CreateAction"] = nil
		if err := ofTags(r, run); err != nil {
			return err
		}
	}
	return nil
}

const scalable = "scalable-target/made"

var scaling = service{
	prefix: "application-autoscaling", protocol: byTarget, target: "AnyScaleFrontendService",
	form: "arn:aws:application-autoscaling:REGION:ACCOUNT:",
	keys: []string{"application-autoscaling:service-namespace"},
	rules: map[string]rule{
		"RegisterScalableTarget":   on(scalable).tagged("Tags").with(ofNamespace),
		"DeregisterScalableTarget": on(scalable).with(ofNamespace),
		"PutScalingPolicy":         on(scalable).with(ofNamespace),
		"DeleteScalingPolicy":      on(scalable).with(ofNamespace),
		"DescribeScalableTargets":  forAll(),
		"DescribeScalingPolicies":  forAll(),
		"ListTagsForResource":      on("{ResourceARN}"),
		"TagResource":              on("{ResourceARN}").tagged("Tags").itself(),
		"UntagResource":            on("{ResourceARN}"),
	},
}

func ofNamespace(r *reading, need *iam.Request) error {
	need.Keys["application-autoscaling:service-namespace"] = []string{r.params["ServiceNamespace"]}
	if r.params["RoleARN"] != "" && !strings.Contains(r.params["RoleARN"], ":role/aws-service-role/") {
		return errors.New("it has a role")
	}
	if r.call.Operation == "RegisterScalableTarget" {
		r.linksRole("ecs.application-autoscaling.amazonaws.com", "made")
	}
	alarms := "arn:aws:cloudwatch:" + r.call.Region + ":" + AccountID + ":alarm:TargetTracking-" +
		r.params["ResourceId"] + "-AlarmHigh-made"
	switch r.call.Operation {
	case "PutScalingPolicy":
		r.also("cloudwatch:PutMetricAlarm", alarms)
	case "DeleteScalingPolicy":
		r.also("cloudwatch:DeleteAlarms", alarms)
	}
	return nil
}

var discovery = service{
	prefix: "servicediscovery", protocol: byTarget, target: "Route53AutoNaming_v20170314",
	form: "arn:aws:servicediscovery:REGION:ACCOUNT:", keys: []string{"aws:ResourceTag/project", "aws:ResourceTag/stack"},
	rules: map[string]rule{
		"CreatePrivateDnsNamespace": forAll().tagged("Tags").itself().with(hasZone),
		"UpdatePrivateDnsNamespace": on("namespace/{Id}").with(found),
		"DeleteNamespace":           on("namespace/{Id}").with(found),
		"GetNamespace":              on("namespace/{Id}").with(found),
		"CreateService":             on("namespace/{DnsConfig.NamespaceId}").tagged("Tags").with(found),
		"UpdateService":             on("service/{Id}").with(found),
		"DeleteService":             on("service/{Id}").with(found),
		"GetService":                on("service/{Id}").with(found),
		"ListInstances":             on("service/{ServiceId}").with(found),
		"GetOperation":              forAll(),
		"ListTagsForResource":       on("{ResourceARN}"),
		"TagResource":               on("{ResourceARN}").tagged("Tags").itself(),
		"UntagResource":             on("{ResourceARN}"),
	},
}

// hasZone is what the zone of a namespace takes.
// https://docs.aws.amazon.com/cloud-map/latest/dg/cloud-map-api-permissions-ref.html
func hasZone(r *reading, need *iam.Request) error {
	tagging := r.also("servicediscovery:TagResource",
		"arn:aws:servicediscovery:"+r.call.Region+":"+AccountID+":namespace/made")
	maps.Copy(tagging.Keys, need.Keys)
	for _, action := range []string{
		"route53:CreateHostedZone", "route53:GetHostedZone", "route53:ListHostedZonesByName", "ec2:DescribeVpcs",
		"ec2:DescribeRegions",
	} {
		r.also(action, "*")
	}
	return nil
}

// found notes the tags of a namespace or a service.
func found(r *reading, need *iam.Request) error {
	tags, err := r.account.DiscoveryTags(r.call.Region, need.Resource)
	if err != nil {
		return err
	}
	has(need, tags)
	return nil
}
