package main

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// groups is what EC2 says of how groups replace their hosts.
type groups interface {
	DescribeInstanceRefreshes(
		context.Context, *autoscaling.DescribeInstanceRefreshesInput, ...func(*autoscaling.Options),
	) (*autoscaling.DescribeInstanceRefreshesOutput, error)
}

// replacing waits until the group of a name has replaced its hosts.
type replacing func(ctx context.Context, group string) error

// How often a group is asked how far it is, and for how long: a host of another
// version answers, or does not, in minutes.
const (
	lookEvery = 10 * time.Second
	lookFor   = 45 * time.Minute
)

// replacedIn is replacing as EC2 says it. The deploy fails where hosts of the new
// version do not answer; those of the version before then go on.
func replacedIn(of groups, pause func(context.Context, time.Duration) error) replacing {
	return func(ctx context.Context, group string) error {
		for waited := time.Duration(0); ; waited += lookEvery {
			out, err := of.DescribeInstanceRefreshes(ctx, &autoscaling.DescribeInstanceRefreshesInput{
				AutoScalingGroupName: aws.String(group),
				MaxRecords:           aws.Int32(1), // the latest
			})
			if err != nil {
				return fmt.Errorf("asking EC2 whether %s has replaced its hosts: %w", group, err)
			}
			if len(out.InstanceRefreshes) == 0 {
				return nil // they are the first
			}
			switch r := out.InstanceRefreshes[0]; r.Status {
			case types.InstanceRefreshStatusSuccessful:
				return nil
			case types.InstanceRefreshStatusPending, types.InstanceRefreshStatusInProgress,
				types.InstanceRefreshStatusCancelling, types.InstanceRefreshStatusBaking:
			default:
				return unreplaced(group, fmt.Sprintf("EC2 says %s: %s", r.Status, aws.ToString(r.StatusReason)))
			}
			if waited >= lookFor {
				return unreplaced(group, fmt.Sprintf("it goes on after %s", lookFor))
			}
			if err := pause(ctx, lookEvery); err != nil {
				return err
			}
		}
	}
}

// unreplaced says what can be done about hosts of before that go on.
func unreplaced(group, why string) error {
	return fmt.Errorf("%s could not replace its hosts by ones of this version, because these do not answer; those of "+
		"before go on (%s). See what their first start says (docs/playbooks/hosts-missing.md), and have the group go back: "+
		"sgsend rollback", group, why)
}

// rest pauses, unless nobody waits any more.
func rest(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
