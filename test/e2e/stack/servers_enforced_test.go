package stack

import (
	"slices"
	"strings"
	"testing"

	"sgraph.ai/send/shared/metric"
	names "sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/test/nightly"
	"sgraph.ai/send/test/e2e/iam"
	"sgraph.ai/send/test/e2e/iam/guard"
)

// TestServersEnforced deploys a stack to Fargate, and another to EC2, as their pipelines
// do, in an account that has been set up for them and whose IAM is enforced; tasks and
// hosts run as their own roles. Each begins with nothing, so that what it makes once it
// has to be allowed to make.
func TestServersEnforced(t *testing.T) {
	nightly.Only(t)
	t.Parallel()
	t.Run("fargate", func(t *testing.T) {
		of := stackOf("fargate")
		enforced(t, "fargate", names.Tasks, of.TaskRole(metric.User), of.TaskRole(metric.Admin), of.ExecutionRole())
	})
	t.Run("ec2", func(t *testing.T) {
		needHosts(t)
		enforced(t, "ec2", names.Hosts, stackOf("ec2").HostRole())
	})
}

// enforced deploys a stack, called as what runs it, in which the roles run something.
func enforced(t *testing.T, compute, kind string, roles ...string) {
	t.Helper()
	domain := compute + ".example.com"
	m := newMoved(t, compute, domain)
	source := likeDev(t, compute)
	m.aws.bootstrap(t, source, compute, [][2]string{
		{"zones", compute + "=" + m.aws.newZone(t, domain)}, {"computes", "lambda,fargate,ec2"},
		// Of these an account has one, which is another test's.
		{"state", "false"}, {"provider", "false"},
	}...)
	m.aws.guard = guard.Start(t, m.aws.endpoint)
	m.commandLine = newCommandLine(t, source, m.aws.guard.URL).as(t, m.aws, compute, "deploy")
	m.refer(t, m.aws, compute, apiKey)
	m.begin(t)

	step(t, "up", func(t *testing.T) {
		m.run(t, "config", "set", "compute", compute)
		m.run(t, "up", "--yes", "--skip-preview", "--non-interactive")
		m.settle(t)
		m.openBalancer(t, kind)
		m.noNotes(t)
		m.aws.nothingRefused(t, 0)
	})
	step(t, "an unchanged checkout is an empty preview, to who may only look", func(t *testing.T) {
		looking := m.as(t, m.aws, compute, "preview")
		looking.run(t, "preview", "--refresh", "--expect-no-changes", "--diff", "--non-interactive")
		m.aws.nothingRefused(t, 0)
	})
	step(t, "every route works for who may do no more than they", func(t *testing.T) {
		tour(t, m.reach(t, m.user), m.reach(t, m.admin))
		m.looked(t)
		m.aws.nothingRefused(t, 0)
	})
	step(t, "no grant of theirs is idle", func(t *testing.T) { m.nothingIdle(t, roles) })
	step(t, "destroy leaves nothing", func(t *testing.T) {
		m.run(t, "destroy", "--yes", "--skip-preview", "--non-interactive")
		m.aws.gone(t, compute)
		m.aws.nothingRefused(t, 0)
	})
}

// notHere are actions that servers may need, and that nothing here does.
var notHere = []string{
	"ssm:UpdateInstanceInformation", "ssmmessages:", // operators do not look at hosts here
	"ssm:GetParameter", "kms:Decrypt", // the key of before is not there
}

// nothingIdle fails for what the roles of servers may do and nothing needed. What
// bounds them bounds functions as well.
func (m *moved) nothingIdle(t *testing.T, roles []string) {
	t.Helper()
	idle, err := m.aws.guard.Idle(roles...)
	if err != nil {
		t.Fatal(err)
	}
	// The canary's secret goes with the canary, which stays here.
	forgets := slices.IndexFunc(idle, func(w iam.Word) bool { return w.Text == "dynamodb:DeleteItem" && !bounds(w) })
	for i, word := range idle {
		here := func(action string) bool { return strings.HasPrefix(word.Text, action) }
		if i != forgets && !bounds(word) && !slices.ContainsFunc(notHere, here) && !strings.HasSuffix(word.Text, "-old") {
			t.Errorf("nothing needed %s", word)
		}
	}
}

func bounds(word iam.Word) bool { return strings.Contains(word.Policy, "-boundary-") }
