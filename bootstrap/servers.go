package main

import (
	"fmt"

	"sgraph.ai/send/infra/policy"
	"sgraph.ai/send/shared/stack"
)

// What it takes to run the services on something else than functions. Load balancers,
// clusters, groups and repositories have the stack in their names. What a network
// consists of has no names, only tags: it is made with the stack's, and touched by
// nobody who has not those to show. Reading knows no resources.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_ec2.html

// made are the kinds of which a network consists.
func (r resources) made() []any {
	return r.arns("ec2", r.Region, "vpc/*", "subnet/*", "route-table/*", "internet-gateway/*", "security-group/*",
		"security-group-rule/*", "vpc-endpoint/*")
}

// tags are the tags of all that the stack consists of, as conditions have them: of
// what there is ("ResourceTag"), or of what is asked for ("RequestTag").
func (r resources) tags(of string) map[string]any {
	return map[string]any{"aws:" + of + "/project": stack.Project, "aws:" + of + "/stack": r.Stack}
}

// tagged holds a grant to what has the stack's tags.
func (r resources) tagged(grant policy.Statement) policy.Statement {
	grant["Condition"] = map[string]any{"StringEquals": r.tags("ResourceTag")}
	return grant
}

// tagging holds a grant to what is given the stack's tags.
func (r resources) tagging(grant policy.Statement) policy.Statement {
	grant["Condition"] = map[string]any{"StringEquals": r.tags("RequestTag")}
	return grant
}

// tagsNew grants giving the stack's tags to what an action makes, as it makes it.
func (r resources) tagsNew(action string, made ...any) policy.Statement {
	grant := r.tagging(policy.Allow([]string{"ec2:CreateTags"}, made...))
	grant["Condition"].(map[string]any)["StringLike"] = map[string]any{"ec2:CreateAction": action}
	return grant
}

// balancers are load balancers with what they know, of each kind that may run.
func (r resources) balancers() []any {
	var forms []string
	for _, kind := range r.servers {
		name := r.Balancer(kind)
		forms = append(forms, "loadbalancer/app/"+name+"/*", "listener/app/"+name+"/*", "listener-rule/app/"+name+"/*")
		for _, service := range stack.Services {
			forms = append(forms, "targetgroup/"+r.TargetGroup(service, kind)+"/*")
		}
	}
	return r.arns("elasticloadbalancing", r.Region, forms...)
}

// firewallLog is where the balancer's firewall logs.
func (r resources) firewallLog() []any {
	return r.arns("logs", r.Region, "log-group:"+stack.FirewallLogGroup(r.BalancerFirewall())+"*")
}

// failures is the rule that tells of a deployment that failed.
func (r resources) failures() []any { return r.arns("events", r.Region, "rule/"+r.FailedDeployments()) }

// front is what it takes to make, change and remove a network, and the load balancer
// in it.
func (r resources) front() []policy.Statement {
	if len(r.servers) == 0 {
		return nil
	}
	creates := []string{
		"ec2:CreateVpc", "ec2:CreateSubnet", "ec2:CreateRouteTable", "ec2:CreateInternetGateway",
		"ec2:CreateSecurityGroup", "ec2:CreateVpcEndpoint",
	}
	tagsOnly := r.tagging(policy.Allow([]string{"ec2:CreateTags"},
		r.arns("ec2", r.Region, "security-group/*", "security-group-rule/*")...))
	// The group that comes with a network, and rules, are there before they are tagged.
	tagsOnly["Condition"].(map[string]any)["Null"] = map[string]any{"aws:ResourceTag/stack": "true"}
	linked := policy.Allow([]string{"iam:CreateServiceLinkedRole"},
		fmt.Sprintf("arn:aws:iam::%s:role/aws-service-role/*", r.Account))
	services := []any{"elasticloadbalancing.amazonaws.com"}
	if r.runs(stack.Tasks) {
		services = append(services, "ecs.amazonaws.com", "ecs.application-autoscaling.amazonaws.com")
	}
	if r.runs(stack.Hosts) {
		services = append(services, "autoscaling.amazonaws.com")
	}
	return []policy.Statement{
		r.tagging(policy.Allow(creates, r.made()...)),
		r.tagsNew("Create*", r.made()...),
		tagsOnly,
		// What is made in a network, or along a table, touches these too.
		r.tagged(policy.Allow(append([]string{
			"ec2:CreateTags", "ec2:DeleteTags",
			"ec2:ModifyVpcAttribute", "ec2:DeleteVpc", "ec2:ModifySubnetAttribute", "ec2:DeleteSubnet",
			"ec2:AttachInternetGateway", "ec2:DetachInternetGateway", "ec2:DeleteInternetGateway",
			"ec2:CreateRoute", "ec2:ReplaceRoute", "ec2:DeleteRoute", "ec2:AssociateRouteTable",
			"ec2:DisassociateRouteTable", "ec2:DeleteRouteTable", "ec2:ModifyVpcEndpoint", "ec2:DeleteVpcEndpoints",
			"ec2:AuthorizeSecurityGroup*", "ec2:RevokeSecurityGroup*", "ec2:ModifySecurityGroupRules",
			"ec2:UpdateSecurityGroupRuleDescriptions*", "ec2:DeleteSecurityGroup",
		}, creates[1:]...), r.made()...)),
		// A rule that is made has no tags yet; the group that it is of has.
		policy.Allow([]string{"ec2:AuthorizeSecurityGroup*"}, r.arns("ec2", r.Region, "security-group-rule/*")...),
		policy.Allow([]string{"elasticloadbalancing:*"}, r.balancers()...),
		policy.Allow([]string{"logs:*"}, r.firewallLog()...),
		where(linked, "iam:AWSServiceName", services...),
		r.looksAt(),
	}
}

