package stack

import "testing"

// Stacks of pull requests share what an account is set up with, and nothing else.
func TestPullRequestsAreSetUpTogether(t *testing.T) {
	t.Parallel()
	n := Names{Account: "123456789012", Region: "eu-west-2", Stack: OfPull(123)}
	for want, got := range map[string]string{
		"pr-123":                                        n.Stack,
		"sgraph-send-user-pr-123":                       n.Function("user"),
		"sgraph-send-boundary-pr":                       n.Boundary(),
		"sgraph-send-pipeline-deploy-pr":                n.PipelineRole("deploy"),
		"alias/sgraph-send-pr":                          n.StateKey(),
		"/sgraph-send/pr/":                              n.Parameters(),
		"123456789012--sgraph-send-state-pr--eu-west-2": n.StateBucket(),
		"sgraph-send-user-pr-*":                         Names{Stack: AllPulls}.Function("user"),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if err := n.Check(); err != nil {
		t.Error(err)
	}
	if (Names{Account: n.Account, Region: n.Region, Stack: Pulls}).Check() == nil {
		t.Errorf("a stack may be called %q, as all of them together", Pulls)
	}
}

func TestOfWhichPullRequestAStackIs(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]int{
		"pr-1": 1, "pr-1234": 1234, "pr": 0, "pr-": 0, "pr-01": 0, "pr-x": 0, "pr--1": 0, "prod": 0, "dev": 0, "my-pr-1": 0,
		"pr-99999999999999999999": 0,
	} {
		number, is := Names{Stack: name}.Pull()
		if is != (want != 0) || is && number != want {
			t.Errorf("%q is of pull request %d: %v", name, number, is)
		}
	}
}
