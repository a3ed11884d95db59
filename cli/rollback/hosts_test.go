package rollback_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"sgraph.ai/send/cli/internal/deployed"
	"sgraph.ai/send/cli/rollback"
	"sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/test/moto"
)

// hosted makes a group of hosts as so many deploys leave it.
func hosted(t *testing.T, deploys int) rollback.Group {
	t.Helper()
	config := moto.Config(t)
	g := rollback.Group{
		Stack: "test-" + strings.ToLower(strings.ReplaceAll(t.Name(), "/", "-")), AWS: autoscaling.NewFromConfig(config),
		Pause: func(ctx context.Context) error { return ctx.Err() },
	}
	names := stack.Names{Stack: g.Stack}
	ec2(t, aws.ToString(config.BaseEndpoint), url.Values{
		"Action": {"CreateLaunchTemplate"}, "LaunchTemplateName": {names.HostTemplate()},
		"LaunchTemplateData.ImageId": {"ami-06fbcc76c02e8163f"}, "LaunchTemplateData.InstanceType": {"t4g.small"},
	})
	if _, err := g.AWS.CreateAutoScalingGroup(t.Context(), &autoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String(names.HostGroup()),
		MinSize:              aws.Int32(2),
		MaxSize:              aws.Int32(4),
		AvailabilityZones:    []string{"eu-west-2a"},
		LaunchTemplate:       templateOf(names, 1),
	}); err != nil {
		t.Fatal(err)
	}
	note(t, g, 1)
	for n := 2; n <= deploys; n++ {
		ec2(t, aws.ToString(config.BaseEndpoint), url.Values{
			"Action": {"CreateLaunchTemplateVersion"}, "LaunchTemplateName": {names.HostTemplate()},
			"SourceVersion": {"1"}, "LaunchTemplateData.InstanceType": {"t4g.small"},
		})
		if _, err := g.AWS.UpdateAutoScalingGroup(t.Context(), &autoscaling.UpdateAutoScalingGroupInput{
			AutoScalingGroupName: aws.String(names.HostGroup()),
			LaunchTemplate:       templateOf(names, n),
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := g.AWS.StartInstanceRefresh(t.Context(), &autoscaling.StartInstanceRefreshInput{
			AutoScalingGroupName: aws.String(names.HostGroup()),
		}); err != nil {
			t.Fatal(err)
		}
		note(t, g, n)
	}
	return g
}

func templateOf(names stack.Names, version int) *types.LaunchTemplateSpecification {
	return &types.LaunchTemplateSpecification{
		LaunchTemplateName: aws.String(names.HostTemplate()), Version: aws.String(fmt.Sprint(version)),
	}
}

// note is what a deploy says of what it brought.
func note(t *testing.T, g rollback.Group, version int) {
	t.Helper()
	if _, err := g.AWS.CreateOrUpdateTags(t.Context(), &autoscaling.CreateOrUpdateTagsInput{Tags: []types.Tag{{
		ResourceId:        aws.String(stack.Names{Stack: g.Stack}.HostGroup()),
		ResourceType:      aws.String("auto-scaling-group"),
		Key:               aws.String(stack.DeployedTag),
		Value:             aws.String(fmt.Sprint(version)),
		PropagateAtLaunch: aws.Bool(false),
	}}}); err != nil {
		t.Fatal(err)
	}
}

// ec2 asks EC2, for which no other part of the project needs a client.
func ec2(t *testing.T, endpoint string, form url.Values) {
	t.Helper()
	form.Set("Version", "2016-11-15")
	if status := deployed.Query(t, endpoint, "ec2", form); status != http.StatusOK {
		t.Fatalf("%s: %d", form.Get("Action"), status)
	}
}

// are says of which versions the hosts are.
func are(t *testing.T, g rollback.Group) (versions []string) {
	t.Helper()
	out, err := g.AWS.DescribeAutoScalingGroups(t.Context(), &autoscaling.DescribeAutoScalingGroupsInput{
		AutoScalingGroupNames: []string{stack.Names{Stack: g.Stack}.HostGroup()},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range out.AutoScalingGroups[0].Instances {
		versions = append(versions, aws.ToString(host.LaunchTemplate.Version))
	}
	return versions
}

// goBack makes a plan, takes its steps, and says what they were.
func goBack(t *testing.T, g rollback.Group, to rollback.Versions) string {
	t.Helper()
	steps, err := g.Plan(t.Context(), rollback.Services, to)
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Apply(t.Context(), steps); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(steps)
}

func TestHostsGoBackToTheVersionBeforeAndOnlyOnce(t *testing.T) {
	t.Parallel()
	g := hosted(t, 3)
	if live, err := g.Live(t.Context()); err != nil || live.String() != "hosts=3" {
		t.Fatalf("%v is live, %v", live, err)
	}
	if got := goBack(t, g, nil); got != "[hosts  3 -> 2]" {
		t.Error(got)
	}
	if got := fmt.Sprint(are(t, g)); got != "[2 2]" {
		t.Errorf("the hosts are of %s", got)
	}
	if got := goBack(t, g, nil); !strings.Contains(got, "put back already, from 3") {
		t.Error(got)
	}
	if got := goBack(t, g, rollback.Versions{rollback.Hosts: 1}); got != "[hosts  2 -> 1]" {
		t.Error(got)
	}
	if live, err := g.Live(t.Context()); err != nil || live.String() != "hosts=1" {
		t.Errorf("%v is live, %v", live, err)
	}
	if _, err := g.Plan(t.Context(), []string{"user"}, nil); err == nil || !strings.Contains(err.Error(), "both") {
		t.Errorf("one service alone: %v", err)
	}
	if _, err := g.Plan(t.Context(), rollback.Services, rollback.Versions{"user": 1}); err == nil ||
		!strings.Contains(err.Error(), "user=1 are functions or tasks") {
		t.Errorf("a version of a function: %v", err)
	}
	if _, err := g.Plan(t.Context(), rollback.Services, rollback.Versions{rollback.Hosts: 4}); err == nil ||
		!strings.Contains(err.Error(), "no version 4; the newest is 3") {
		t.Errorf("a version that there is not: %v", err)
	}
}

func TestHostsWithNothingBeforeStay(t *testing.T) {
	t.Parallel()
	g := hosted(t, 1)
	if got := goBack(t, g, nil); !strings.Contains(got, "no version before it") {
		t.Error(got)
	}
	none := g
	none.Stack = "nowhere"
	if live, err := none.Live(t.Context()); err != nil || len(live) != 0 {
		t.Errorf("where there are none %v are live, %v", live, err)
	}
	if _, err := none.Plan(t.Context(), rollback.Services, nil); err == nil || !strings.Contains(err.Error(), "no hosts") {
		t.Errorf("%v", err)
	}
}

// What a deploy is still replacing is given up, and what comes of it is waited for.
func TestHostsGoBackInTheMiddleOfADeploy(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]string{"Successful": "", "Failed": "the group says Failed: no host answers"} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			g := hosted(t, 2)
			deploy := &underWay{status: status, left: 2}
			g.AWS = autoscaling.New(g.AWS.Options(), func(o *autoscaling.Options) { o.HTTPClient = deploy })
			steps, err := g.Plan(t.Context(), rollback.Services, nil)
			if err != nil {
				t.Fatal(err)
			}
			err = g.Apply(t.Context(), steps)
			if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
				t.Errorf("%v", err)
			}
			if got := strings.Join(deploy.asked, " "); got != "StartInstanceRefresh CancelInstanceRefresh "+
				"StartInstanceRefresh CancelInstanceRefresh StartInstanceRefresh DescribeInstanceRefreshes "+
				"DescribeInstanceRefreshes" {
				t.Error(got)
			}
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if err := g.Apply(ctx, steps); !errors.Is(err, context.Canceled) {
				t.Errorf("where nobody waits any more: %v", err)
			}
		})
	}
}

