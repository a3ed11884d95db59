package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// refreshes are what EC2 says, one after the other; the last for good.
type refreshes struct{ says []types.InstanceRefreshStatus }

func (r *refreshes) DescribeInstanceRefreshes(
	_ context.Context, in *autoscaling.DescribeInstanceRefreshesInput, _ ...func(*autoscaling.Options),
) (*autoscaling.DescribeInstanceRefreshesOutput, error) {
	if aws.ToString(in.AutoScalingGroupName) != "sgraph-send-dev" {
		return nil, errors.New("another group is asked for")
	}
	if len(r.says) == 0 {
		return &autoscaling.DescribeInstanceRefreshesOutput{}, nil
	}
	status := r.says[0]
	if len(r.says) > 1 {
		r.says = r.says[1:]
	}
	return &autoscaling.DescribeInstanceRefreshesOutput{InstanceRefreshes: []types.InstanceRefresh{
		{Status: status, StatusReason: aws.String("no host answers")},
	}}, nil
}

func TestADeployWaitsForItsHosts(t *testing.T) {
	t.Parallel()
	const goesOn, done = types.InstanceRefreshStatusInProgress, types.InstanceRefreshStatusSuccessful
	const failed, cancelled = types.InstanceRefreshStatusFailed, types.InstanceRefreshStatusCancelled
	for name, c := range map[string]struct {
		says []types.InstanceRefreshStatus
		want string // of the error; "" = none
	}{
		"the first hosts":     {nil, ""},
		"replaced":            {[]types.InstanceRefreshStatus{types.InstanceRefreshStatusPending, goesOn, goesOn, done}, ""},
		"replaced long ago":   {[]types.InstanceRefreshStatus{done}, ""},
		"not replaced":        {[]types.InstanceRefreshStatus{goesOn, failed}, "EC2 says Failed: no host"},
		"given up":            {[]types.InstanceRefreshStatus{goesOn, cancelled}, "sgsend rollback"},
		"not replaced so far": {[]types.InstanceRefreshStatus{goesOn}, "it goes on after 45m"},
	} {
		waited := time.Duration(0)
		err := replacedIn(&refreshes{c.says}, func(_ context.Context, d time.Duration) error {
			waited += d
			return nil
		})(t.Context(), "sgraph-send-dev")
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if waited > lookFor {
			t.Errorf("%s: it waits for %s", name, waited)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := replacedIn(&refreshes{[]types.InstanceRefreshStatus{goesOn}}, rest)(ctx, "sgraph-send-dev")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("where nobody waits any more: %v", err)
	}
}
