package rollback

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"sgraph.ai/send/shared/stack"
)

// Hosts is what goes back on EC2, both services together.
const Hosts = "hosts"

// Group is a stack's hosts on EC2. A deploy makes a version of their launch
// template and has the group replace its hosts by ones of that; going back is
// having them replaced by ones of a version before, of which one answers before one
// goes. It takes minutes.
type Group struct {
	Stack string
	AWS   *autoscaling.Client
	// Pause waits between two looks at how far the group is; nil waits for seconds.
	Pause func(context.Context) error
}

func (g Group) name() *string { return aws.String(stack.Names{Stack: g.Stack}.HostGroup()) }

// Live answers which version the hosts are of; nothing before the first deploy.
func (g Group) Live(ctx context.Context) (Versions, error) {
	group, err := g.describe(ctx)
	if err != nil || group == nil {
		return Versions{}, err
	}
	now, err := versionOf(group)
	return Versions{Hosts: now}, err
}

// Plan says what going back takes: to a version that is named, or to the one before
// that which the last deploy brought. Where the hosts are of another than that they
// have been put back already.
func (g Group) Plan(ctx context.Context, services []string, to Versions) ([]Step, error) {
	if len(services) < len(Services) {
		return nil, fmt.Errorf("the hosts of stack %q run both services, and both go back", g.Stack)
	}
	if _, named := to[Hosts]; len(to) > 0 && !named {
		return nil, fmt.Errorf("%s are functions or tasks, and stack %q has hosts: name their version as in hosts=7",
			to, g.Stack)
	}
	group, err := g.describe(ctx)
	if err != nil {
		return nil, err
	}
	if group == nil {
		return nil, fmt.Errorf("there are no hosts of stack %q", g.Stack)
	}
	now, err := versionOf(group)
	if err != nil {
		return nil, err
	}
	newest, err := deployed(group)
	if err != nil {
		return nil, err
	}
	step := Step{Service: Hosts, From: now, To: to[Hosts]}
	if step.To > newest {
		return nil, fmt.Errorf("the hosts of stack %q have no version %d; the newest is %d", g.Stack, step.To, newest)
	}
	return []Step{step.back(newest, newest-1)}, nil
}

// Apply takes the steps of a plan, and returns when all hosts are of the version
// that is wanted. What a deploy is still replacing it gives up.
func (g Group) Apply(ctx context.Context, steps []Step) error {
	for _, step := range steps {
		if !step.Moves() {
			continue
		}
		group, err := g.describe(ctx)
		if err != nil {
			return err
		}
		if group == nil || group.LaunchTemplate == nil {
			return fmt.Errorf("there are no hosts of stack %q any more", g.Stack)
		}
		id, err := g.replace(ctx, group.LaunchTemplate.LaunchTemplateId, step.To)
		if err == nil {
			err = g.replaced(ctx, id)
		}
		if err != nil {
			return fmt.Errorf("putting %s back to %d: %w", step.Service, step.To, err)
		}
	}
	return nil
}

// replace begins to replace the hosts, and returns by which name that is known.
func (g Group) replace(ctx context.Context, template *string, version int) (id *string, err error) {
	for {
		out, err := g.AWS.StartInstanceRefresh(ctx, &autoscaling.StartInstanceRefreshInput{
			AutoScalingGroupName: g.name(),
			DesiredConfiguration: &types.DesiredConfiguration{LaunchTemplate: &types.LaunchTemplateSpecification{
				LaunchTemplateId: template,
				Version:          aws.String(strconv.Itoa(version)),
			}},
			Preferences: &types.RefreshPreferences{
				MinHealthyPercentage: aws.Int32(100),
				MaxHealthyPercentage: aws.Int32(200),
				SkipMatching:         aws.Bool(true), // those that a deploy did not come to stay
			},
		})
		if err == nil {
			return out.InstanceRefreshId, nil
		}
		if _, busy := errors.AsType[*types.InstanceRefreshInProgressFault](err); !busy {
			return nil, err
		}
		_, err = g.AWS.CancelInstanceRefresh(ctx, &autoscaling.CancelInstanceRefreshInput{AutoScalingGroupName: g.name()})
		if _, over := errors.AsType[*types.ActiveInstanceRefreshNotFoundFault](err); err != nil && !over {
			return nil, err
		}
		if err := g.pause(ctx); err != nil {
			return nil, err
		}
	}
}

// replaced waits until the hosts are.
func (g Group) replaced(ctx context.Context, id *string) error {
	for {
		out, err := g.AWS.DescribeInstanceRefreshes(ctx, &autoscaling.DescribeInstanceRefreshesInput{
			AutoScalingGroupName: g.name(),
			InstanceRefreshIds:   []string{aws.ToString(id)},
		})
		if err != nil {
			return err
		}
		if len(out.InstanceRefreshes) == 0 {
			return fmt.Errorf("the group does not know that it replaces its hosts (%s)", aws.ToString(id))
		}
		switch r := out.InstanceRefreshes[0]; r.Status {
		case types.InstanceRefreshStatusSuccessful:
			return nil
		case types.InstanceRefreshStatusFailed, types.InstanceRefreshStatusCancelled,
			types.InstanceRefreshStatusCancelling:
			return fmt.Errorf("the group says %s: %s", r.Status, aws.ToString(r.StatusReason))
		}
		if err := g.pause(ctx); err != nil {
			return err
		}
	}
}

func (g Group) pause(ctx context.Context) error { return pause(ctx, g.Pause) }

// describe returns the group, or nothing where there is none.
func (g Group) describe(ctx context.Context) (*types.AutoScalingGroup, error) {
	out, err := g.AWS.DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{
		AutoScalingGroupNames: []string{*g.name()},
	})
	if err != nil {
		return nil, fmt.Errorf("asking of which version the hosts of stack %q are: %w", g.Stack, err)
	}
	if len(out.AutoScalingGroups) == 0 {
		return nil, nil
	}
	return &out.AutoScalingGroups[0], nil
}

// versionOf is the version of the launch template that a group has.
func versionOf(group *types.AutoScalingGroup) (int, error) {
	version := ""
	if group.LaunchTemplate != nil {
		version = aws.ToString(group.LaunchTemplate.Version)
	}
	n, err := strconv.Atoi(version)
	if err != nil {
		return 0, fmt.Errorf("the group %s has version %q of a launch template, which is no number",
			aws.ToString(group.AutoScalingGroupName), version)
	}
	return n, nil
}

// deployed is the version that the last deploy brought, which it notes at the group.
func deployed(group *types.AutoScalingGroup) (int, error) {
	for _, tag := range group.Tags {
		if aws.ToString(tag.Key) == stack.DeployedTag {
			return strconv.Atoi(aws.ToString(tag.Value))
		}
	}
	return 0, fmt.Errorf("the group %s has no tag %s, by which a deploy says what it brought",
		aws.ToString(group.AutoScalingGroupName), stack.DeployedTag)
}