// underWay answers as the group does that is replacing its hosts, which moto's has
// always done at once.
type underWay struct {
	status string // that it comes to
	left   int    // how often a deploy is still in the way
	looks  int
	asked  []string
}

func (u *underWay) Do(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	action := form.Get("Action")
	answer := func(status int, text string) (*http.Response, error) {
		u.asked = append(u.asked, action)
		return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(text)), Header: http.Header{}}, nil
	}
	switch action {
	case "StartInstanceRefresh":
		if u.left > 0 {
			return answer(http.StatusBadRequest, `<ErrorResponse><Error><Type>Sender</Type>`+
				`<Code>InstanceRefreshInProgress</Code><Message>it goes on</Message></Error></ErrorResponse>`)
		}
		return answer(http.StatusOK, `<StartInstanceRefreshResponse><StartInstanceRefreshResult>`+
			`<InstanceRefreshId>r</InstanceRefreshId></StartInstanceRefreshResult></StartInstanceRefreshResponse>`)
	case "CancelInstanceRefresh":
		if u.left--; u.left == 0 { // it has ended by itself
			return answer(http.StatusBadRequest, `<ErrorResponse><Error><Type>Sender</Type>`+
				`<Code>ActiveInstanceRefreshNotFound</Code><Message>it is over</Message></Error></ErrorResponse>`)
		}
		return answer(http.StatusOK, `<CancelInstanceRefreshResponse><CancelInstanceRefreshResult>`+
			`<InstanceRefreshId>d</InstanceRefreshId></CancelInstanceRefreshResult></CancelInstanceRefreshResponse>`)
	case "DescribeInstanceRefreshes":
		status := "InProgress"
		if u.looks++; u.looks > 1 {
			status = u.status
		}
		return answer(http.StatusOK, `<DescribeInstanceRefreshesResponse><DescribeInstanceRefreshesResult>`+
			`<InstanceRefreshes><member><InstanceRefreshId>r</InstanceRefreshId><Status>`+status+`</Status>`+
			`<StatusReason>no host answers</StatusReason></member></InstanceRefreshes>`+
			`</DescribeInstanceRefreshesResult></DescribeInstanceRefreshesResponse>`)
	}
	req.Body = io.NopCloser(strings.NewReader(string(body)))
	return asking.Client.Do(req)
}