// looksAt are the reads that a network and a load balancer take.
func (r resources) looksAt() policy.Statement {
	return policy.Allow([]string{
		"ec2:DescribeAccountAttributes", "ec2:DescribeAvailabilityZones", "ec2:DescribeInternetGateways",
		"ec2:DescribeNetworkAcls", "ec2:DescribeNetworkInterfaces", "ec2:DescribePrefixLists", "ec2:DescribeRegions",
		"ec2:DescribeRouteTables", "ec2:DescribeSecurityGroup*", "ec2:DescribeSubnets", "ec2:DescribeTags",
		"ec2:DescribeVpc*", "elasticloadbalancing:Describe*",
	}, everything)
}

func (r resources) taskRoles() []any {
	return r.arns("iam", "", append(named("role/", stack.Services, r.TaskRole, ""), "role/"+r.ExecutionRole())...)
}

// tasks is what it takes to make, change and remove what runs on Fargate.
func (r resources) tasks() []policy.Statement {
	if !r.runs(stack.Tasks) {
		return nil
	}
	forms := append(named("task-definition/", stack.Services, r.TaskService, ":*"),
		"cluster/"+r.Cluster(), "service/"+r.Cluster()+"/*")
	scales := policy.Allow([]string{
		"application-autoscaling:RegisterScalableTarget", "application-autoscaling:DeregisterScalableTarget",
		"application-autoscaling:PutScalingPolicy", "application-autoscaling:DeleteScalingPolicy",
	}, r.arns("application-autoscaling", r.Region, "scalable-target/*")...)
	return append(r.givenTo("ecs-tasks.amazonaws.com", r.taskRoles()...),
		policy.Allow([]string{
			"ecs:CreateCluster", "ecs:UpdateCluster*", "ecs:PutClusterCapacityProviders", "ecs:DeleteCluster",
			"ecs:DescribeClusters", "ecs:CreateService", "ecs:UpdateService", "ecs:DeleteService", "ecs:DescribeService*",
			"ecs:ListServiceDeployments", "ecs:RegisterTaskDefinition", "ecs:TagResource", "ecs:UntagResource",
			"ecs:ListTagsForResource",
		}, r.arns("ecs", r.Region, forms...)...),
		policy.Allow([]string{"events:*"}, r.failures()...),
		policy.Allow([]string{
			"ecs:DeregisterTaskDefinition", "ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitions",
			"application-autoscaling:Describe*",
		}, everything),
		where(scales, "application-autoscaling:service-namespace", "ecs"),
		policy.Allow([]string{
			"application-autoscaling:TagResource", "application-autoscaling:UntagResource",
			"application-autoscaling:ListTagsForResource",
		}, r.arns("application-autoscaling", r.Region, "scalable-target/*")...),
		// Scaling makes alarms for itself, as whoever asks for it.
		policy.Allow([]string{"cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms"},
			r.arns("cloudwatch", r.Region, "alarm:TargetTracking-service/"+r.Cluster()+"/*")...),
		r.tagging(policy.Allow([]string{"servicediscovery:CreatePrivateDnsNamespace"}, everything)),
		r.tagging(policy.Allow([]string{"servicediscovery:CreateService", "servicediscovery:TagResource"},
			r.arns("servicediscovery", r.Region, "namespace/*", "service/*")...)),
		r.tagged(policy.Allow([]string{
			"servicediscovery:CreateService", "servicediscovery:UpdatePrivateDnsNamespace", "servicediscovery:DeleteNamespace",
			"servicediscovery:UpdateService", "servicediscovery:DeleteService", "servicediscovery:UntagResource",
		}, r.arns("servicediscovery", r.Region, "namespace/*", "service/*")...)),
		policy.Allow([]string{
			"servicediscovery:Get*", "servicediscovery:List*",
			// The zone of the network alone, which Cloud Map makes as whoever asks for it.
			"route53:CreateHostedZone", "route53:GetHostedZone", "route53:ListHostedZonesByName",
		}, everything),
	)
}

