package pipelines

import (
	"fmt"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// review is what somebody said of a run that waited.
type review struct{ environment, state, user string }

// dispatch is a run that was asked for.
type dispatch struct {
	workflow, ref string
	inputs        map[string]string
	actor         string
}

// ruleset is one of GitHub's, in the words of its API.
type ruleset struct {
	name, target, pattern string
	rules                 []object
}

// actionsAPI answers for runs, environments, deployments, rules and git.
func (g *gitHub) actionsAPI(mux *http.ServeMux) {
	g.api(mux, "GET git/ref/{ref...}", "contents", "read", func(c call) (any, error) {
		ref := "refs/" + c.PathValue("ref")
		sha, err := c.repository.show(ref)
		return object{"ref": ref, "object": object{"sha": sha, "type": "commit"}}, err
	})
	g.api(mux, "GET compare/{two}", "contents", "read", func(c call) (any, error) {
		base, head, _ := strings.Cut(c.PathValue("two"), "...")
		status, err := c.repository.compare(base, head)
		return object{"status": status}, err
	})
	g.api(mux, "GET environments/{environment}", "actions", "read", func(c call) (any, error) {
		e, err := c.environment()
		if err != nil {
			return nil, err
		}
		rules := []object{}
		if len(e.reviewers) > 0 {
			var who []object
			for _, login := range e.reviewers {
				who = append(who, object{"type": "User", "reviewer": object{"login": login}})
			}
			rules = append(rules, object{
				"type": "required_reviewers", "prevent_self_review": true, "reviewers": who,
			})
		}
		answer := object{
			"name": c.PathValue("environment"), "can_admins_bypass": false, "protection_rules": rules,
			"deployment_branch_policy": nil,
		}
		if len(e.branches) > 0 {
			answer["deployment_branch_policy"] = object{"protected_branches": false, "custom_branch_policies": true}
		}
		return answer, nil
	})
	g.api(mux, "GET environments/{environment}/deployment-branch-policies", "actions", "read", func(c call) (any, error) {
		e, err := c.environment()
		if err != nil {
			return nil, err
		}
		policies := []object{}
		for _, name := range e.branches {
			policies = append(policies, object{"name": name, "type": "branch"})
		}
		return object{"total_count": len(policies), "branch_policies": policies}, nil
	})
	g.api(mux, "GET rules/branches/{branch...}", "", "", func(c call) (any, error) {
		rules := []object{}
		for id, set := range c.repository.rulesets {
			if ok, _ := path.Match(set.pattern, "refs/heads/"+c.PathValue("branch")); !ok || set.target != "branch" {
				continue
			}
			for _, rule := range set.rules {
				rules = append(rules, object{"type": rule["type"], "parameters": rule["parameters"], "ruleset_id": id})
			}
		}
		return paged(c, rules), nil
	})
	g.api(mux, "GET codeowners/errors", "contents", "read", func(call) (any, error) {
		return object{"errors": []object{}}, nil
	})
	g.api(mux, "GET rulesets", "", "", func(c call) (any, error) {
		sets := []object{}
		for id, set := range c.repository.rulesets {
			if targets := c.FormValue("targets"); targets == "" || strings.Contains(targets, set.target) {
				sets = append(sets, object{"id": id, "name": set.name, "target": set.target, "enforcement": "active"})
			}
		}
		return paged(c, sets), nil
	})
	g.api(mux, "GET rulesets/{id}", "", "", func(c call) (any, error) {
		id, err := strconv.Atoi(c.PathValue("id"))
		if err != nil || id < 0 || id >= len(c.repository.rulesets) {
			return nil, refuse(http.StatusNotFound, "Not Found")
		}
		set := c.repository.rulesets[id]
		return object{
			"id": id, "name": set.name, "target": set.target, "enforcement": "active", "rules": set.rules,
			"conditions":              object{"ref_name": object{"include": []string{set.pattern}, "exclude": []string{}}},
			"current_user_can_bypass": "never",
		}, nil
	})
	g.api(mux, "GET deployments", "deployments", "read", func(c call) (any, error) {
		found := []object{}
		for id, d := range c.repository.deployments {
			environment, sha := c.FormValue("environment"), c.FormValue("sha")
			if (environment == "" || environment == d.environment) && (sha == "" || sha == d.sha) {
				found = append(found, object{"id": id, "environment": d.environment, "sha": d.sha, "ref": d.ref})
			}
		}
		return paged(c, found), nil
	})
	g.api(mux, "GET deployments/{id}/statuses", "deployments", "read", func(c call) (any, error) {
		id, err := strconv.Atoi(c.PathValue("id"))
		if err != nil || id < 0 || id >= len(c.repository.deployments) {
			return nil, refuse(http.StatusNotFound, "Not Found")
		}
		states := []object{}
		for _, state := range c.repository.deployments[id].states {
			states = append(states, object{"state": state})
		}
		slices.Reverse(states) // the newest first
		return paged(c, states), nil
	})
	g.api(mux, "POST actions/workflows/{workflow}/dispatches", "actions", "write", func(c call) (any, error) {
		var in struct {
			Ref    string
			Inputs map[string]string
		}
		if err := c.in(&in); err != nil {
			return nil, err
		}
		ref := in.Ref
		if !strings.HasPrefix(ref, "refs/") {
			ref = "refs/heads/" + ref
		}
		if _, err := c.repository.show(ref); err != nil {
			return nil, refuse(http.StatusUnprocessableEntity, "No ref found for: %s", in.Ref)
		}
		c.repository.dispatched = append(c.repository.dispatched, dispatch{
			workflow: c.PathValue("workflow"), ref: ref, inputs: in.Inputs, actor: "github-actions[bot]",
		})
		g.tell()
		return object{}, nil
	})
	g.api(mux, "GET actions/workflows/{workflow}/runs", "actions", "read", func(c call) (any, error) {
		runs := []object{}
		for _, r := range slices.Backward(c.repository.runs) {
			event, branch, sha := c.FormValue("event"), c.FormValue("branch"), c.FormValue("head_sha")
			if r.workflow == c.PathValue("workflow") && (event == "" || event == r.event.name) &&
				(branch == "" || branch == r.refName()) && (sha == "" || sha == r.sha) {
				runs = append(runs, r.told())
			}
		}
		return object{"total_count": len(runs), "workflow_runs": paged(c, runs)}, nil
	})
	g.api(mux, "GET actions/runs/{run}", "actions", "read", func(c call) (any, error) {
		r, err := c.run()
		if err != nil {
			return nil, err
		}
		return r.told(), nil
	})
	g.api(mux, "GET actions/runs/{run}/approvals", "actions", "read", func(c call) (any, error) {
		r, err := c.run()
		if err != nil {
			return nil, err
		}
		reviews := []object{}
		for _, v := range r.reviews {
			reviews = append(reviews, object{
				"state": v.state, "comment": "", "user": object{"login": v.user, "type": "User"},
				"environments": []object{{"name": v.environment}},
			})
		}
		return reviews, nil
	})
	g.api(mux, "GET actions/runs/{run}/artifacts/{artifact}/tar", "actions", "read", func(c call) (any, error) {
		r, err := c.run()
		if err != nil {
			return nil, err
		}
		content, ok := r.artifacts[c.PathValue("artifact")]
		if !ok {
			return nil, refuse(http.StatusNotFound, "no artifact matches any of the names or patterns provided")
		}
		return content, nil
	})
}

func (c call) environment() (*environment, error) {
	e := c.repository.environments[c.PathValue("environment")]
	if e == nil {
		return nil, refuse(http.StatusNotFound, "Not Found")
	}
	return e, nil
}

func (c call) run() (*run, error) {
	for _, r := range c.repository.runs {
		if strconv.Itoa(r.id) == c.PathValue("run") {
			return r, nil
		}
	}
	return nil, refuse(http.StatusNotFound, "Not Found")
}

// told is what the API tells of a run.
func (r *run) told() object {
	kind := "User"
	if strings.HasSuffix(actorOf(r.event), "[bot]") {
		kind = "Bot"
	}
	actor := object{"login": actorOf(r.event), "type": kind}
	return object{
		"id": r.id, "event": r.event.name, "head_branch": r.refName(), "head_sha": r.sha,
		"path": ".github/workflows/" + r.workflow, "actor": actor, "triggering_actor": actor,
	}
}

// review answers for a reviewer the job of a run that waits for one, as soon as one
// does.
func (r *run) review(t *testing.T, state, user string) {
	t.Helper()
	g := r.repository.github
	g.mu.Lock()
	defer g.mu.Unlock()
	var waiting *entry
	ended := false
	err := g.wait(t.Context(), func() bool {
		for _, e := range r.repository.entries {
			if e.run == r && e.review == "waiting" {
				waiting = e
			}
		}
		select {
		case <-r.ended:
			ended = true
		default:
		}
		return waiting != nil || ended
	})
	if err != nil || waiting == nil {
		t.Fatalf("no job of the run waits for a reviewer (%v)", err)
	}
	env := r.repository.environments[waiting.environment]
	if !slices.Contains(env.reviewers, user) || user == actorOf(r.event) {
		t.Fatalf("%s may not review a deployment to %s", user, waiting.environment)
	}
	r.reviews = append(r.reviews, review{waiting.environment, state, user})
	waiting.review = state
	g.tell()
}

// guard makes what a repository has to have before anything goes to prod: for each
// stack its environments, with the branch that they admit, somebody to approve, the
// rules of branches and tags, and the app that alone makes versions.
func (r *repository) guard(t *testing.T) {
	t.Helper()
	r.tagger(t)
	g := r.github
	g.mu.Lock()
	defer g.mu.Unlock()
	for name, branch := range map[string]string{
		"dev": "dev", "dev-preview": "", "qa": "main", "qa-preview": "main",
		"prod": "main", "prod-preview": "main", "prod-approval": "main",
	} {
		e := r.environments[name]
		if e == nil {
			e = &environment{}
			r.environments[name] = e
		}
		if branch != "" {
			e.branches = []string{branch}
		}
	}
	r.environments["prod-approval"].reviewers = []string{"reviewer"}
	kept := []object{{"type": "deletion"}, {"type": "non_fast_forward"}}
	reviewed := object{"type": "pull_request", "parameters": object{
		"required_approving_review_count": 1, "dismiss_stale_reviews_on_push": true, "require_code_owner_review": true,
	}}
	r.rulesets = []ruleset{
		{name: "main", target: "branch", pattern: "refs/heads/main", rules: append(slices.Clone(kept), reviewed)},
		{name: "dev", target: "branch", pattern: "refs/heads/dev", rules: kept},
		{name: "versions", target: "tag", pattern: "refs/tags/**/v*", rules: []object{
			{"type": "creation"}, {"type": "update"}, {"type": "deletion"},
		}},
	}
}

// show answers the commit of a ref.
func (r *repository) show(ref string) (sha string, err error) {
	out, err := r.ask("rev-parse", "--verify", "--quiet", ref+"^{commit}")
	if err != nil {
		return "", refuse(http.StatusNotFound, "Not Found")
	}
	return out, nil
}

// compare answers how one commit stands to another, in GitHub's words.
func (r *repository) compare(base, head string) (status string, err error) {
	out, err := r.ask("rev-list", "--left-right", "--count", base+"..."+head)
	if err != nil {
		return "", refuse(http.StatusNotFound, "Not Found")
	}
	var behind, ahead int
	if _, err := fmt.Sscan(out, &behind, &ahead); err != nil {
		return "", err
	}
	switch {
	case ahead > 0 && behind > 0:
		return "diverged", nil
	case ahead > 0:
		return "ahead", nil
	case behind > 0:
		return "behind", nil
	}
	return "identical", nil
}
