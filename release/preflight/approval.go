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
	starters := []string{p.Requester}
	for _, u := range []user{run.Actor, run.TriggeringActor} {
		if u.Type != "Bot" {
			starters = append(starters, u.Login)
		}
	}
	starters = slices.DeleteFunc(starters, func(login string) bool { return login == "" })
	if len(starters) == 0 {
		p.lack(SelfReview, "Start it by hand, or have what starts it say who asked for it, by --requester",
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
		if !slices.ContainsFunc(starters, func(login string) bool { return strings.EqualFold(login, r.User.Login) }) {
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
