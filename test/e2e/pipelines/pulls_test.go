package pipelines

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/test/nightly"
	"sgraph.ai/send/test/e2e/simulated"
)

// pulled is the number of the pull request that gets a stack.
const pulled = 7

// numbers of a repository, and of a fork of it.
const (
	ownID  = 345
	forkID = 678
)

// pullsAPI answers for pull requests, what happened to them, and what people may.
func (g *gitHub) pullsAPI(mux *http.ServeMux) {
	g.api(mux, "GET pulls/{number}", "", "", func(c call) (any, error) {
		i, err := c.issue("read")
		if err != nil {
			return nil, err
		}
		answer := i.told(g, c.repository)
		answer["head"], answer["base"] = c.repository.ends(i)
		return answer, nil
	})
	g.api(mux, "GET issues/{number}/events", "issues", "read", func(c call) (any, error) {
		i, err := c.issue("read")
		if err != nil {
			return nil, err
		}
		return paged(c, i.happened), nil
	})
	// Who is no collaborator may read what is public.
	g.api(mux, "GET collaborators/{login}/permission", "", "", func(c call) (any, error) {
		triage := c.PathValue("login") == maintainer
		return object{"user": object{"permissions": object{"pull": true, "triage": triage}}}, nil
	})
}

// maintainer is who may look after pull requests.
const maintainer = "ann"

// ends are the head and the base of a pull request.
func (r *repository) ends(i *issue) (head, base object) {
	sha, _ := r.ask("rev-parse", "refs/heads/"+i.branch) // "" is what a branch is that is gone
	onto, _ := r.ask("rev-parse", "refs/heads/dev")
	head = object{"sha": sha, "ref": i.branch, "repo": object{"id": ownID, "full_name": r.full}}
	if i.fork {
		head["repo"] = object{"id": forkID, "full_name": "somebody/fork"}
	}
	return head, object{"sha": onto, "ref": "dev", "repo": object{"id": ownID, "full_name": r.full}}
}

// pull opens a pull request of a branch.
func (r *repository) pull(number int, branch string) *issue {
	r.github.mu.Lock()
	defer r.github.mu.Unlock()
	i := &issue{number: number, author: "dev", state: "open", pull: true, branch: branch}
	r.issues = append(r.issues, i)
	return i
}

// labelled puts the label on, or takes it off, as somebody.
func (r *repository) labelled(i *issue, on bool, by, kind string) {
	r.github.mu.Lock()
	defer r.github.mu.Unlock()
	what := "unlabeled"
	i.labels = slices.DeleteFunc(i.labels, func(name string) bool { return name == "stack" })
	if on {
		what, i.labels = "labeled", append(i.labels, "stack")
	}
	i.happened = append(i.happened, object{
		"event": what, "label": object{"name": "stack"}, "actor": object{"login": by, "type": kind},
		"created_at": time.Now().UTC().Format(time.RFC3339),
	})
}

// did is the event of something that was done to a pull request.
func (r *repository) did(i *issue, action string) event {
	r.github.mu.Lock()
	defer r.github.mu.Unlock()
	pull := i.told(r.github, r)
	head, base := r.ends(i)
	pull["head"], pull["base"] = head, base
	payload := object{
		"action": action, "number": i.number, "pull_request": pull, "sender": object{"login": maintainer, "type": "User"},
	}
	if strings.HasSuffix(action, "labeled") {
		payload["label"] = object{"name": "stack"}
	}
	// GitHub makes a commit of what merging would come to; here nothing else was merged.
	return event{
		name: "pull_request", ref: "refs/pull/" + strconv.Itoa(i.number) + "/merge", sha: head["sha"].(string),
		payload: payload, fork: i.fork,
	}
}

// says is what a pull request's one comment says.
func (r *repository) says(t *testing.T, i *issue) string {
	t.Helper()
	r.github.mu.Lock()
	defer r.github.mu.Unlock()
	if len(i.comments) != 1 {
		t.Fatalf("there are %d comments", len(i.comments))
	}
	return i.comments[0].body
}

