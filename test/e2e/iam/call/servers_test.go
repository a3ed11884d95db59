package call

import (
	"net/http"
	"slices"
	"testing"
)

func TestWhatServersNeed(t *testing.T) {
	t.Parallel()
	const at = ":eu-west-2:123456789012:"
	target := func(of string) map[string]string { return map[string]string{"X-Amz-Target": of} }
	form := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	for _, c := range []struct {
		service string
		header  map[string]string
		body    string
		want    []string
	}{
		// Networks: what is made, what it is made in, and its tags.
		{
			"ec2", form, "Action=CreateSubnet&VpcId=vpc-1&TagSpecification.1.Tag.1.Key=stack&TagSpecification.1.Tag.1.Value=dev",
			[]string{
				"ec2:CreateSubnet ec2" + at + "subnet/made TagKeys=stack", "ec2:CreateSubnet ec2" + at + "vpc/vpc-1 TagKeys=stack",
				"ec2:CreateTags ec2" + at + "subnet/made TagKeys=stack",
			},
		},
		{
			"ec2", form, "Action=CreateTags&ResourceId.1=sgr-1&ResourceId.2=sg-1&Tag.1.Key=stack&Tag.1.Value=dev",
			[]string{
				"ec2:CreateTags ec2" + at + "security-group-rule/sgr-1 TagKeys=stack",
				"ec2:CreateTags ec2" + at + "security-group/sg-1 TagKeys=stack",
			},
		},
		{
			"ec2", form, "Action=AuthorizeSecurityGroupIngress&GroupId=sg-1",
			[]string{
				"ec2:AuthorizeSecurityGroupIngress ec2" + at + "security-group/sg-1",
				"ec2:AuthorizeSecurityGroupIngress ec2" + at + "security-group-rule/made",
			},
		},
		{
			"ec2", form, "Action=DisassociateRouteTable&AssociationId=rtbassoc-1",
			[]string{"ec2:DisassociateRouteTable ec2" + at + "route-table/rtb-1"},
		},
		{"ec2", form, "Action=DescribeVpcs", []string{"ec2:DescribeVpcs *"}},
		// Who makes a template gives hosts its role, and who has a group launch may launch.
		{
			"ec2", form, "Action=CreateLaunchTemplateVersion&LaunchTemplateId=lt-1&" +
				"LaunchTemplateData.IamInstanceProfile.Arn=arn:aws:iam::123456789012:instance-profile/host",
			[]string{
				"ec2:CreateLaunchTemplateVersion ec2" + at + "launch-template/lt-1",
				"iam:PassRole iam::123456789012:role/host PassedToService=ec2.amazonaws.com",
			},
		},
		{
			"autoscaling", form, "Action=UpdateAutoScalingGroup&AutoScalingGroupName=g&LaunchTemplate.LaunchTemplateId=lt-1&" +
				"VPCZoneIdentifier=subnet-1,subnet-2",
			[]string{
				"autoscaling:UpdateAutoScalingGroup autoscaling" + at + "autoScalingGroup:made:autoScalingGroupName/g",
				"ec2:RunInstances ec2" + at + "launch-template/lt-1", "ec2:RunInstances ec2" + at + "instance/made",
				"ec2:RunInstances ec2" + at + "volume/made", "ec2:RunInstances ec2" + at + "network-interface/made",
				"ec2:RunInstances ec2:eu-west-2::image/ami", "ec2:RunInstances ec2" + at + "subnet/subnet-1",
				"ec2:RunInstances ec2" + at + "subnet/subnet-2",
			},
		},
		// Tasks: their roles, and where they run.
		{
			"ecs", target(clusters.target + ".RegisterTaskDefinition"),
			`{"family":"f","taskRoleArn":"arn:aws:iam::123456789012:role/t",` +
				`"executionRoleArn":"arn:aws:iam::123456789012:role/e"}`,
			[]string{
				"ecs:RegisterTaskDefinition ecs" + at + "task-definition/f:1",
				"iam:PassRole iam::123456789012:role/t PassedToService=ecs-tasks.amazonaws.com",
				"iam:PassRole iam::123456789012:role/e PassedToService=ecs-tasks.amazonaws.com",
			},
		},
		{
			"ecs", target(clusters.target + ".UpdateService"), `{"cluster":"arn:aws:ecs:eu-west-2:1:cluster/c","service":"s"}`,
			[]string{"ecs:UpdateService ecs" + at + "service/c/s"},
		},
		{
			"application-autoscaling", target(scaling.target + ".DeleteScalingPolicy"),
			`{"ServiceNamespace":"ecs","ResourceId":"service/c/s"}`,
			[]string{
				"application-autoscaling:DeleteScalingPolicy application-autoscaling" + at + "scalable-target/made",
				"cloudwatch:DeleteAlarms cloudwatch" + at + "alarm:TargetTracking-service/c/s-AlarmHigh-made",
			},
		},
		{
			"ecr", target(images.target + ".BatchGetImage"), `{"repositoryName":"r"}`,
			[]string{"ecr:BatchGetImage ecr" + at + "repository/r"},
		},
		{
			"elasticloadbalancing", form, "Action=CreateLoadBalancer&Name=b",
			[]string{
				"elasticloadbalancing:CreateLoadBalancer elasticloadbalancing" + at + "loadbalancer/app/b/made",
				"iam:CreateServiceLinkedRole iam::123456789012:role/aws-service-role/elasticloadbalancing.amazonaws.com/made " +
					"AWSServiceName=elasticloadbalancing.amazonaws.com",
			},
		},
		{
			"wafv2", target(firewalls.target + ".AssociateWebACL"),
			`{"WebACLArn":"arn:aws:wafv2:eu-west-2:1:regional/webacl/a/1","ResourceArn":"arn:aws:elasticloadbalancing:b"}`,
			[]string{
				"wafv2:AssociateWebACL wafv2:eu-west-2:1:regional/webacl/a/1",
				"elasticloadbalancing:SetWebACL elasticloadbalancing:b",
			},
		},
		{
			"ssm", target(parameters.target + ".GetParameter"), `{"Name":"/aws/service/ami-amazon-linux-latest/a"}`,
			[]string{"ssm:GetParameter ssm:eu-west-2::parameter/aws/service/ami-amazon-linux-latest/a"},
		},
	} {
		got, err := ask(t, c.service, http.MethodPost, "/", c.header, c.body)
		if err != nil {
			t.Errorf("%s: %v", c.body, err)
		}
		if all := said(got); !slices.Equal(all, c.want) {
			t.Errorf("%s needs\n%q, want\n%q", c.body, all, c.want)
		}
	}
}
