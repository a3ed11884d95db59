package preflight

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// user is somebody, or something, with an account on GitHub.
type user struct{ Login, Type string }

// approved demands that somebody approved this very run who did not ask for it.
// GitHub keeps people from approving what they started; but of a run that a workflow
// started it does not know who did.
// https://docs.github.com/en/rest/actions/workflow-runs#get-the-review-history-for-a-workflow-run
func (p *Preflight) approved(ctx context.Context) {
	path := fmt.Sprintf("actions/runs/%d", p.Run)
	var run struct {
		Actor           user
		TriggeringActor user `json:"triggering_actor"` // of this attempt
	}
	if err := p.GitHub.Get(ctx, path, &run); err != nil {
		p.unread(Approval, "who started this run", err, actionsRead)
		return
	}
	starters := []user{run.Actor, run.TriggeringActor}
	if p.ReleaseRun != 0 {
		marked, ok := p.marked(ctx)
		if !ok {
			return
		}
		starters = append(starters, marked...)
	}
	starters = slices.DeleteFunc(starters, func(u user) bool { return u.Login == "" || u.Type == "Bot" })
	if len(starters) == 0 {
		p.lack(SelfReview, "Start it by hand, or mark the release as released",
			"nobody can tell who asked for this run, and so whether somebody else approved it")
		return
	}
	var reviews []struct {
		State        string
		Environments []struct{ Name string }
		User         user
	}
	if err := p.GitHub.Get(ctx, path+"/approvals", &reviews); err != nil {
		p.unread(Approval, "who approved this run", err, actionsRead)
		return
	}
	var own []string
	for _, r := range reviews {
		if r.State != "approved" || r.User.Type == "Bot" || r.User.Login == "" ||
			!slices.ContainsFunc(r.Environments, func(e struct{ Name string }) bool { return e.Name == approvalEnvironment }) {
			continue
		}
		if !slices.ContainsFunc(starters, func(u user) bool { return strings.EqualFold(u.Login, r.User.Login) }) {
			return
		}
		own = append(own, r.User.Login)
	}
	const again = "Start a run anew, and have a reviewer of " + approvalEnvironment + " approve it who did not start it"
	if own != nil {
		p.lack(SelfReview, again, "this run was approved by %s alone, who asked for it", strings.Join(own, ", "))
		return
	}
	p.lack(Approval, again, "nobody approved this run in %s", approvalEnvironment)
}

// released is the workflow that a release's event starts.
const released = ".github/workflows/ci-pipeline__released.yml"

// marked answers who marked the version as released: GitHub's own record of the run
// that followed says it, and not whoever started this one.
func (p *Preflight) marked(ctx context.Context) (who []user, ok bool) {
	var run struct {
		Event, Path     string
		HeadBranch      string `json:"head_branch"` // the tag, of a release's
		Status          string
		Conclusion      string // "" while it runs
		Actor           user
		TriggeringActor user `json:"triggering_actor"`
	}
	if err := p.GitHub.Get(ctx, fmt.Sprintf("actions/runs/%d", p.ReleaseRun), &run); err != nil {
		p.unread(SelfReview, "who marked the release as released", err, actionsRead)
		return nil, false
	}
	path, _, _ := strings.Cut(run.Path, "@")
	ends := run.Status == "in_progress" && run.Conclusion == "" || run.Status == "completed" && run.Conclusion == "success"
	if run.Event != "release" || path != released || p.Version == "" || run.HeadBranch != p.Version || !ends {
		p.lack(SelfReview, "Start it by hand, or mark the release as released",
			"run %d, which is said to have started this one, is a %s %s of %s by %q for %q: none of %s for %q",
			p.ReleaseRun, run.Status, run.Conclusion, path, run.Event, run.HeadBranch, released, p.Version)
		return nil, false
	}
	return []user{run.Actor, run.TriggeringActor}, true
}
