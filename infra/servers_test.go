package main

// serverForms are of what tasks and hosts have in front.
var serverForms = []form{
	{"aws:ec2/securityGroup:SecurityGroup", "name", 1, 255, `[a-zA-Z0-9 ._:/()#,@\[\]+=&;{}!$*-]+`, apiSecurity},
	{"aws:ec2/securityGroup:SecurityGroup", "description", 1, 255, `[a-zA-Z0-9 ._:/()#,@\[\]+=&;{}!$*-]+`, apiSecurity},
	{"aws:lb/loadBalancer:LoadBalancer", "name", 1, 32, `[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?`, apiBalancer},
	{"aws:lb/targetGroup:TargetGroup", "name", 1, 32, `[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?`, apiBalancer},
}

// Where AWS says what it takes of them.
const (
	apiSecurity = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html"
	apiBalancer = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html"
)