// isOn says whether the label is.
func (r *repository) isOn(i *issue) bool {
	r.github.mu.Lock()
	defer r.github.mu.Unlock()
	return slices.Contains(i.labels, "stack")
}

// reachPulls gives a repository what it takes to make the stacks of pull requests.
func (r *repository) reachPulls() {
	r.github.mu.Lock()
	defer r.github.mu.Unlock()
	all := stack.Names{Region: region, Stack: stack.AllPulls}
	r.environments["pull-request"] = &environment{
		secrets: secrets,
		variables: map[string]string{
			"AWS_ROLE_ARN":            "arn:aws:iam::" + account + ":role/" + all.PipelineRole("deploy"),
			"PULUMI_BACKEND_URL":      r.world.cloud.pulls,
			"PULUMI_SECRETS_PROVIDER": all.SecretsProvider(),
		},
	}
}

// left are the ARNs of all that a stack has.
func (c *cloud) left(t *testing.T, of string) (arns []string) {
	t.Helper()
	var found struct {
		ResourceTagMappingList []struct{ ResourceARN string }
	}
	c.ask(t, simulated.Question{
		Service: "tagging", Method: http.MethodPost, Path: "/", Target: "ResourceGroupsTaggingAPI_20170126.GetResources",
		Body: `{"TagFilters":[{"Key":"stack","Values":["` + of + `"]}]}`,
	}, &found)
	for _, one := range found.ResourceTagMappingList {
		arns = append(arns, one.ResourceARN)
	}
	return arns
}

// state keeps something among the states of pull requests' stacks.
func (c *cloud) state(t *testing.T, key string, content object) {
	t.Helper()
	text, err := json.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	c.ask(t, simulated.Question{
		Service: "s3", Method: http.MethodPut, Path: "/" + pullsBucket + "/.pulumi/" + key, Body: string(text),
	}, nil)
}

// states are the files there, of a kind such as stacks.
func (c *cloud) states(t *testing.T, kind string) (keys []string) {
	t.Helper()
	q := simulated.Question{
		Service: "s3", Region: region, Method: http.MethodGet,
		Path: "/" + pullsBucket + "?list-type=2&prefix=" + url.QueryEscape(".pulumi/"+kind+"/"),
	}
	_, answer, err := q.Ask(t.Context(), c.endpoint, "test")
	if err != nil {
		t.Fatal(err)
	}
	for part := range strings.SplitSeq(string(answer), "<Key>") {
		if key, _, is := strings.Cut(part, "</Key>"); is && strings.HasSuffix(key, ".json") {
			keys = append(keys, key)
		}
	}
	return keys
}

// orphan leaves the state of a stack whose pull request nobody knows, locked by a run
// that was cut off.
func (c *cloud) orphan(t *testing.T, name string) {
	t.Helper()
	c.state(t, "stacks/sgraph-send/"+name+".json", object{"version": 3, "checkpoint": object{
		"stack": "organization/sgraph-send/" + name,
		"latest": object{
			"manifest":  object{"time": "2026-11-01T00:00:00Z", "magic": "", "version": ""},
			"resources": []any{},
		},
	}})
	c.state(t, "locks/organization/sgraph-send/"+name+"/5b0f.json", object{
		"pid": 1, "username": "runner", "hostname": "gone",
	})
}

