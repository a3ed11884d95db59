package rollback_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"sgraph.ai/send/cli/rollback"
	"sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/test/moto"
)

// tasked makes the services of a stack on Fargate as deploys leave them, each of which
// made a revision of a service and retired the one before.
func tasked(t *testing.T, deploys rollback.Versions) rollback.Tasks {
	t.Helper()
	s := rollback.Tasks{
		Stack: "test-" + strings.ToLower(strings.ReplaceAll(t.Name(), "/", "-")), AWS: ecs.NewFromConfig(moto.Config(t)),
		Pause: func(ctx context.Context) error { return ctx.Err() },
	}
	names := stack.Names{Stack: s.Stack}
	if _, err := s.AWS.CreateCluster(t.Context(), &ecs.CreateClusterInput{
		ClusterName: aws.String(names.Cluster()),
	}); err != nil {
		t.Fatal(err)
	}
	for service, n := range deploys {
		for i := 1; i <= n; i++ {
			deployTasks(t, s, service, i)
		}
	}
	return s
}

// deployTasks makes a revision of a service, and what there was before retired.
func deployTasks(t *testing.T, s rollback.Tasks, service string, number int) {
	t.Helper()
	names := stack.Names{Stack: s.Stack}
	made, err := s.AWS.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String(names.TaskService(service)),
		Cpu:    aws.String("256"),
		Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String(service), Image: aws.String(fmt.Sprintf("registry/image@sha256:%064d", number)),
			Command: []string{"serve", "--service", service},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	arn := made.TaskDefinition.TaskDefinitionArn
	if number == 1 {
		_, err = s.AWS.CreateService(t.Context(), &ecs.CreateServiceInput{
			Cluster: aws.String(names.Cluster()), ServiceName: aws.String(names.TaskService(service)), TaskDefinition: arn,
			DesiredCount: aws.Int32(0),
		})
	} else {
		before := revisionOf(t, s, service)
		_, err = s.AWS.UpdateService(t.Context(), &ecs.UpdateServiceInput{
			Cluster: aws.String(names.Cluster()), Service: aws.String(names.TaskService(service)), TaskDefinition: arn,
		})
		if err == nil {
			_, err = s.AWS.DeregisterTaskDefinition(t.Context(), &ecs.DeregisterTaskDefinitionInput{
				TaskDefinition: before.TaskDefinitionArn,
			})
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

// revisionOf is what the tasks of a service are of.
func revisionOf(t *testing.T, s rollback.Tasks, service string) *types.TaskDefinition {
	t.Helper()
	names := stack.Names{Stack: s.Stack}
	found, err := s.AWS.DescribeServices(t.Context(), &ecs.DescribeServicesInput{
		Cluster: aws.String(names.Cluster()), Services: []string{names.TaskService(service)},
	})
	if err != nil || len(found.Services) != 1 {
		t.Fatal(err, len(found.Services))
	}
	out, err := s.AWS.DescribeTaskDefinition(t.Context(), &ecs.DescribeTaskDefinitionInput{
		TaskDefinition: found.Services[0].TaskDefinition,
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.TaskDefinition
}

// active are how many revisions of a service could be started.
func active(t *testing.T, s rollback.Tasks, service string) int {
	t.Helper()
	out, err := s.AWS.ListTaskDefinitions(t.Context(), &ecs.ListTaskDefinitionsInput{
		FamilyPrefix: aws.String(stack.Names{Stack: s.Stack}.TaskService(service)), Status: types.TaskDefinitionStatusActive,
	})
	if err != nil {
		t.Fatal(err)
	}
	return len(out.TaskDefinitionArns)
}

func wentBack(t *testing.T, s rollback.Tasks, services []string, to rollback.Versions) []string {
	t.Helper()
	steps, err := s.Plan(t.Context(), services, to)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Apply(t.Context(), steps); err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, step := range steps {
		said = append(said, strings.Join(strings.Fields(step.String()), " "))
	}
	return said
}

func TestTasksGoBackToTheRevisionBefore(t *testing.T) {
	t.Parallel()
	s := tasked(t, rollback.Versions{"user": 3, "admin": 1})
	images := func() string {
		return strings.TrimLeft(strings.TrimPrefix(aws.ToString(revisionOf(t, s, "user").ContainerDefinitions[0].Image),
			"registry/image@sha256:"), "0")
	}
	const only, already = "admin 1 stays: there is no version before it", "it was put back already, from 3"
	steps := []struct {
		services []string
		to       rollback.Versions
		said     string
		image    string
	}{
		{rollback.Services, nil, "user 3 -> 2; " + only, "2"},
		{rollback.Services, nil, "user 2 stays: " + already + "; " + only, "2"},
		{rollback.Services, rollback.Versions{"user": 2}, "user 2 stays: it is there already", "2"},
		{rollback.Services, rollback.Versions{"user": 1}, "user 2 -> 1", "1"},
		{[]string{"admin"}, rollback.Versions{"user": 2}, "", "1"},
		{rollback.Services, rollback.Versions{"user": 3, "admin": 1}, "user 1 -> 3; admin 1 stays: it is there already", "3"},
	}
	for _, step := range steps {
		if said := strings.Join(wentBack(t, s, step.services, step.to), "; "); said != step.said {
			t.Errorf("to %v: it says %q, want %q", step.to, said, step.said)
		}
		if images() != step.image {
			t.Errorf("to %v: tasks are of %s, want %s", step.to, images(), step.image)
		}
	}
	live, err := s.Live(t.Context())
	if err != nil || live.String() != "user=3,admin=1" {
		t.Errorf("live is %s, %v", live, err)
	}
	// What was registered for it is as retired as what it is a copy of.
	if n := active(t, s, "user"); n != 1 {
		t.Errorf("%d revisions of user could be started", n)
	}
}

// A deploy after going back makes a revision that is newer than the copies.
func TestADeployAfterwardsIsTheNewest(t *testing.T) {
	t.Parallel()
	s := tasked(t, rollback.Versions{"user": 2, "admin": 1})
	wentBack(t, s, []string{"user"}, nil)
	deployTasks(t, s, "user", 4)
	if said := wentBack(t, s, []string{"user"}, nil); len(said) != 1 || said[0] != "user 4 -> 2" {
		t.Errorf("it says %v", said)
	}
}

func TestTasksThatAreNotThere(t *testing.T) {
	t.Parallel()
	s := tasked(t, rollback.Versions{"user": 1, "admin": 1})
	for _, c := range []struct {
		to   rollback.Versions
		want string
	}{
		{rollback.Versions{"user": 7}, "user has no revision 7"},
		{rollback.Versions{rollback.Hosts: 7}, "has tasks"},
	} {
		if _, err := s.Plan(t.Context(), rollback.Services, c.to); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v", c.to, err)
		}
	}
	nowhere := rollback.Tasks{Stack: "nowhere-tasks", AWS: s.AWS}
	if live, err := nowhere.Live(t.Context()); err != nil || len(live) != 0 {
		t.Errorf("live is %v, %v", live, err)
	}
	_, err := nowhere.Plan(t.Context(), rollback.Services, nil)
	if err == nil || !strings.Contains(err.Error(), "no tasks") {
		t.Errorf("it says %v", err)
	}
}

// A deploy that comes between plan and step is not undone.
func TestADeployInBetweenStays(t *testing.T) {
	t.Parallel()
	s := tasked(t, rollback.Versions{"user": 2, "admin": 1})
	steps, err := s.Plan(t.Context(), rollback.Services, nil)
	if err != nil {
		t.Fatal(err)
	}
	deployTasks(t, s, "user", 3)
	if err := s.Apply(t.Context(), steps); err == nil || !strings.Contains(err.Error(), "a deploy changed it") {
		t.Errorf("it says %v", err)
	}
	if n := revisionOf(t, s, "user").Revision; n != 3 {
		t.Errorf("tasks are of %d", n)
	}
	if n := active(t, s, "user"); n != 1 {
		t.Errorf("%d revisions could be started", n)
	}
}
