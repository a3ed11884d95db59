package stack

import "fmt"

// PackagePrefix begins the keys of the packages that hosts install, in the artifacts
// bucket.
const PackagePrefix = "sgsend/"

// PackageKey is the key of a package by its digest.
func PackageKey(sha256 string) string { return PackagePrefix + sha256 + ".rpm" }

// DeployedTag is the tag of the group by which a deploy says which version of the
// launch template it brought: where the group has another, somebody went back.
const DeployedTag = "deployed-version"

// AnswersHook is the name of the hook under which the group holds a new host back
// until its services answer.
const AnswersHook = "answers"

// HostGroup is the group that keeps the hosts of EC2 running, HostTemplate what
// they are launched by, and what they are called.
func (n Names) HostGroup() string { return n.whole() }

// HostTemplate has a version for each deploy that changed something.
func (n Names) HostTemplate() string { return n.whole() }

// HostRole is what hosts run as, and the profile by which they do.
func (n Names) HostRole() string { return n.part("host") }

// HostGroupARN is the group as policies refer to it, whose ARN has an ID that nobody
// knows before.
func (n Names) HostGroupARN() string {
	return fmt.Sprintf("arn:aws:autoscaling:%s:%s:autoScalingGroup:*:autoScalingGroupName/%s",
		n.Region, n.Account, n.HostGroup())
}