// hosts is what it takes to make, change and remove what runs on EC2.
func (r resources) hosts() []policy.Statement {
	if !r.runs(stack.Hosts) {
		return nil
	}
	role := r.arns("iam", "", "role/"+r.HostRole())
	templates := r.arns("ec2", r.Region, "launch-template/*")
	group := r.arns("autoscaling", r.Region, "autoScalingGroup:*:autoScalingGroupName/"+r.HostGroup())
	parts := r.arns("ec2", r.Region, "instance/*", "volume/*", "network-interface/*")
	launched := policy.Allow([]string{"ec2:RunInstances"}, append(parts, "arn:aws:ec2:"+r.Region+"::image/*")...)
	launched["Condition"] = map[string]any{
		"ArnLike": map[string]any{"ec2:LaunchTemplate": templates[0]},
		"Bool":    map[string]any{"ec2:IsLaunchTemplateResource": "true"},
	}
	return append(r.givenTo("ec2.amazonaws.com", role...),
		policy.Allow([]string{
			"iam:CreateInstanceProfile", "iam:DeleteInstanceProfile", "iam:GetInstanceProfile",
			"iam:AddRoleToInstanceProfile", "iam:RemoveRoleFromInstanceProfile", "iam:TagInstanceProfile",
			"iam:UntagInstanceProfile", "iam:ListInstanceProfileTags",
		}, r.arns("iam", "", "instance-profile/"+r.HostRole())...),
		r.tagging(policy.Allow([]string{"ec2:CreateLaunchTemplate"}, templates...)),
		r.tagsNew("CreateLaunchTemplate", templates...),
		r.tagged(policy.Allow([]string{
			"ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate", "ec2:DeleteLaunchTemplate*", "ec2:CreateTags",
			"ec2:DeleteTags",
		}, templates...)),
		// Who has a group launch by a template has to be allowed to launch by it.
		// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html
		r.tagged(policy.Allow([]string{"ec2:RunInstances"},
			append(templates, r.arns("ec2", r.Region, "subnet/*", "security-group/*")...)...)),
		launched,
		r.tagsNew("RunInstances", parts...),
		policy.Allow([]string{"autoscaling:*"}, group...),
		policy.Allow([]string{"cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms"},
			r.arns("cloudwatch", r.Region, "alarm:TargetTracking-"+r.HostGroup()+"-*")...),
		r.image(),
		policy.Allow([]string{
			"autoscaling:Describe*", "ec2:DescribeLaunchTemplate*", "ec2:DescribeImages", "ec2:DescribeInstances",
			"ec2:DescribeInstanceTypes",
		}, everything),
	)
}

// image is how the program learns which image of Amazon Linux is current, from a
// parameter that AWS shows to all.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-ami.html
func (r resources) image() policy.Statement {
	return policy.Allow([]string{"ssm:GetParameter"},
		"arn:aws:ssm:"+r.Region+"::parameter/aws/service/ami-amazon-linux-latest/*")
}

// images is what it takes to keep the images of a stack, or only to look.
func (r resources) images(change bool) []policy.Statement {
	if !r.registry && !r.runs(stack.Tasks) {
		return nil
	}
	repository := r.arns("ecr", r.Region, "repository/"+r.Registry())
	if change {
		return []policy.Statement{
			policy.Allow([]string{"ecr:*"}, repository...), policy.Allow([]string{"ecr:GetAuthorizationToken"}, everything),
		}
	}
	return []policy.Statement{
		policy.Allow([]string{"ecr:Describe*", "ecr:Get*", "ecr:List*"}, repository...),
	}
}

// looks is what comparing all of this with the program takes.
func (r resources) looks() []policy.Statement {
	if len(r.servers) == 0 {
		return nil
	}
	all := []policy.Statement{r.looksAt(), policy.Allow([]string{"logs:Describe*", "logs:List*"}, r.firewallLog()...)}
	var roles []any
	if r.runs(stack.Tasks) {
		roles = r.taskRoles()
		all = append(all,
			policy.Allow([]string{"events:Describe*", "events:List*"}, r.failures()...),
			policy.Allow([]string{"ecs:DescribeClusters", "ecs:DescribeServices", "ecs:ListTagsForResource"},
				r.arns("ecs", r.Region, "cluster/"+r.Cluster(), "service/"+r.Cluster()+"/*")...),
			policy.Allow([]string{
				"ecs:DescribeTaskDefinition", "ecs:ListTagsForResource", "application-autoscaling:Describe*",
				"application-autoscaling:ListTagsForResource", "servicediscovery:Get*", "servicediscovery:List*",
				"route53:GetHostedZone",
			}, everything))
	}
	if r.runs(stack.Hosts) {
		roles = append(roles, r.arns("iam", "", "role/"+r.HostRole(), "instance-profile/"+r.HostRole())...)
		all = append(all, r.image(), policy.Allow([]string{
			"autoscaling:Describe*", "ec2:DescribeLaunchTemplate*", "ec2:DescribeImages", "ec2:DescribeInstances",
		}, everything))
	}
	return append(all, policy.Allow([]string{"iam:Get*", "iam:List*"}, roles...))
}