// A label makes a stack of a pull request's head; a push takes the label off, and leaves
// the stack; the reaper takes what nobody asks for; and what is closed is taken away.
func stackOfAPullRequest(t *testing.T, w *world) {
	nightly.Only(t)
	const name, workflow = "pr-7", "pull-request-stack.yml"
	repo := w.repository(t, "pull-request")
	repo.reachPulls()
	first := repo.push(t, "feature", nil)
	pull := repo.pull(pulled, "feature")

	// A fork's is nobody's to run here, whoever labels it.
	pull.fork = true
	repo.labelled(pull, true, maintainer, "User")
	r := repo.run(t, workflow, repo.did(pull, "labeled"))
	r.wants(t, map[string]string{"decide": "skipped", "stack": "skipped", "comment": "skipped"})
	pull.fork = false

	// A program asks for nothing.
	repo.labelled(pull, true, "app[bot]", "Bot")
	r = repo.run(t, workflow, repo.did(pull, "labeled"))
	r.wants(t, map[string]string{"decide": "success", "stack": "skipped", "comment": "skipped"})
	has(t, repo.says(t, pull), "No stack was made: it was no person who put the label on.")
	if repo.isOn(pull) || len(w.cloud.left(t, name)) > 0 {
		t.Fatal("a program has got a stack")
	}

	repo.labelled(pull, true, maintainer, "User")
	r = repo.run(t, workflow, repo.did(pull, "labeled"))
	r.wants(t, map[string]string{"decide": "success", "stack": "success", "comment": "success"})
	if live := w.cloud.versions(t, name); live != "user=1,admin=1" {
		t.Fatalf("%q is live", live)
	}
	has(t, r.of(t, "stack").summary, "### pr-7: pr-7."+first+" deployed", "### pr-7: smoke test passed")
	said := repo.says(t, pull)
	has(t, said, first[:7], "| Pages | <https://", functionHosts, "| Console | <https://", "| Smoke test | passed ([log](",
		"| Until | "+time.Now().UTC().Add(7 * 24 * time.Hour).Format(time.DateOnly)[:8])
	if records := repo.deployments; len(records) != 1 || records[0].environment != "pull-request" {
		t.Errorf("GitHub has the deployments %+v", records)
	}
	made := w.cloud.left(t, name)
	if len(made) < 10 {
		t.Errorf("the stack is no more than %v", made)
	}

	// Pushed to: what runs is what somebody asked for.
	repo.push(t, "feature", nil)
	r = repo.run(t, workflow, repo.did(pull, "synchronize"))
	r.wants(t, map[string]string{"decide": "success", "stack": "skipped", "comment": "skipped"})
	has(t, repo.says(t, pull), said, "There are commits since")
	if live := w.cloud.versions(t, name); live != "user=1,admin=1" || repo.isOn(pull) {
		t.Errorf("%q is live, and the label on: %v", live, repo.isOn(pull))
	}

	// By night.
	w.cloud.orphan(t, "pr-8")
	r = repo.run(t, "pull-request-reaper.yml", event{name: "schedule", ref: "refs/heads/main", sha: repo.tip(t, "main")})
	r.wants(t, map[string]string{"list": "success", "due": "success", "destroy": "success", "issue": "success"})
	if kept := w.cloud.states(t, "stacks"); !slices.Equal(kept, []string{".pulumi/stacks/sgraph-send/pr-7.json"}) {
		t.Errorf("there are the states %v", kept)
	}
	if locks := w.cloud.states(t, "locks"); len(locks) > 0 {
		t.Errorf("there are the locks %v", locks)
	}

	repo.github.mu.Lock()
	pull.state = "closed"
	repo.github.mu.Unlock()
	r = repo.run(t, workflow, repo.did(pull, "closed"))
	r.wants(t, map[string]string{"decide": "success", "stack": "success", "comment": "success"})
	if left := w.cloud.left(t, name); len(left) > 0 {
		t.Errorf("what is left is %v", left)
	}
	if kept := w.cloud.states(t, "stacks"); len(kept) > 0 {
		t.Errorf("there are the states %v", kept)
	}
	has(t, repo.says(t, pull), "The stack is destroyed.")
}

// tip is the commit that a branch has on GitHub.
func (r *repository) tip(t *testing.T, branch string) string {
	t.Helper()
	return git(t, r.bare, "rev-parse", "refs/heads/"+branch)
}
